package tool_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
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

func TestNixKeepsItsHomeWhereItIsTold(t *testing.T) {
	folder := t.TempDir()
	runner := tooltest.New().On(tooltest.Says(""), "nix-instantiate")
	nix, err := tool.NewNixIn(runner, folder)
	if err != nil {
		t.Fatal(err)
	}
	if left, err := filepath.Glob(folder + "/lethe-nix-*"); err != nil || len(left) != 1 {
		t.Errorf("the folder has %v, %v", left, err)
	}
	if err := nix.Parse(t.Context(), "x.nix"); err != nil {
		t.Error(err)
	}
	if env := runner.Calls()[0].Env; !strings.HasPrefix(env[0], "HOME="+folder+"/lethe-nix-") {
		t.Errorf("the environment is %q", env)
	}
	if err := nix.Close(); err != nil {
		t.Error(err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("closing leaves %v, %v", left, err)
	}
	if _, err := tool.NewNixIn(tool.Exec{}, folder+"/missing"); err == nil {
		t.Error("a folder that is not there was taken")
	}
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
        enable = true;
        users.ada = { directories = [ { dirPath = "/home/ada/x"; } ]; files = [ { filePath = "/home/ada/y"; } ]; };
      };
      environment.persistence.logs = { persistentStoragePath = "/log"; directories = [ { dirPath = "/var/log/x"; } ]; };
      environment.persistence.more = { persistentStoragePath = "/log"; files = [ { filePath = "/var/y"; } ]; };
      environment.persistence."/off" = { enable = false; directories = [ { dirPath = "/var"; } ]; };
      services.openssh = { enable = true; hostKeys = [ { path = "/keep/key"; } ]; };
      users.users = {
        ada = { isNormalUser = true; extraGroups = [ "wheel" ]; initialPassword = "x"; };
        bob = { isNormalUser = true; hashedPassword = "!"; openssh.authorizedKeys.keys = [ "a" "b" ]; };
        cy = { isNormalUser = true; hashedPasswordFile = "/run/secrets/cy"; };
        di = { isNormalUser = true; hashedPasswordFile = null; hashedPassword = null; };
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
	if want := `{"/keep":{"directories":["/var/log","/home/ada/x"],"files":["/home/ada/y"]},"/log":{"directories":["/var/log/x"],"files":["/var/y"]}}`; string(box.Persistence) != want {
		t.Errorf("kept is %s", box.Persistence)
	}
	want := map[string]tool.HostUser{
		"ada": {Admin: true, Password: true}, "bob": {Keys: 2}, "cy": {Password: true, PasswordFile: "/run/secrets/cy"}, "di": {},
	}
	if diff := cmp.Diff(want, box.Users); diff != "" {
		t.Errorf("users (-want +got):\n%s", diff)
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
