# What this machine is and what runs on it.
{ config, lib, pkgs, ... }:

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
  i18n.defaultLocale = "vi_VN.UTF-8";
  # glibc has this locale under no other name than without the encoding, and its build would stop at another.
  i18n.glibcLocales = pkgs.glibcLocales.override {
    allLocales = lib.elem "all" config.i18n.supportedLocales;
    locales = map (lib.replaceStrings [ "vi_VN.UTF-8" ] [ "vi_VN" ]) config.i18n.supportedLocales;
  };

  console = {
    keyMap = "de-latin1-nodeadkeys";
    earlySetup = true; # from the initrd on, where the passphrase is typed
  };
  services.xserver.xkb = {
    layout = "de"; # for Wayland too
    variant = "nodeadkeys";
  };

  services.desktopManager.gnome.enable = true;
  services.displayManager.gdm.enable = true;
  services.gnome.gnome-initial-setup.enable = false; # it would greet at every boot

  # Sound, also for programs that know only ALSA or PulseAudio.
  services.pipewire = {
    enable = true;
    alsa.enable = true;
    pulse.enable = true;
  };
  security.rtkit.enable = true; # lets it run in time

  programs.firefox.enable = true;

  services.fwupd.enable = true; # firmware updates, from `fwupdmgr`

  hardware.bluetooth.enable = true;

  services.printing.enable = true;
  # Finds printers in the network.
  services.avahi = {
    enable = true;
    nssmdns4 = true;
    openFirewall = true;
  };

  services.openssh = {
    enable = true;
    settings.PermitRootLogin = "no";
  };

  services.tailscale.enable = true; # then once: `sudo tailscale up`

  virtualisation.podman = {
    enable = true;
    dockerCompat = true; # `docker` runs podman
    defaultNetwork.settings.dns_enabled = true; # containers find each other by name
  };

  virtualisation.libvirtd.enable = true;
  programs.virt-manager.enable = true;

  services.flatpak.enable = true;

  programs.steam.enable = true;
  nixpkgs.config.allowUnfreePredicate =
    pkg:
    builtins.elem (lib.getName pkg) [
      "steam"
      "steam-unwrapped"
    ];

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
      "libvirtd"
    ];
    hashedPasswordFile = "/nix/persist/passwords/ada";
  };
  users.users.grace = {
    isNormalUser = true;
    uid = 1200;
    group = "users";
    extraGroups = [ "networkmanager" ];
    shell = pkgs.zsh;
    hashedPasswordFile = "/nix/persist/passwords/grace";
    openssh.authorizedKeys.keys = [
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJvFn7LWaH0kmQyoFi0u9Kq+OTuYp1DHPpZtW5RyxUZe grace@example.org"
    ];
  };
  programs.zsh.enable = true;

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
