# The system: everything that is particular to a machine is written of the configuration's own values into tables, and the scripts
# beside this file do what the tables say. A wrong value fails the build or the boot.
{
  lib,
  config,
  parts,
}:
let
  inherit (builtins)
    attrNames
    concatStringsSep
    concatMap
    filter
    length
    match
    sort
    toString
    ;

  # A table has a line for each row and a tab between fields; a field with either in it is refused.
  row =
    fields:
    let
      bad = filter (f: match "[^\t\n]+" f == null) fields;
    in
    if bad == [ ] then
      concatStringsSep "\t" fields + "\n"
    else
      throw "a field of a table is empty or has a tab or line break: ${builtins.toJSON fields}";
  table = rows: lib.concatMapStrings row rows;
  options = list: if list == [ ] then "defaults" else concatStringsSep "," list;

  mountpoints = sort (a: b: a < b) (attrNames config.fileSystems);
  neededForBoot =
    at: fs:
    fs.neededForBoot or false
    || lib.elem at [
      "/"
      "/nix"
      "/nix/store"
    ];
  fstab = table (
    map (
      at:
      let
        fs = config.fileSystems.${at};
      in
      [
        fs.device
        at
        fs.fsType
        (options (fs.options or [ ]))
        (if neededForBoot at fs then "stage1" else "stage2")
      ]
    ) mountpoints
  );

  crypttab = table (
    lib.mapAttrsToList (name: d: [
      name
      d.device
      (options (lib.optional (d.allowDiscards or false) "discard"))
    ]) (config.boot.initrd.luks.devices or { })
  );

  swaps = table (
    map (s: [
      s.device
      (if s.randomEncryption.enable or false then "random" else "plain")
    ]) (config.swapDevices or [ ])
  );

  # The path of a kept thing in its storage; in homes, parents belong to the user.
  kept =
    storage: owner: s:
    map (d: [
      "dir"
      (storage + d.dirPath)
      d.dirPath
      d.mode
      d.user
      d.group
      owner
    ]) s.directories
    ++ map (f: [
      "file"
      (storage + f.filePath)
      f.filePath
      "0644"
      f.user
      f.group
      owner
    ]) s.files;
  storages = filter (name: config.environment.persistence.${name}.enable) (
    attrNames config.environment.persistence
  );
  keep = table (
    concatMap (
      storage:
      let
        s = config.environment.persistence.${storage};
      in
      kept storage "root" s ++ concatMap (user: kept storage user s.users.${user}) (attrNames s.users)
    ) storages
  );

  normal = filter (name: config.users.users.${name}.isNormalUser or false) (
    attrNames config.users.users
  );
  people = table (
    map (
      name:
      let
        u = config.users.users.${name};
      in
      [
        name
        (toString u.uid)
        u.group
        u.hashedPasswordFile
        (u.description or name)
        (u.shell.name or "bash")
        (concatStringsSep "," ([ "users" ] ++ u.extraGroups or [ ]))
      ]
    ) normal
  );

  # Users that services bring along: those who own something kept, and a few that are always there.
  services = lib.concatMapStrings (name: name + "\n") (
    attrNames (
      lib.genAttrs (
        [ "messagebus" ]
        ++ lib.optional (config.services.openssh.enable or false) "sshd"
        ++ filter (name: !(lib.elem name ([ "root" ] ++ normal))) (
          concatMap (storage: map (d: d.user) config.environment.persistence.${storage}.directories) storages
        )
      ) (_: null)
    )
  );

  # git's own format, of programs.git.config.
  gitValue =
    v: if builtins.isBool v then (if v then "true" else "false") else builtins.toJSON (toString v);
  gitSection =
    name: set:
    "[${name}]\n"
    + lib.concatMapStrings (
      key: lib.concatMapStrings (v: "\t${key} = ${gitValue v}\n") (lib.toList set.${key})
    ) (attrNames set);
  gitconfig = lib.concatMapStrings (
    set: lib.concatMapStrings (name: gitSection name set.${name}) (attrNames set)
  ) (lib.toList (config.programs.git.config or [ ]));

  etc = lib.mapAttrs (_: e: e.text) (config.environment.etc or { });

  root = config.users.users.root.hashedPassword;
in
assert length mountpoints > 0 && builtins.head mountpoints == "/";
assert config.users.mutableUsers == false;
assert config.boot.loader.systemd-boot.enable && config.boot.loader.efi.canTouchEfiVariables;
derivation {
  name = "nixos-system-${config.networking.hostName}-stand-in";
  system = "x86_64-linux";
  builder = "${parts}/busybox";
  args = [
    "sh"
    ./build.sh
  ];
  inherit
    fstab
    crypttab
    swaps
    keep
    people
    services
    gitconfig
    parts
    root
    ;
  passAsFile = [
    "fstab"
    "crypttab"
    "swaps"
    "keep"
    "people"
    "services"
    "gitconfig"
    "etc"
  ];
  etc = lib.concatMapStrings (
    name:
    row [
      name
      (builtins.toFile "etc" etc.${name})
    ]
  ) (attrNames etc);
  host = config.networking.hostName;
  generations = toString config.boot.loader.systemd-boot.configurationLimit;
  parameters = concatStringsSep " " (config.boot.kernelParams or [ ]);
  stage1 = ./stage1.sh;
  init = ./init.sh;
  keep_script = ./keep.sh;
  activate = ./activate.sh;
  switch = ./switch.sh;
}
