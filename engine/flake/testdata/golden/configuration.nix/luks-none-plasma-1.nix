# What this machine is and what runs on it.
{
  boot.loader = {
    systemd-boot = {
      enable = true;
      configurationLimit = 10; # in the boot menu; each takes room on /boot
      graceful = true; # if the firmware refuses a new entry, it still boots by the fallback path
      editor = false; # or whoever sits at the keyboard could boot into a root shell
    };
    efi.canTouchEfiVariables = true;
  };

  networking.hostName = "blitzar";
  networking.networkmanager.enable = true;

  time.timeZone = "Europe/Berlin";
  i18n.defaultLocale = "de_DE.UTF-8";

  console = {
    keyMap = "de-latin1-nodeadkeys";
    earlySetup = true; # from the initrd on, where the passphrase is typed
  };
  services.xserver.xkb = {
    layout = "de"; # for Wayland too
    variant = "nodeadkeys";
  };

  services.desktopManager.plasma6.enable = true;
  services.displayManager.plasma-login-manager.enable = true;

  # Sound, also for programs that know only ALSA or PulseAudio.
  services.pipewire = {
    enable = true;
    alsa.enable = true;
    pulse.enable = true;
  };
  security.rtkit.enable = true; # lets it run in time

  programs.firefox.enable = true;

  services.fwupd.enable = true; # firmware updates, from `fwupdmgr`

  # Users and passwords are only what is written here: /etc/passwd is made anew at every boot.
  users.mutableUsers = false;
  users.users.root.hashedPassword = "!"; # locked; use sudo
  users.users.ada = {
    isNormalUser = true;
    description = "Ada Lovelace";
    uid = 1000;
    group = "users";
    extraGroups = [
      "wheel"
      "networkmanager"
    ];
    hashedPasswordFile = "/nix/persist/passwords/ada";
  };

  programs.git = {
    enable = true; # Nix reads this repository through it
    config.safe.directory = "/etc/nixos"; # root builds from it, though it belongs to a user
  };
  nix.settings.experimental-features = [
    "nix-command"
    "flakes"
  ];

  # The release that this machine began with; not for upgrading. See `man configuration.nix`.
  system.stateVersion = "26.05";
}
