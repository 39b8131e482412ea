# Evaluates one repository with real nixpkgs, impermanence and home-manager, for check.sh: every assertion and warning,
# the file systems and crypttab that boot would use, and the derivation of the whole system. It builds nothing.
{
  repo,
  host,
  nixpkgs,
  impermanence,
  home-manager,
}:
let
  flake = import (repo + "/flake.nix");
  lib = import (nixpkgs + "/lib");
  outputs = flake.outputs {
    self = { };
    nixpkgs = {
      lib = lib // {
        nixosSystem =
          arguments:
          import (nixpkgs + "/nixos/lib/eval-config.nix") (
            {
              inherit lib;
              system = null;
            }
            // arguments
          );
      };
      legacyPackages = lib.genAttrs lib.systems.flakeExposed (system: import nixpkgs { inherit system; });
    };
    impermanence.nixosModules.impermanence = import (impermanence + "/nixos.nix");
    home-manager.nixosModules.home-manager = import (home-manager + "/nixos");
    lethe.nixosModules.default = { };
  };
  inherit (outputs.nixosConfigurations.${host}) config;
in
{
  failed = map (a: a.message) (builtins.filter (a: !a.assertion) config.assertions);
  inherit (config) warnings;
  root = config.fileSystems."/".fsType;
  nix = config.fileSystems."/nix".neededForBoot;
  initrdKeymap = config.boot.initrd.systemd.contents ? "/etc/kbd" && config.console.earlySetup;
  kept = builtins.fromJSON config.environment.etc."lethe/persistence.json".text;
  homes = lib.mapAttrs (_: home: home.home.stateVersion) config.home-manager.users;
  toplevel = builtins.unsafeDiscardStringContext config.system.build.toplevel.drvPath;
}
