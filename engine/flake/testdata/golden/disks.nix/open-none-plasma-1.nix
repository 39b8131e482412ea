# What is mounted where. Everything is found by a number that is stored on the disk itself, so it does not
# matter in which order Linux finds the disks.
{
  # Memory, empty at every boot. `size` is the most that it may take.
  fileSystems."/" = {
    device = "none";
    fsType = "tmpfs";
    options = [
      "size=25%"
      "mode=755" # without it, everyone could write to /
    ];
  };

  # The EFI system partition: boot loader, kernels, initrds.
  fileSystems."/boot" = {
    device = "/dev/disk/by-uuid/FEF5-5FE0";
    fsType = "vfat";
    options = [ "umask=0077" ]; # for root only: it holds systemd-boot's random seed
  };

  # The system, and in /nix/persist all that is kept.
  fileSystems."/nix" = {
    device = "/dev/disk/by-uuid/e125750a-a608-45e2-8ffc-2d1212f4a465";
    fsType = "ext4";
    neededForBoot = true; # passwords and logs are in there
  };

  # There is no swap to hibernate to.
  boot.kernelParams = [ "nohibernate" ];
}
