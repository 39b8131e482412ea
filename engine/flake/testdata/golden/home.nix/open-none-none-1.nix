# What is in a user's home, for home-manager. flake.nix gives it to every user.
{ config, ... }:

{
  # The history is in a folder that persist.nix keeps. Shells save it by renaming a new file over the old one,
  # and that fails on a file that is kept by itself.
  programs.bash = {
    enable = true;
    historyFile = "${config.xdg.stateHome}/bash/history";
  };

  # The release that this home began with; not for upgrading. See `man home-configuration.nix`.
  home.stateVersion = "26.05";
}
