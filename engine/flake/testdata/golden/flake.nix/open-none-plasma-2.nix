{
  description = "NixOS on blitzar";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-26.05";

    # What is in the users' homes: home.nix.
    home-manager = {
      url = "github:nix-community/home-manager/release-26.05";
      inputs.nixpkgs.follows = "nixpkgs";
    };

    # What outlives a reboot: persist.nix.
    impermanence = {
      url = "github:nix-community/impermanence";
      # Only its tests use these.
      inputs.nixpkgs.follows = "";
      inputs.home-manager.follows = "";
    };

    # Shows what the next reboot would lose.
    lethe = {
      url = "github:example/lethe";
      inputs.nixpkgs.follows = "nixpkgs";
    };
  };

  outputs =
    {
      nixpkgs,
      home-manager,
      impermanence,
      lethe,
      ...
    }:
    {
      # Named like the host, so that `nixos-rebuild` finds it by itself.
      nixosConfigurations.blitzar = nixpkgs.lib.nixosSystem {
        modules = [
          ./configuration.nix
          ./hardware-configuration.nix
          ./disks.nix

          impermanence.nixosModules.impermanence
          ./persist.nix

          home-manager.nixosModules.home-manager
          {
            home-manager = {
              useGlobalPkgs = true;
              useUserPackages = true;
              users.ada = ./home.nix;
              users.grace = ./home.nix;
            };
          }

          lethe.nixosModules.default
        ];
      };

      # `nix fmt` formats every file here.
      formatter.x86_64-linux = nixpkgs.legacyPackages.x86_64-linux.nixfmt-tree;
    };
}
