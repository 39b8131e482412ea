# The terminal of the live session, for those who look around or repair something.
{ pkgs, medium, ... }:
{
  home-manager = {
    useGlobalPkgs = true;
    useUserPackages = true;
    users.nixos =
      { osConfig, ... }:
      {
        home = {
          file."Desktop/org.lethe.Lethe.desktop".source =
            "${medium.lethe}/share/applications/org.lethe.Lethe.desktop";
          packages = [
            pkgs.mkpasswd
            pkgs.nixfmt
            pkgs.ripgrep
            pkgs.tree
            pkgs.wl-clipboard
            pkgs.xclip
          ];
          stateVersion = osConfig.system.nixos.release; # a medium is never upgraded
        };
        programs = {
          zsh = {
            enable = true;
            enableCompletion = true;
            autosuggestion.enable = true;
          };
          starship = {
            enable = true;
            enableZshIntegration = true;
          };
          fzf = {
            enable = true;
            enableZshIntegration = true; # Ctrl+R, Ctrl+T, Alt+C
          };
          alacritty = {
            enable = true;
            settings.font.normal.family = "JetBrainsMono Nerd Font";
          };
          neovim = {
            enable = true;
            defaultEditor = true;
          };
        };
      };
  };
}
