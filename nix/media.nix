# The live medium, what starts it in a virtual machine, and the test that installs from it.
{
  channel, # nixpkgs, home-manager and their urls
  impermanence,
  impermanenceURL,
  system,
  lethe,
}:
let
  pkgs = channel.nixpkgs.legacyPackages.${system};
  inputs = {
    inherit (channel) nixpkgs home-manager;
    inherit impermanence;
  };

  live =
    modules:
    channel.nixpkgs.lib.nixosSystem {
      specialArgs.medium = {
        inherit lethe inputs;
        lock = import ./lock.nix {
          inherit inputs;
          urls = channel.urls // {
            impermanence = impermanenceURL;
          };
        };
        references = import ./reference.nix { inherit channel impermanence system; };
      };
      modules = [
        ./iso.nix
        { nixpkgs.hostPlatform = system; }
      ]
      ++ modules;
    };
  image = modules: (live modules).config.system.build.isoImage;
in
rec {
  iso = image [ ];
  iso-small = image [ { lethe.medium.small = true; } ];
  vm = pkgs.callPackage ./vm.nix { inherit iso; };
  install-test = import ./checks/install.nix {
    inherit pkgs;
    iso = image [
      ./checks/instrument.nix
      { lethe.medium.references = false; }
    ];
  };
}
