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
    device = "/dev/disk/by-uuid/12F4-A465";
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
    device = "/dev/disk/by-uuid/5bcdb320-7b7c-431d-9c90-2015740489ea";
    # `allowDiscards = true` keeps an SSD fast, but shows whoever holds the disk which blocks are free.
  };

  swapDevices = [
    { device = "/dev/disk/by-partuuid/0cd87274-d670-44ca-af0e-0d36c8496db7"; }
  ];

  # Hibernation writes memory to swap and reads it back from here.
  boot.resumeDevice = "/dev/disk/by-partuuid/0cd87274-d670-44ca-af0e-0d36c8496db7";
}
