# Systems as Lethe would install them, from the very files that its tests hold it to: a medium that has their closures leaves
# little to download. They differ from a user's in names, locale and disks, which are small.
{
  channel, # nixpkgs and home-manager
  impermanence,
  system,
}:
let
  golden = ../engine/flake/testdata/golden;

  # index.txt says which text a repository has: "luks-random-key-plasma-1 disks.nix disks.nix/luks-random-key-plasma-1.nix".
  lines = builtins.filter builtins.isString (
    builtins.split "\n" (builtins.readFile (golden + "/index.txt"))
  );
  file =
    repository: name:
    let
      prefix = "${repository} ${name} ";
      found = builtins.filter (
        line: builtins.substring 0 (builtins.stringLength prefix) line == prefix
      ) lines;
      line = builtins.head found;
    in
    if found == [ ] then
      throw "${golden}/index.txt has no ${name} of ${repository}"
    else
      golden
      + ("/" + builtins.substring (builtins.stringLength prefix) (builtins.stringLength line) line);

  systemOf =
    repository:
    channel.nixpkgs.lib.nixosSystem {
      modules = [
        (file repository "configuration.nix")
        (file repository "hardware-configuration.nix")
        (file repository "disks.nix")
        impermanence.nixosModules.impermanence
        # Its one import is the persist.json beside it, which adds nothing at the beginning.
        (arguments: removeAttrs (import (file repository "persist.nix") arguments) [ "imports" ])
        channel.home-manager.nixosModules.home-manager
        {
          home-manager = {
            useGlobalPkgs = true;
            useUserPackages = true;
            users.ada = file repository "home.nix";
          };
          # The files are for this system; another one may be wanted.
          nixpkgs.hostPlatform = channel.nixpkgs.lib.mkForce system;
        }
      ];
    };
in
{
  # The default desktop, with encryption and without, each with the swap that is its default.
  encrypted = systemOf "luks-random-key-plasma-1";
  open = systemOf "open-plain-plasma-1";
}
