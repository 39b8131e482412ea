# environment.persistence as impermanence completes it: every entry a set that knows its whole path.
{ lib, merged }:
let
  entry =
    {
      kind,
      prefix,
      owner,
      group,
      mode,
    }:
    given:
    let
      set = if builtins.isString given then { ${kind} = given; } else given;
      path = if prefix == "" then set.${kind} else "${prefix}/${set.${kind}}";
    in
    {
      user = owner;
      inherit group mode;
      method = "auto";
    }
    // set
    // (if kind == "directory" then { dirPath = path; } else { filePath = path; });

  lists = where: said: {
    directories = map (entry (where // { kind = "directory"; })) (said.directories or [ ]);
    files = map (entry (where // { kind = "file"; })) (said.files or [ ]);
  };

  system = {
    prefix = "";
    owner = "root";
    group = "root";
    mode = "0755";
  };

  home = name: {
    prefix = "/home/${name}";
    owner = name;
    inherit (merged.users.users.${name}) group;
    mode = "0755";
  };
in
lib.mapAttrs (
  _: storage:
  {
    enable = true;
  }
  // storage
  // lists system storage
  // {
    users = lib.mapAttrs (name: lists (home name)) (storage.users or { });
  }
) (merged.environment.persistence or { })
