# The few functions of nixpkgs' lib that configurations here use, with the same meaning.
rec {
  inherit (builtins)
    attrNames
    attrValues
    concatLists
    concatMap
    elem
    filter
    mapAttrs
    ;
  mkOverride = priority: content: {
    _type = "override";
    inherit priority content;
  };
  mkDefault = mkOverride 1000;
  mkForce = mkOverride 50;
  mkIf = condition: content: {
    _type = "if";
    inherit condition content;
  };
  filterAttrs = keep: set: removeAttrs set (filter (name: !keep name set.${name}) (attrNames set));
  mapAttrsToList = f: set: map (name: f name set.${name}) (attrNames set);
  getName = p: p.pname or p.name;
  importJSON = file: builtins.fromJSON (builtins.readFile file);
  optional = condition: value: if condition then [ value ] else [ ];
  concatMapStrings = f: list: builtins.concatStringsSep "" (map f list);
  toList = x: if builtins.isList x then x else [ x ];
  genAttrs =
    names: f:
    builtins.listToAttrs (
      map (name: {
        inherit name;
        value = f name;
      }) names
    );
}
