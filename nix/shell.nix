# What `make test`, `make lint` and `make run` need, for `nix develop`.
{
  mkShell,
  appstream,
  desktop-file-utils,
  fish,
  go,
  go_1_26 ? go,
  jq,
  libxml2,
  mandoc,
  nixfmt,
  polkit,
  shellcheck,
  xvfb-run,
  zsh,
  lethe,
}:
mkShell {
  inputsFrom = [ lethe ];
  packages = [
    appstream
    desktop-file-utils
    fish
    go_1_26
    jq
    libxml2
    mandoc
    nixfmt
    shellcheck
    xvfb-run
    zsh
  ];
  # polkit's DTD, for packaging/check.sh.
  POLKIT_DTD = "${polkit.out}/share/polkit-1/policyconfig-1.dtd";
}
