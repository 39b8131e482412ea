# nixosSystem: evaluates modules and gives { config; }, in which system.build.toplevel is a system that boots.
{
  lib,
  pkgs,
  parts,
}:
{ modules, ... }:
let
  merge = import ./merge.nix { inherit lib; };

  arguments = {
    inherit config lib pkgs;
    modulesPath = ./modules;
  };

  # load gives what a module and all that it imports say.
  load =
    module:
    let
      value = if builtins.isPath module || builtins.isString module then import module else module;
      said = if builtins.isFunction value then value arguments else value;
    in
    builtins.concatMap load (said.imports or [ ]) ++ [ (removeAttrs said [ "imports" ]) ];

  merged = merge (builtins.concatMap load modules);

  persistence = import ./persistence.nix { inherit lib merged; };

  config = merged // {
    environment = merged.environment // {
      inherit persistence;
    };
    system = merged.system // {
      build.toplevel = import ./system.nix { inherit lib config parts; };
    };
  };
in
{
  inherit config;
}
