package nix_test

import (
	"slices"
	"strings"
	"testing"
)

// TestWhatIsOnTheMedium evaluates the live medium's modules, and looks for all that people find there.
func TestWhatIsOnTheMedium(t *testing.T) {
	type program struct {
		Enable, EnableCompletion, EnableZshIntegration, DefaultEditor bool
		Autosuggestion                                                struct{ Enable bool }
	}
	var got struct {
		Packages, Store, Inputs []string
		Programs                map[string]program
		Desktop, Autostart      string
		Squashfs, Small, Lock   string
		Flakes                  []string
		Services                map[string]bool
		User, Session           string
	}
	evaluate(t, `let
  c = (called ./iso.nix).config;
  small = (called' (arguments: import ./iso.nix (arguments // { config = arguments.config // { lethe.medium = { small = true; references = false; }; }; }))).config;
  home = (called ./iso/home.nix).home-manager.users.nixos { osConfig.system.nixos.release = "26.05"; };
in {
  Packages = map (p: p.name) home.home.packages;
  Programs = builtins.mapAttrs (_: p: builtins.intersectAttrs { enable = 1; enableCompletion = 1; enableZshIntegration = 1; defaultEditor = 1; autosuggestion = 1; } p) home.programs;
  Desktop = home.home.file."Desktop/org.lethe.Lethe.desktop".source;
  Autostart = c.environment.etc."xdg/autostart/org.lethe.Lethe.desktop".source;
  Lock = c.environment.etc."lethe/flake.lock".text;
  Store = map toString c.isoImage.storeContents;
  Inputs = map toString small.isoImage.storeContents;
  Squashfs = c.isoImage.squashfsCompression;
  Small = small.isoImage.squashfsCompression;
  Flakes = c.nix.settings.experimental-features;
  Services = {
    spice = c.services.spice-vdagentd.enable;
    guest = c.services.qemuGuest.enable;
    plasma = c.services.desktopManager.plasma6.enable;
    wayland = c.services.displayManager.sddm.wayland.enable;
    network = c.networking.networkmanager.enable;
    lethe = c.programs.lethe.enable;
  };
  User = c.services.displayManager.autoLogin.user;
  Session = c.services.displayManager.defaultSession;
}`, &got)
	for _, name := range []string{"mkpasswd", "nixfmt", "ripgrep", "tree", "wl-clipboard", "xclip"} {
		if !slices.Contains(got.Packages, name) {
			t.Errorf("%s is not among %v", name, got.Packages)
		}
	}
	zsh, fzf, starship, neovim := got.Programs["zsh"], got.Programs["fzf"], got.Programs["starship"], got.Programs["neovim"]
	if !zsh.Enable || !zsh.EnableCompletion || !zsh.Autosuggestion.Enable || !fzf.Enable || !fzf.EnableZshIntegration ||
		!starship.Enable || !starship.EnableZshIntegration || !got.Programs["alacritty"].Enable || !neovim.Enable || !neovim.DefaultEditor {
		t.Errorf("the terminal is %+v", got.Programs)
	}
	const entry = "/nix/store/lethe/share/applications/org.lethe.Lethe.desktop"
	if got.Desktop != entry || got.Autostart != entry {
		t.Errorf("on the desktop is %s, started is %s", got.Desktop, got.Autostart)
	}
	for what, on := range got.Services {
		if !on {
			t.Errorf("%s is off", what)
		}
	}
	if got.User != "nixos" || got.Session != "plasma" || !slices.Contains(got.Flakes, "flakes") || !slices.Contains(got.Flakes, "nix-command") {
		t.Errorf("%+v", got)
	}
	inputs := []string{"/nix/store/home-manager", "/nix/store/impermanence", "/nix/store/nixpkgs"}
	slices.Sort(got.Inputs)
	if !slices.Equal(got.Inputs, inputs) || len(got.Store) != len(inputs)+2 || !strings.Contains(got.Lock, `"narHash"`) {
		t.Errorf("without references it has %v, with them %v, and the lock %s", got.Inputs, got.Store, got.Lock)
	}
	if got.Squashfs != "zstd -Xcompression-level 3" || got.Small != "zstd -Xcompression-level 19" {
		t.Errorf("compressed by %q, and small by %q", got.Squashfs, got.Small)
	}
}
