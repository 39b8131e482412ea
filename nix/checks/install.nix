# Starts the live medium, installs with `lethe-engine install`, starts the disk twice, and looks at what survives.
#
# An installation builds the new system, which takes a network, and a Nix sandbox has none: hence this is the test's driver, to be
# run outside (`nix run .#install-test`), and no check of the flake.
{ pkgs, iso }:
let
  test = pkgs.testers.runNixOSTest {
    name = "lethe-install";
    nodes = { };
    skipTypeCheck = true; # of the script below, where the driver's names are unknown
    testScript = ''
      medium = "${iso}/iso"
      qemu = "${pkgs.qemu}/bin"
      firmware = "${pkgs.OVMF.fd}/FV"
      ${builtins.readFile ./install.py}
    '';
  };
in
test.driver
