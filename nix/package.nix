# Lethe's programs: window and engine together, since the window starts the lethe-engine that lies beside it; or the engine alone.
{
  lib,
  go,
  buildGoModule,
  buildGo126Module ? buildGoModule,
  patchelf,
  pkg-config,

  # What the engine calls. Nix, NixOS's own tools and systemd's are the running system's.
  coreutils,
  cryptsetup,
  dosfstools,
  e2fsprogs,
  efibootmgr,
  gitMinimal,
  gptfdisk,
  kmod,
  lvm2,
  mdadm,
  parted,
  util-linux,

  # What the window is linked to, or opens by name when it starts.
  libGL,
  libdecor,
  libx11,
  libxcursor,
  libxext,
  libxi,
  libxinerama,
  libxkbcommon,
  libxrandr,
  libxrender,
  libxxf86vm,
  wayland,

  window ? true,
}:
let
  build = if lib.versionAtLeast go.version "1.26" then buildGoModule else buildGo126Module;

  tools = [
    coreutils
    cryptsetup
    dosfstools
    e2fsprogs
    efibootmgr
    gitMinimal
    gptfdisk
    kmod
    lvm2
    mdadm
    parted
    util-linux
  ];

  libraries = [
    libGL
    libdecor
    libx11
    libxcursor
    libxext
    libxi
    libxinerama
    libxkbcommon
    libxrandr
    libxrender
    libxxf86vm
    wayland
  ];
in
build {
  pname = if window then "lethe" else "lethe-engine";
  version = (fromTOML (builtins.readFile ../FyneApp.toml)).Details.Version;

  # Every Go package of the module, tests among them: go mod vendor looks at them all.
  src = lib.fileset.toSource {
    root = ../.;
    fileset = lib.fileset.unions [
      ../FyneApp.toml
      ../LICENSE
      ../app
      ../assets
      ../engine
      ../go.mod
      ../go.sum
      ../nix/nix.go
      ../nix/templates
      ../packaging
    ];
  };
  vendorHash = import ./vendor-hash.nix;

  subPackages = [ "engine/cmd/lethe-engine" ] ++ lib.optional window "app";
  tags = lib.optionals window [
    "gles"
    "no_animations"
    "no_emoji"
  ];
  ldflags = [
    "-s"
    "-w"
    # Programs are looked for here first. A program that runs as root must not trust anybody's PATH.
    "-X lethe/engine/tool.packaged=${lib.makeBinPath tools}"
  ];
  env.CGO_ENABLED = if window then 1 else 0;

  nativeBuildInputs = lib.optionals window [
    patchelf
    pkg-config
  ];
  buildInputs = lib.optionals window libraries;

  # `make test` needs disks' tools, git, Nix and a display; it is not run here.
  doCheck = false;

  installPhase = ''
    runHook preInstall
    bin=$GOPATH/bin
  ''
  + lib.optionalString window ''
    mv $bin/app $bin/lethe
  ''
  + ''
    PREFIX=$out sh packaging/install.sh $bin engine ${lib.optionalString window "window desktop"}
    runHook postInstall
  '';

  # GLFW opens these by name. The programs that the window starts must not see them, hence no LD_LIBRARY_PATH.
  postFixup = lib.optionalString window ''
    patchelf --add-rpath ${lib.makeLibraryPath libraries} $out/bin/lethe
  '';

  meta = {
    description = "Installer for a NixOS that forgets at every boot what you did not choose to keep";
    license = lib.licenses.mit;
    mainProgram = if window then "lethe" else "lethe-engine";
    platforms = lib.platforms.linux;
  };
}
