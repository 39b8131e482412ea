# The outputs of the flake. Everything for NixOS unstable has the same name with "-unstable" at its end.
inputs:
let
  # An ISO is only made where QEMU and the firmware of a PC are.
  pc = "x86_64-linux";
  systems = [
    pc
    "aarch64-linux"
  ];

  channels = {
    "" = {
      inherit (inputs) nixpkgs home-manager;
      urls = {
        inherit (urls) nixpkgs home-manager;
      };
    };
    "-unstable" = {
      nixpkgs = inputs.nixpkgs-unstable;
      home-manager = inputs.home-manager-unstable;
      urls = {
        nixpkgs = urls.nixpkgs-unstable;
        home-manager = urls.home-manager-unstable;
      };
    };
  };
  urls = builtins.mapAttrs (_: input: input.url) (import ../flake.nix).inputs;

  genAttrs =
    names: value:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = value name;
      }) names
    );

  # All channels' attributes in one set, each name with its channel's suffix.
  forChannels =
    make:
    builtins.foldl' (a: b: a // b) { } (
      map (
        suffix:
        let
          set = make channels.${suffix};
        in
        builtins.listToAttrs (
          map (name: {
            name = name + suffix;
            value = set.${name};
          }) (builtins.attrNames set)
        )
      ) (builtins.attrNames channels)
    );

  packagesOf =
    system: channel:
    let
      pkgs = channel.nixpkgs.legacyPackages.${system};
    in
    {
      lethe = pkgs.callPackage ./package.nix { };
      lethe-engine = pkgs.callPackage ./package.nix { window = false; };
    };

  mediaOf =
    channel:
    let
      media = import ./media.nix {
        inherit channel;
        inherit (inputs) impermanence;
        impermanenceURL = urls.impermanence;
        system = pc;
        inherit (packagesOf pc channel) lethe;
      };
    in
    {
      inherit (media)
        iso
        iso-small
        vm
        install-test
        ;
    };

  packages =
    system:
    let
      all = forChannels (packagesOf system) // (if system == pc then forChannels mediaOf else { });
    in
    all // { default = all.lethe; };

  app = package: program: description: {
    type = "app";
    program = "${package}/bin/${program}";
    meta = { inherit description; };
  };

  appsOf =
    system: programs: media:
    {
      lethe = app programs.lethe "lethe" "Install an impermanent NixOS, in a window";
      lethe-engine =
        app programs.lethe-engine "lethe-engine"
          "Install an impermanent NixOS, without a window";
    }
    // (
      if system == pc then
        {
          vm = app media.vm "lethe-vm" "Try the live medium in a virtual machine";
          install-test =
            app media.install-test "nixos-test-driver"
              "Install in a virtual machine and look at what survives; needs a network";
        }
      else
        { }
    );
in
{
  packages = genAttrs systems packages;

  apps = genAttrs systems (
    system:
    let
      all = forChannels (channel: appsOf system (packagesOf system channel) (mediaOf channel));
    in
    all // { default = all.lethe; }
  );

  devShells = genAttrs systems (system: {
    default = inputs.nixpkgs.legacyPackages.${system}.callPackage ./shell.nix {
      inherit ((packages system)) lethe;
    };
  });

  checks = genAttrs systems (
    system:
    import ./checks {
      pkgs = inputs.nixpkgs.legacyPackages.${system};
      packages = forChannels (packagesOf system);
    }
  );

  formatter = genAttrs systems (system: inputs.nixpkgs.legacyPackages.${system}.nixfmt-tree);

  nixosModules = rec {
    lethe = import ./module.nix (system: (packages system).lethe);
    # What a configuration gets that imports Lethe and says nothing more.
    default =
      { lib, ... }:
      {
        imports = [ lethe ];
        programs.lethe.enable = lib.mkDefault true;
      };
  };
}
