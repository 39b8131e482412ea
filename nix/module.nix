# NixOS module: Lethe on an installed system, with the polkit action that its root side needs.
packageFor:
{
  config,
  lib,
  options,
  pkgs,
  ...
}:
let
  cfg = config.programs.lethe;
in
{
  options.programs.lethe = {
    enable = lib.mkEnableOption "Lethe, an installer for an impermanent NixOS";
    package = lib.mkOption {
      type = lib.types.package;
      default = packageFor pkgs.stdenv.hostPlatform.system;
      defaultText = lib.literalMD "the package of Lethe's flake";
      description = "The package that has `bin/lethe-engine` and its polkit action.";
    };
  };

  config = lib.mkIf cfg.enable {
    environment.systemPackages = [ cfg.package ];
    # From NixOS 26.11 on, pkexec has to be asked for.
    security.polkit = {
      enable = true;
    }
    // lib.optionalAttrs (options.security.polkit ? enablePkexecWrapper) {
      enablePkexecWrapper = true;
    };
  };
}
