# `nix flake check`: the packages of every channel, what desktops read of them, and how the Nix files look.
{ pkgs, packages }:
let
  inherit (pkgs) lib;
  files = lib.fileset.toSource {
    root = ../..;
    fileset = lib.fileset.fileFilter (
      file: file.hasExt "nix" && file.name != "hardware-configuration.nix"
    ) ../..;
  };
in
packages
// {
  format = pkgs.runCommand "lethe-format" { nativeBuildInputs = [ pkgs.nixfmt ]; } ''
    find ${files} -name '*.nix' ! -path '*/testdata/*' -exec nixfmt --check {} +
    touch $out
  '';

  # As on a distribution, but below its own store path, which the polkit action names.
  packaging =
    pkgs.runCommand "lethe-packaging"
      {
        nativeBuildInputs = [
          pkgs.appstream
          pkgs.desktop-file-utils
          pkgs.fish
          pkgs.libxml2
          pkgs.mandoc
          pkgs.zsh
        ];
        POLKIT_DTD = "${pkgs.polkit.out}/share/polkit-1/policyconfig-1.dtd";
      }
      ''
        export HOME=$TMPDIR
        mkdir -p tree/nix/store
        ln -s ${packages.lethe} tree${packages.lethe}
        ln -s ${packages.lethe} tree/usr
        bash ${../../packaging/check.sh} $PWD/tree ${packages.lethe}
        touch $out
      '';
}
