# Inputs of the flake that only say who they are, and just enough of nixpkgs' lib to evaluate its outputs offline.
rec {
  package =
    name: attributes:
    {
      inherit name;
      type = "derivation";
      version = "1";
      outPath = "/nix/store/${name}";
      drvPath = "/nix/store/${name}.drv";
      __toString = self: self.outPath;
    }
    // attributes;

  lib = rec {
    versionAtLeast = a: b: builtins.compareVersions a b >= 0;
    optionals = wanted: list: if wanted then list else [ ];
    optional = wanted: element: optionals wanted [ element ];
    optionalString = wanted: text: if wanted then text else "";
    optionalAttrs = wanted: set: if wanted then set else { };
    attrValues = builtins.attrValues;
    makeBinPath = packages: builtins.concatStringsSep ":" (map (p: "${p}/bin") packages);
    makeLibraryPath = packages: builtins.concatStringsSep ":" (map (p: "${p}/lib") packages);
    escapeShellArg = text: "'${text}'";
    fileset = {
      toSource = arguments: "/nix/store/source";
      unions =
        paths:
        if builtins.all builtins.pathExists paths then
          paths
        else
          throw "a path of the source does not exist";
      fileFilter = keep: path: path;
    };
    licenses.mit = "MIT";
    platforms.linux = [ ];
    mkIf = wanted: set: set;
    mkForce = value: value;
    mkDefault = value: value;
    mkEnableOption = text: { };
    mkOption = arguments: arguments;
    literalMD = text: text;
    types.package = "package";
    # A system says what it would be made of.
    nixosSystem =
      {
        modules,
        specialArgs ? { },
      }:
      {
        inherit modules;
        config.system.build = {
          isoImage = package "iso" {
            inherit modules;
            inherit (specialArgs) medium;
          };
          toplevel = package "toplevel" { inherit modules; };
        };
      };
  };

  pkgsOf =
    system:
    let
      pkgs = {
        inherit lib;
        go = package "go" { version = "1.26.3"; };
        buildGoModule = arguments: package arguments.pname (arguments // { built = true; });
        writeShellApplication = arguments: package arguments.name arguments;
        runCommand =
          name: arguments: script:
          package name (arguments // { inherit script; });
        mkShell = arguments: package "shell" arguments;
        OVMF = package "OVMF" { fd = package "OVMF-fd" { }; };
        polkit = package "polkit" { out = package "polkit-out" { }; };
        kdePackages.plasma-workspace-wallpapers = package "wallpapers" { };
        nerd-fonts.jetbrains-mono = package "font" { };
        stdenv.hostPlatform = { inherit system; };
        testers.runNixOSTest = test: { driver = package "driver" { inherit test; }; };
        callPackage =
          file: arguments:
          let
            function = import file;
            wanted = builtins.functionArgs function;
            needed = builtins.filter (name: !wanted.${name}) (builtins.attrNames wanted);
          in
          function (
            builtins.listToAttrs (
              map (name: {
                inherit name;
                value = pkgs.${name} or (package name { });
              }) needed
            )
            // arguments
          );
      };
    in
    pkgs
    // builtins.listToAttrs (
      map
        (name: {
          inherit name;
          value = package name { };
        })
        [
          "appstream"
          "desktop-file-utils"
          "fish"
          "libxml2"
          "mandoc"
          "mkpasswd"
          "nixfmt"
          "nixfmt-tree"
          "qemu"
          "ripgrep"
          "tree"
          "wl-clipboard"
          "xclip"
          "zsh"
        ]
    );

  source =
    name: attributes:
    package name {
      rev = builtins.hashString "sha1" name;
      narHash = "sha256-" + builtins.hashString "md5" name;
      lastModified = 1;
    }
    // attributes;
  nixpkgs =
    name:
    source name {
      inherit lib;
      legacyPackages = {
        x86_64-linux = pkgsOf "x86_64-linux";
        aarch64-linux = pkgsOf "aarch64-linux";
      };
    };
  inputs = {
    nixpkgs = nixpkgs "nixpkgs";
    nixpkgs-unstable = nixpkgs "nixpkgs-unstable";
    home-manager = source "home-manager" { nixosModules.home-manager = { }; };
    home-manager-unstable = source "home-manager-unstable" { nixosModules.home-manager = { }; };
    impermanence = source "impermanence" { nixosModules.impermanence = { }; };
  };
  outputs = (import ../../flake.nix).outputs inputs;

  # The option paths that a module of the live medium sets, and what is in its medium.
  pc = outputs.packages.x86_64-linux;
  called = file: called' (import file);
  called' =
    module:
    module {
      inherit lib;
      inherit (pc.iso) medium;
      pkgs = inputs.nixpkgs.legacyPackages.x86_64-linux;
      modulesPath = "/modules";
      options.security.polkit.enablePkexecWrapper = { };
      config = {
        lethe.medium = {
          small = false;
          references = true;
        };
        programs.lethe = {
          enable = true;
          package = pc.lethe;
        };
        system.nixos.release = "26.05";
      };
    };
  paths =
    prefix: value:
    if builtins.isAttrs value && value != { } && !(value ? type) then
      builtins.concatMap (name: paths (prefix ++ [ name ]) value.${name}) (builtins.attrNames value)
    else
      [ prefix ];
}
