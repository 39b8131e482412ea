# Packages that a generated repository names; nothing here runs them.
builtins.mapAttrs
  (name: _: {
    type = "derivation";
    inherit name;
  })
  {
    bash = { };
    zsh = { };
    fish = { };
    nixfmt-tree = { };
    xdg-desktop-portal-gtk = { };
  }
