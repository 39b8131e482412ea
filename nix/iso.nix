# The live medium: a Plasma session that starts Lethe, with what an installation needs.
{
  config,
  lib,
  modulesPath,
  pkgs,
  medium, # lethe, inputs, lock, references; from media.nix
  ...
}:
let
  cfg = config.lethe.medium;
  entry = "${medium.lethe}/share/applications/org.lethe.Lethe.desktop";
in
{
  imports = [
    (modulesPath + "/installer/cd-dvd/installation-cd-graphical-base.nix")
    medium.inputs.home-manager.nixosModules.home-manager
    (import ./module.nix (_: medium.lethe))
    ./iso/home.nix
  ];

  options.lethe.medium = {
    small = lib.mkEnableOption "a smaller image, which takes much longer to make";
    references = lib.mkEnableOption "the default desktop's packages on the medium" // {
      default = true;
    };
  };

  config = {
    image.baseName = lib.mkForce "lethe-${medium.lethe.version}-nixos-${config.system.nixos.release}-${pkgs.stdenv.hostPlatform.system}";
    isoImage = {
      edition = "lethe";
      appendToMenuLabel = " with Lethe";
      squashfsCompression = "zstd -Xcompression-level ${if cfg.small then "19" else "3"}";
      # The inputs of the repository that Lethe writes, and systems that are nearly those it installs.
      storeContents =
        map (input: "${input}") (lib.attrValues medium.inputs)
        ++ lib.optionals cfg.references (
          map (reference: reference.config.system.build.toplevel) (lib.attrValues medium.references)
        );
    };

    # Plasma on Wayland, without a question.
    services.desktopManager.plasma6.enable = true;
    services.displayManager = {
      sddm = {
        enable = true;
        wayland.enable = true;
      };
      defaultSession = "plasma";
      autoLogin = {
        enable = true;
        user = "nixos";
      };
    };
    environment.plasma6.excludePackages = [ pkgs.kdePackages.plasma-workspace-wallpapers ];
    fonts.packages = [ pkgs.nerd-fonts.jetbrains-mono ];

    programs.lethe = {
      enable = true;
      package = medium.lethe;
    };
    environment.etc = {
      # Once at login; the menu has it from the package, the desktop from iso/home.nix.
      "xdg/autostart/org.lethe.Lethe.desktop".source = entry;
      # An installation must not end behind a locked screen, of which nobody knows that its password is empty.
      "xdg/kscreenlockerrc".text = ''
        [Daemon]
        Autolock=false
        LockOnResume=false
      '';
    }
    // lib.optionalAttrs (medium.lock != null) {
      # Lethe installs these very revisions, unless another lock is given or the configuration has other inputs.
      "lethe/flake.lock".text = medium.lock;
    };

    networking.networkmanager.enable = true;
    nix.settings.experimental-features = [
      "nix-command"
      "flakes"
    ];

    # Clipboard and clean shutdown in virtual machines.
    services.spice-vdagentd.enable = true;
    services.qemuGuest.enable = true;

    programs.zsh.enable = true;
    users.users.nixos.shell = pkgs.zsh;
  };
}
