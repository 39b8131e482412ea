package tool_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/tool"
)

// flakeFolder writes files into a new folder.
func flakeFolder(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

func newNix(t *testing.T) *tool.Nix {
	t.Helper()
	nix, err := tool.NewNix(tool.Exec{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := nix.Close(); err != nil {
			t.Error(err)
		}
	})
	if !nix.Available() {
		t.Fatal("Nix is not installed; make test installs it")
	}
	return nix
}

func TestNixParses(t *testing.T) {
	folder := flakeFolder(t, map[string]string{"good.nix": "{ a = 1; }", "bad.nix": "{ a = ; }"})
	nix := newNix(t)
	if err := nix.Parse(t.Context(), folder+"/good.nix"); err != nil {
		t.Error(err)
	}
	err := nix.Parse(t.Context(), folder+"/good.nix", folder+"/bad.nix")
	var failed *tool.Error
	if !errors.As(err, &failed) || !strings.Contains(err.Error(), "syntax error") {
		t.Errorf("a syntax error gives %v", err)
	}
}

func TestNixLocks(t *testing.T) {
	dep := flakeFolder(t, map[string]string{"flake.nix": "{ outputs = _: { }; }"})
	nix := newNix(t)
	lock, err := nix.Lock(t.Context(), flakeFolder(t, map[string]string{
		"flake.nix": `{ inputs.dep.url = "path:` + dep + `"; outputs = _: { }; }`,
	}))
	if err != nil || !strings.Contains(string(lock), `"narHash": "sha256-`) {
		t.Errorf("the lock is %s, %v", lock, err)
	}
	_, err = nix.Lock(t.Context(), flakeFolder(t, map[string]string{
		"flake.nix": `{ inputs.dep.url = "path:` + dep + `/missing"; outputs = _: { }; }`,
	}))
	if err == nil {
		t.Error("an input that is not there was locked")
	}
}

func TestNixEvaluatesAHost(t *testing.T) {
	folder := flakeFolder(t, map[string]string{"flake.nix": `{
  outputs = _: {
    nixosConfigurations.box.config = {
      environment.persistence."/keep" = {
        directories = [ { dirPath = "/var/log"; } ];
        files = [ ];
        users.ada = { directories = [ { dirPath = "/home/ada/x"; } ]; files = [ { filePath = "/home/ada/y"; } ]; };
      };
      services.openssh = { enable = true; hostKeys = [ { path = "/keep/key"; } ]; };
      users.users = {
        ada = { isNormalUser = true; extraGroups = [ "wheel" ]; initialPassword = "x"; };
        bob = { isNormalUser = true; hashedPassword = "!"; openssh.authorizedKeys.keys = [ "a" "b" ]; };
        sshd.isSystemUser = true;
      };
    };
    nixosConfigurations.bare.config = { };
  };
}`})
	nix := newNix(t)
	box, err := nix.Evaluate(t.Context(), folder, "box")
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"/keep":{"directories":["/var/log","/home/ada/x"],"files":["/home/ada/y"]}}`; string(box.Persistence) != want {
		t.Errorf("kept is %s", box.Persistence)
	}
	if len(box.Users) != 2 || box.Users["ada"] != (tool.HostUser{Admin: true, Password: true}) || box.Users["bob"] != (tool.HostUser{Keys: 2}) {
		t.Errorf("users are %+v", box.Users)
	}
	if !box.On.SSH || box.On.Docker || len(box.HostKeys) != 1 {
		t.Errorf("services are %+v, keys %v", box.On, box.HostKeys)
	}
	bare, err := nix.Evaluate(t.Context(), folder, "bare")
	if err != nil || len(bare.Users) != 0 || string(bare.Persistence) != "{}" {
		t.Errorf("an empty host gives %+v, %v", bare, err)
	}
	_, err = nix.Evaluate(t.Context(), folder, "missing")
	if !errors.Is(err, tool.ErrNoHost) || !strings.Contains(err.Error(), "bare, box") {
		t.Errorf("a host that is not there gives %v", err)
	}
}

// TestNixRunsNothing evaluates a flake that would build something while it is evaluated.
func TestNixRunsNothing(t *testing.T) {
	mark := filepath.Join(t.TempDir(), "built")
	folder := flakeFolder(t, map[string]string{"flake.nix": `{
  outputs = _: {
    nixosConfigurations = import (derivation {
      name = "run"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "touch ` + mark + `; echo '{ }' > $out" ];
    });
  };
}`})
	if _, err := newNix(t).Evaluate(t.Context(), folder, "box"); err == nil {
		t.Error("a flake that builds while it is evaluated was taken")
	}
	if _, err := os.Stat(mark); err == nil {
		t.Error("the flake ran a program")
	}
}
