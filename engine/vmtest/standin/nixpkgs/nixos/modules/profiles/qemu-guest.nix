{ ... }:

{
  boot.initrd.availableKernelModules = [ "virtio_net" ];
}
