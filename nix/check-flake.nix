# Evaluates Lethe's own flake with real nixpkgs, impermanence and home-manager, for check.sh: the derivations of packages,
# media and test, and every assertion and warning of the live medium. It builds nothing.
{
  nixpkgs,
  impermanence,
  home-manager,
}:
let
  lib = import (nixpkgs + "/lib");
  source = path: { outPath = path; };
  inputs = {
    nixpkgs-unstable = inputs.nixpkgs;
    home-manager-unstable = inputs.home-manager;
    nixpkgs = source nixpkgs' // {
      lib = lib // {
        nixosSystem =
          arguments:
          import (nixpkgs' + "/nixos/lib/eval-config.nix") (
            {
              inherit lib;
              system = null;
            }
            // arguments
          );
      };
      legacyPackages = lib.genAttrs lib.systems.flakeExposed (
        system: import nixpkgs' { inherit system; }
      );
    };
    home-manager = source home-manager' // {
      nixosModules.home-manager = import (home-manager' + "/nixos");
    };
    impermanence = source impermanence' // {
      nixosModules.impermanence = import (impermanence' + "/nixos.nix");
    };
  };
  nixpkgs' = nixpkgs;
  home-manager' = home-manager;
  impermanence' = impermanence;

  outputs = (import ../flake.nix).outputs inputs;
  derivations = lib.mapAttrs (_: package: builtins.unsafeDiscardStringContext package.drvPath);
in
{
  packages = derivations outputs.packages.x86_64-linux;
  checks = derivations outputs.checks.x86_64-linux;
  devShell = builtins.unsafeDiscardStringContext outputs.devShells.x86_64-linux.default.drvPath;
}
