# Plays nixpkgs: just enough to evaluate a generated repository and to build of its values a system that boots.
{
  outputs =
    { self }:
    let
      lib = import ./lib.nix;
      pkgs = import ./pkgs.nix;
    in
    {
      lib = lib // {
        nixosSystem = import ./nixos {
          inherit lib pkgs;
          parts = ./parts;
        };
      };
      legacyPackages.x86_64-linux = pkgs;
    };
}
