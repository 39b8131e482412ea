# The option paths that a module sets, as lists of names; "*" stands for an element of a list.
file:
let
  module = import file;
  lib = builtins // {
    mkDefault = value: value;
    getName = package: package.name;
    filterAttrs =
      keep: set:
      builtins.listToAttrs (
        map (name: {
          inherit name;
          value = set.${name};
        }) (builtins.filter (name: keep name set.${name}) (builtins.attrNames set))
      );
  };
  arguments = {
    inherit lib;
    config = {
      environment.persistence = { };
      i18n.supportedLocales = [
        "C.UTF-8/UTF-8"
        "vi_VN.UTF-8/UTF-8"
      ];
    };
    modulesPath = "/modules";
    pkgs = {
      zsh = "zsh";
      fish = "fish";
      # glibc's list has no other: the build would stop
      glibcLocales.override =
        { locales, allLocales }:
        assert
          !allLocales
          && locales == [
            "C.UTF-8/UTF-8"
            "vi_VN/UTF-8"
          ];
        "locales";
      xdg-desktop-portal-gtk = "portal";
    };
  };
  called =
    if builtins.isFunction module then
      module (builtins.intersectAttrs (builtins.functionArgs module) arguments)
    else
      module;
  walk =
    path: value:
    if builtins.isAttrs value && value != { } then
      builtins.concatMap (name: walk (path ++ [ name ]) value.${name}) (builtins.attrNames value)
    else if builtins.isList value && builtins.any builtins.isAttrs value then
      builtins.concatMap (walk (path ++ [ "*" ])) (builtins.filter builtins.isAttrs value)
    else
      [ path ];
in
walk [ ] (removeAttrs called [ "imports" ])
