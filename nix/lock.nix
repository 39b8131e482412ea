# The flake.lock of a generated repository, with the revisions that a medium was built from: JSON, or null where an input has
# none, as a local folder has. Nothing is written that Nix did not compute from the bytes.
{
  inputs, # name in the generated flake.nix -> flake
  urls, # name -> github:OWNER/REPO or github:OWNER/REPO/REF
}:
let
  names = [
    "home-manager"
    "impermanence"
    "nixpkgs"
  ];

  place =
    name:
    let
      parts = builtins.match "github:([^/]+)/([^/]+)(/(.+))?" urls.${name};
      part = builtins.elemAt parts;
    in
    {
      type = "github";
      owner = part 0;
      repo = part 1;
    }
    // (if part 3 == null then { } else { ref = part 3; });

  # What the input's own inputs are in the generated flake.nix.
  follows = {
    nixpkgs = { };
    home-manager.inputs.nixpkgs = [ "nixpkgs" ];
    impermanence.inputs = {
      home-manager = [ ];
      nixpkgs = [ ];
    };
  };

  node =
    name:
    follows.${name}
    // {
      locked = removeAttrs (place name) [ "ref" ] // {
        inherit (inputs.${name}) lastModified narHash rev;
      };
      original = place name;
    };
in
if builtins.all (name: inputs.${name} ? rev && inputs.${name} ? narHash) names then
  builtins.toJSON {
    version = 7;
    root = "root";
    nodes = {
      root.inputs = builtins.listToAttrs (
        map (name: {
          inherit name;
          value = name;
        }) names
      );
    }
    // builtins.listToAttrs (
      map (name: {
        inherit name;
        value = node name;
      }) names
    );
  }
else
  null
