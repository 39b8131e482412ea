# Plays home-manager: its wishes are merged and not looked at.
{
  outputs = _: {
    nixosModules.home-manager = { };
  };
}
