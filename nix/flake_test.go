package nix_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/flake"
)

// evaluate gives the value of an expression in which everything of testdata/stub.nix has its name. It needs no store and no network.
func evaluate(t *testing.T, expression string, into any) {
	t.Helper()
	stub, err := filepath.Abs(filepath.Join("testdata", "stub.nix"))
	if err != nil {
		t.Fatal(err)
	}
	state := t.TempDir()
	c := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--expr", fmt.Sprintf("with import %s; %s", stub, expression))
	c.Env = append(os.Environ(), "HOME="+state, "NIX_STATE_DIR="+state, "NIX_STORE_DIR="+state+"/store", "NIX_CONF_DIR="+state, "NIX_PATH=")
	var problem strings.Builder
	c.Stderr = &problem
	out, err := c.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", expression, err, problem.String())
	}
	if err := json.Unmarshal(out, into); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestOutputs evaluates every output of the flake to its derivation.
func TestOutputs(t *testing.T) {
	var got struct {
		Packages, Apps, Checks map[string]map[string]string
		Shells, Formatter      map[string]string
		Modules                []string
	}
	evaluate(t, `let each = builtins.mapAttrs (_: builtins.mapAttrs (_: p: p.drvPath)); in {
  Packages = each outputs.packages;
  Checks = each outputs.checks;
  Apps = builtins.mapAttrs (_: builtins.mapAttrs (_: a: a.type + " " + a.program)) outputs.apps;
  Shells = builtins.mapAttrs (_: s: s.default.drvPath) outputs.devShells;
  Formatter = builtins.mapAttrs (_: f: f.drvPath) outputs.formatter;
  Modules = builtins.attrNames outputs.nixosModules;
}`, &got)
	both := []string{"default", "lethe", "lethe-engine", "lethe-engine-unstable", "lethe-unstable"}
	pc := append([]string{"install-test", "install-test-unstable", "iso", "iso-small", "iso-small-unstable", "iso-unstable", "vm", "vm-unstable"}, both...)
	slices.Sort(pc)
	for _, row := range []struct {
		what      string
		got, want []string
	}{
		{"packages of a PC", keys(got.Packages["x86_64-linux"]), pc},
		{"packages of an ARM machine", keys(got.Packages["aarch64-linux"]), both},
		{"checks", keys(got.Checks["x86_64-linux"]), []string{"format", "lethe", "lethe-engine", "lethe-engine-unstable", "lethe-unstable", "packaging"}},
		{"apps", keys(got.Apps["x86_64-linux"]), []string{
			"default", "install-test", "install-test-unstable", "lethe", "lethe-engine", "lethe-engine-unstable", "lethe-unstable", "vm", "vm-unstable",
		}},
		{"apps of an ARM machine", keys(got.Apps["aarch64-linux"]), both},
		{"shells", keys(got.Shells), []string{"aarch64-linux", "x86_64-linux"}},
		{"formatters", keys(got.Formatter), []string{"aarch64-linux", "x86_64-linux"}},
		{"modules", got.Modules, []string{"default", "lethe"}},
	} {
		if diff := cmp.Diff(row.want, row.got); diff != "" {
			t.Errorf("%s: %s", row.what, diff)
		}
	}
	for name, want := range map[string]string{"default": "lethe/bin/lethe", "lethe-engine": "lethe-engine/bin/lethe-engine", "vm": "lethe-vm/bin/lethe-vm"} {
		if got := got.Apps["x86_64-linux"][name]; got != "app /nix/store/"+want {
			t.Errorf("nix run .#%s starts %s", name, got)
		}
	}
}

// TestSourceIsWhole holds that Nix gets every folder with Go files, so that go mod vendor gives there what it gives here.
func TestSourceIsWhole(t *testing.T) {
	files, err := exec.Command("go", "list", "-f", "{{.ImportPath}}", "lethe/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	filtered := read(t, "package.nix")
	for path := range strings.Lines(string(files)) {
		folder, _, _ := strings.Cut(strings.TrimPrefix(strings.TrimSpace(path), "lethe/"), "/")
		if !strings.Contains(filtered, "../"+folder+"\n") && folder != "nix" {
			t.Errorf("package.nix leaves out %s", folder)
		}
	}
	if len(files) == 0 || !strings.Contains(filtered, "../nix/nix.go\n") || !strings.Contains(filtered, "../nix/templates\n") {
		t.Errorf("of %s the templates are left out", files)
	}
}

func keys(set map[string]string) []string {
	var list []string
	for name := range set {
		list = append(list, name)
	}
	slices.Sort(list)
	return list
}

// TestPackage compares how Nix builds with how the Makefile does, and with what the source expects.
func TestPackage(t *testing.T) {
	type pkg struct {
		Version, VendorHash, Pname string
		Tags, Ldflags, SubPackages []string
		Env                        struct {
			CGO int `json:"CGO_ENABLED"`
		}
	}
	var got struct{ Window, Engine pkg }
	evaluate(t, `let of = p: { inherit (p) version vendorHash pname tags ldflags subPackages env; }; in { Window = of pc.lethe; Engine = of pc.lethe-engine; }`, &got)
	tags := regexp.MustCompile(`-tags ([a-z_,]+) `).FindStringSubmatch(read(t, "..", "Makefile"))
	if tags == nil {
		t.Fatal("the Makefile builds no window")
	}
	if diff := cmp.Diff(strings.Split(tags[1], ","), got.Window.Tags); diff != "" {
		t.Errorf("the Makefile and Nix build other windows: %s", diff)
	}
	if got.Window.Env.CGO != 1 || got.Engine.Env.CGO != 0 || got.Window.Version != engine.Release || got.Engine.Version != engine.Release {
		t.Errorf("%+v", got)
	}
	if diff := cmp.Diff([]string{"engine/cmd/lethe-engine"}, got.Engine.SubPackages); diff != "" {
		t.Error(diff)
	}
	if !regexp.MustCompile(`^sha256-[A-Za-z0-9+/]{43}=$`).MatchString(got.Window.VendorHash) || got.Window.VendorHash != got.Engine.VendorHash {
		t.Errorf("vendor hashes %q and %q", got.Window.VendorHash, got.Engine.VendorHash)
	}
	for _, p := range []pkg{got.Window, got.Engine} {
		path := strings.Join(p.Ldflags, " ")
		for _, tool := range []string{"cryptsetup", "dosfstools", "e2fsprogs", "gptfdisk", "parted", "util-linux"} {
			if !strings.Contains(path, "/nix/store/"+tool+"/bin") {
				t.Errorf("%s does not find %s: %s", p.Pname, tool, path)
			}
		}
		if !strings.Contains(path, "-X lethe/engine/tool.packaged=/nix/store/") || !strings.Contains(read(t, "..", "engine", "tool", "exec.go"), "\nvar packaged string\n") {
			t.Errorf("the folders of %s do not arrive: %s", p.Pname, path)
		}
	}
}

// TestLockOfTheMedium proves that the lock on a medium belongs to the repository that is written there.
func TestLockOfTheMedium(t *testing.T) {
	for medium, channel := range map[string]string{"iso": "nixos-26.05", "iso-unstable": "nixos-unstable"} {
		var lock string
		evaluate(t, "pc."+medium+".medium.lock", &lock)
		wishes, err := config.Preset("default")
		if err != nil {
			t.Fatal(err)
		}
		wishes.Nix.Channel = channel
		if err := flake.CheckLock(flake.Input{Config: wishes, Lock: []byte(lock)}); err != nil {
			t.Errorf("%s: %v\n%s", medium, err, lock)
		}
	}
	var none *string
	evaluate(t, `import ./lock.nix { urls = { }; inputs = inputs // { nixpkgs = removeAttrs inputs.nixpkgs [ "rev" ]; }; }`, &none)
	if none != nil {
		t.Errorf("a lock without a revision: %s", *none)
	}
}

// TestOptionsOfTheMediumAreReal looks up what the modules set in a list of real options.
func TestOptionsOfTheMediumAreReal(t *testing.T) {
	var real []*regexp.Regexp
	for line := range strings.Lines(read(t, "testdata", "options.txt")) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			real = append(real, regexp.MustCompile("^"+strings.ReplaceAll(regexp.QuoteMeta(line), `\*`, ".+")+"$"))
		}
	}
	var paths [][]string
	evaluate(t, `paths [ ] (called ./iso.nix).config ++ paths [ ] (called' (import ./module.nix (system: pc.lethe))).config`, &paths)
	if len(paths) < 20 {
		t.Fatalf("only %d paths were found", len(paths))
	}
	for _, path := range paths {
		if !slices.ContainsFunc(real, func(r *regexp.Regexp) bool { return r.MatchString(strings.Join(path, ".")) }) {
			t.Errorf("no option %s", strings.Join(path, "."))
		}
	}
}

// TestReferenceSystems looks whether the systems on the medium are made of files that Lethe writes today.
func TestReferenceSystems(t *testing.T) {
	var got map[string][]string
	evaluate(t, `builtins.mapAttrs (_: s: map toString (builtins.filter builtins.isPath s.modules)) pc.iso.medium.references`, &got)
	for name, modules := range got {
		if len(modules) != 3 {
			t.Errorf("%s is made of %v", name, modules)
		}
		for _, module := range modules {
			if _, err := os.Stat(module); err != nil {
				t.Error(err)
			}
		}
	}
	var kept map[string]struct {
		Directories []any `json:"directories"`
	}
	evaluate(t, `let s = pc.iso.medium.references.encrypted; keep = builtins.head (builtins.filter builtins.isFunction s.modules);
in (keep { config = { }; inherit lib; }).environment.persistence`, &kept)
	if len(kept["/nix/persist"].Directories) < 5 {
		t.Errorf("it keeps %v", kept)
	}
	luks := strings.Contains(read(t, got["encrypted"][2]), "boot.initrd.luks.devices")
	open := strings.Contains(read(t, got["open"][2]), "boot.initrd.luks.devices")
	if !luks || open {
		t.Errorf("LUKS in the encrypted system: %v, in the open one: %v", luks, open)
	}
}
