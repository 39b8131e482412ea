# A stand-in: no machine was looked at. Before installing on a real one, replace this file by the output of
# `nixos-generate-config --no-filesystems --show-hardware-config` there.
{ lib, modulesPath, ... }:

{
  imports = [ (modulesPath + "/installer/scan/not-detected.nix") ];

  boot.initrd.availableKernelModules = [
    "ahci"
    "nvme"
    "sd_mod"
    "usb_storage"
    "virtio_blk"
    "virtio_pci"
    "virtio_scsi"
    "xhci_pci"
  ];

  nixpkgs.hostPlatform = lib.mkDefault "x86_64-linux";
}
