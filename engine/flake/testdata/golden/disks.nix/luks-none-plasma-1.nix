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
    device = "/dev/mapper/crypted";
    fsType = "ext4";
    neededForBoot = true; # passwords and logs are in there
  };

  # The boot prompt asks for its passphrase.
  boot.initrd.luks.devices.crypted = {
    device = "/dev/disk/by-uuid/4efa2bd1-1e3a-4e97-a2e2-30e1ee635acc";
    # `allowDiscards = true` keeps an SSD fast, but shows whoever holds the disk which blocks are free.
  };

  # There is no swap to hibernate to.
  boot.kernelParams = [ "nohibernate" ];
}
