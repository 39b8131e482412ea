# What outlives a reboot: / is empty at every boot, and what is listed here is mounted onto it from
# /nix/persist. README.md says how to keep another path.
{ config, lib, ... }:

let
  # Kept in every user's home.
  home = {
    directories = [
      "Desktop"
      "Documents"
      "Downloads"
      "Music"
      "Pictures"
      "Public"
      "Templates"
      "Videos"
      # SSH keys and known hosts
      {
        directory = ".ssh";
        mode = "0700";
      }
      # GnuPG keys
      {
        directory = ".gnupg";
        mode = "0700";
      }
      # settings
      ".config"
      # what programs store, passwords among it
      ".local/share"
      # histories, window sizes, volume
      ".local/state"
    ];
  };
in
{
  # `lethe-engine persist keep` writes to persist.json and to no other file; these lists are yours.
  imports = [ { environment.persistence."/nix/persist" = lib.importJSON ./persist.json; } ];

  environment.persistence."/nix/persist" = {
    hideMounts = true; # file managers show no drive for each of these
    directories = [
      # the configuration of this system
      "/etc/nixos"
      # numbers of users and groups: without them, files change owner
      "/var/lib/nixos"
      # timers, clock, random seed, crash dumps, screen brightness
      "/var/lib/systemd"
      # the journal
      "/var/log"
      # large files of programs, such as a container that is pulled; systemd removes what is old
      {
        directory = "/var/tmp";
        mode = "1777";
      }
    ];
    files = [
      # names this machine to the journal and to DHCP servers
      "/etc/machine-id"
    ];
    users.ada = home;
  };

  # sudo notes in /var/db whom it has lectured, and would begin anew after every reboot.
  security.sudo.extraConfig = "Defaults lecture = never";

  # The lists above, for programs that show what is kept: `jq . /etc/lethe/persistence.json`.
  environment.etc."lethe/persistence.json".text = builtins.toJSON (
    lib.mapAttrs (
      _: storage:
      let
        all = [ storage ] ++ lib.attrValues storage.users;
      in
      {
        directories = map (d: d.dirPath) (lib.concatMap (s: s.directories) all);
        files = map (f: f.filePath) (lib.concatMap (s: s.files) all);
      }
    ) (lib.filterAttrs (_: storage: storage.enable) config.environment.persistence)
  );
}
