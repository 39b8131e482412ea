# Plays impermanence: what it does with environment.persistence is done in the stand-in for nixpkgs.
{
  outputs = _: {
    nixosModules.impermanence = { };
  };
}
