# Merges what modules say, as NixOS does where options have no type of their own: sets by name, lists one after another, and of
# anything else there may be only one value at the strongest priority.
{ lib }:
let
  inherit (builtins)
    all
    concatLists
    concatMap
    concatStringsSep
    filter
    foldl'
    head
    isAttrs
    isList
    ;

  plain = 100;
  # resolve turns mkIf and mkOverride into a list of values with priorities.
  resolve =
    value:
    if !(isAttrs value && value ? _type) then
      [
        {
          priority = plain;
          inherit value;
        }
      ]
    else if value._type == "if" then
      if value.condition then resolve value.content else [ ]
    else
      [
        {
          inherit (value) priority;
          value = value.content;
        }
      ];

  strongest =
    values:
    let
      resolved = concatMap resolve values;
      best = foldl' (a: r: if r.priority < a then r.priority else a) 9999 resolved;
    in
    map (r: r.value) (filter (r: r.priority == best) resolved);

  merge =
    path: values:
    let
      found = strongest values;
    in
    if found != [ ] && all isAttrs found then
      if (head found).type or null == "derivation" then
        head found
      else
        builtins.zipAttrsWith (name: merge (path ++ [ name ])) found
    else if found != [ ] && all isList found then
      concatLists found
    else if found != [ ] && all (v: v == head found) found then
      head found
    else
      throw "The option `${concatStringsSep "." path}' has conflicting definition values.";
in
definitions: if definitions == [ ] then { } else merge [ ] definitions
