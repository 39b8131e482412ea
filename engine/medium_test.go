package engine_test

import (
	"io/fs"
	"os"
	"strings"
	"testing"
	"testing/fstest"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// mediumLock is a lock as nix/lock.nix writes it.
const mediumLock = `{"root":"root","version":7,"nodes":{"root":{"inputs":{"nixpkgs":"nixpkgs","home-manager":"home-manager","impermanence":"impermanence"}},
"nixpkgs":{"locked":{"narHash":"sha256-A","lastModified":1795000000},"original":{"type":"github","owner":"NixOS","repo":"nixpkgs","ref":"nixos-26.05"}},
"home-manager":{"inputs":{"nixpkgs":["nixpkgs"]},"locked":{"narHash":"sha256-B"},"original":{"type":"github","owner":"nix-community","repo":"home-manager","ref":"release-26.05"}},
"impermanence":{"inputs":{"home-manager":[],"nixpkgs":[]},"locked":{"narHash":"sha256-C"},"original":{"type":"github","owner":"nix-community","repo":"impermanence"}}}}`

func TestMediumLock(t *testing.T) {
	const taken = "The inputs are locked to the revisions of the live medium (/etc/lethe/flake.lock)."
	const aside = "The lock of the live medium (/etc/lethe/flake.lock) is left aside: "
	given := strings.ReplaceAll(mediumLock, "sha256-A", "sha256-Z")
	for name, row := range map[string]struct {
		change func(r *engine.Request)
		lock   string // in the repository
		says   string
	}{
		"it fits":            {func(*engine.Request) {}, mediumLock, taken},
		"anew was asked for": {func(r *engine.Request) { r.LockInputs = true }, mediumLock, taken}, // by install, which asks only where nothing fits
		"none is there":      {func(r *engine.Request) { r.Medium = nil }, "", "The inputs are locked (flake.lock) during the installation"},
		"another was given":  {func(r *engine.Request) { r.Lock = []byte(given) }, given, "as in the flake.lock that was given"},
		"another channel": {
			func(r *engine.Request) { r.Wishes.Nix.Channel = "nixos-unstable" }, "",
			aside + "input home-manager is from github:nix-community/home-manager/release-26.05 there and from github:nix-community/home-manager/master in flake.nix. The inputs are locked (flake.lock) during the installation",
		},
		"one input more": {func(r *engine.Request) { r.Wishes.Lethe = config.Lethe{Enable: true, URL: "github:a/lethe"} }, "", aside + "it locks 3 inputs and flake.nix has 4. The inputs"},
		"no hash":        {func(r *engine.Request) { r.Medium = []byte(strings.Replace(mediumLock, "sha256-C", "", 1)) }, "", aside + "input impermanence has no hash. "},
		"nonsense":       {func(r *engine.Request) { r.Medium = []byte("not JSON") }, "", aside + "invalid character"},
	} {
		t.Run(name, func(t *testing.T) {
			disk := engine.Imagined(0)
			disk.Kind = device.KindDisk
			r := engine.Request{
				Wishes: config.Config{Version: config.Version, Users: []config.User{{Name: "ada", Admin: true}}},
				Memory: 8 * quantity.GiB, Medium: []byte(mediumLock),
			}
			row.change(&r)
			p, err := engine.Plan(t.Context(), disk, r)
			if err != nil {
				t.Fatal(err)
			}
			lock, _ := p.Configuration.Files.Get(flake.LockFile)
			if string(lock) != row.lock || p.Locked() != (row.lock != "") || r.Locked() != (row.lock != "") {
				t.Errorf("locked %v, %v: %s", p.Locked(), r.Locked(), lock)
			}
			if !strings.Contains(p.Configuration.Lock, row.says) || !strings.Contains(p.Text(""), row.says) {
				t.Errorf("says %s", p.Configuration.Lock)
			}
			if steps := stepsOf(p, plan.Lock); steps != 0 && row.lock != "" || steps != 1 && row.lock == "" {
				t.Errorf("there are %d steps that lock", steps)
			}
		})
	}
}

func stepsOf(p plan.Plan, kind plan.Kind) int {
	n := 0
	for _, s := range p.Steps {
		if s.Kind == kind {
			n++
		}
	}
	return n
}

func TestReadMediumLock(t *testing.T) {
	path := engine.MediumLock[1:]
	for name, row := range map[string]struct {
		root  fs.FS
		text  string
		fails bool
	}{
		"a medium's":   {fstest.MapFS{path: {Data: []byte("x")}}, "x", false},
		"none":         {fstest.MapFS{}, "", false},
		"a folder":     {fstest.MapFS{path + "/x": {}}, "", true},
		"too large":    {fstest.MapFS{path: {Data: make([]byte, 1<<20+1)}}, "", true},
		"this machine": {os.DirFS(t.TempDir()), "", false},
	} {
		if text, err := engine.ReadMediumLock(row.root); string(text) != row.text || (err != nil) != row.fails {
			t.Errorf("%s: %q, %v", name, text, err)
		}
	}
}
