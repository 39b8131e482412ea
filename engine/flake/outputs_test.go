package flake_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestFlakeOutputs calls the outputs of flake.nix with inputs that only say who they are.
func TestFlakeOutputs(t *testing.T) {
	m := combination{luks: true, swap: "random-key", desktop: "plasma", users: 2}
	c := m.wishes()
	c.Users[0].Name = "else"
	folder := t.TempDir()
	for _, f := range render(t, input(t, c)).Files {
		if err := os.WriteFile(filepath.Join(folder, f.Path), f.Text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	var got struct {
		Inputs  map[string]string
		Host    string
		Modules []string
		Users   map[string]string
	}
	evaluate(t, fmt.Sprintf(`
let
  flake = import %s/flake.nix;
  outputs = flake.outputs {
    self = { };
    nixpkgs.lib.nixosSystem = arguments: arguments.modules;
    nixpkgs.legacyPackages.x86_64-linux.nixfmt-tree = "formatter";
    home-manager.nixosModules.home-manager = "home-manager";
    impermanence.nixosModules.impermanence = "impermanence";
    lethe.nixosModules.default = "lethe";
  };
  modules = outputs.nixosConfigurations.blitzar;
in
{
  Inputs = builtins.mapAttrs (_: input: input.url) flake.inputs;
  Host = builtins.head (builtins.attrNames outputs.nixosConfigurations) + outputs.formatter.x86_64-linux;
  Modules = map (m: if builtins.isPath m then baseNameOf m else m) (builtins.filter (m: !builtins.isAttrs m) modules);
  Users = builtins.mapAttrs (_: baseNameOf) (builtins.head (builtins.filter builtins.isAttrs modules)).home-manager.users;
}`, folder), &got)
	want := got
	want.Inputs = map[string]string{
		"nixpkgs":      "github:NixOS/nixpkgs/nixos-26.05",
		"home-manager": "github:nix-community/home-manager/release-26.05",
		"impermanence": "github:nix-community/impermanence",
		"lethe":        "github:example/lethe",
	}
	want.Host = "blitzarformatter"
	want.Modules = []string{"configuration.nix", "hardware-configuration.nix", "disks.nix", "impermanence", "persist.nix", "home-manager", "lethe"}
	want.Users = map[string]string{"else": "home.nix", "grace": "home.nix"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("outputs (-want +got):\n%s", diff)
	}
}
