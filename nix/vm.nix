# Starts the live medium in QEMU: `nix run .#vm`. Without Nix, `make vm ISO=…` does the same.
{
  OVMF,
  coreutils,
  gnused,
  qemu,
  virt-viewer,
  writeShellApplication,
  iso,
}:
writeShellApplication {
  name = "lethe-vm";
  runtimeInputs = [
    coreutils
    gnused
    qemu
    virt-viewer
  ];
  text = ''
    export LETHE_OVMF_CODE=${OVMF.fd}/FV/OVMF_CODE.fd LETHE_OVMF_VARS=${OVMF.fd}/FV/OVMF_VARS.fd
    images=(${iso}/iso/*.iso)
    exec bash ${./vm.sh} --iso "''${images[0]}" "$@"
  '';
}
