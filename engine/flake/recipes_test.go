package flake_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/flake"
)

var shellBlock = regexp.MustCompile("(?s)```sh\n(.*?)```")

// recipe gives the one shell block of a text that has a word.
func recipe(t *testing.T, text, word string) string {
	t.Helper()
	var found []string
	for _, block := range shellBlock.FindAllStringSubmatch(text, -1) {
		if strings.Contains(block[1], word) {
			found = append(found, block[1])
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d shell blocks with %q in\n%s", len(found), word, text)
	}
	return found[0]
}

// follow types a recipe into a shell, as people do: a line that fails does not stop the next. The programs that it
// needs are stand-ins: sudo just runs, and mkpasswd says what it is told or fails.
func follow(t *testing.T, folder, recipe, says string) {
	t.Helper()
	bin := t.TempDir()
	mkpasswd := "#!/bin/sh\nexit 1\n"
	if says != "" {
		mkpasswd = "#!/bin/sh\necho '" + says + "'\n"
	}
	for name, text := range map[string]string{"sudo": "#!/bin/sh\nexec \"$@\"\n", "nixos-rebuild": "#!/bin/sh\n", "mkpasswd": mkpasswd} {
		if err := os.WriteFile(filepath.Join(bin, name), []byte(text), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	c := exec.Command("sh", "-c", "umask 022\n"+recipe)
	c.Dir = folder
	c.Env = append(os.Environ(), "PATH="+bin+":"+os.Getenv("PATH"))
	_ = c.Run() // its outcome is what is judged
}

func mode(t *testing.T, path string, want fs.FileMode) {
	t.Helper()
	if info, err := os.Stat(path); err != nil {
		t.Error(err)
	} else if info.Mode().Perm() != want {
		t.Errorf("%s has mode %v, want %v", path, info.Mode().Perm(), want)
	}
}

func holds(t *testing.T, path, want string) {
	t.Helper()
	if got, err := os.ReadFile(path); err != nil || string(got) != want {
		t.Errorf("%s holds %q, want %q (%v)", path, got, want, err)
	}
}

const someHash = "$y$j9T$salt$hash"

// TestPasswordRecipesNeverLoseTheHash follows what README.md says, with a mkpasswd that works and one that does not.
func TestPasswordRecipesNeverLoseTheHash(t *testing.T) {
	readme := text(t, render(t, combination{luks: true, swap: config.SwapNone, desktop: "none", users: 2}.input(t)), flake.ReadmeFile)
	for word, below := range map[string]string{"/dev/stdin " + flake.Storage: "", "/dev/stdin /mnt": "/mnt"} {
		folder := t.TempDir()
		lines := strings.ReplaceAll(recipe(t, readme, word), below+flake.Storage, folder+below+flake.Storage)
		file := folder + below + flake.PasswordFile("ada")
		if below == "" { // an installed system has the folder
			if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
				t.Fatal(err)
			}
		}
		follow(t, folder, lines, someHash)
		holds(t, file, someHash+"\n")
		mode(t, file, 0o600)
		mode(t, filepath.Dir(file), 0o700)
		follow(t, folder, lines, "")
		holds(t, file, someHash+"\n")
	}
}

// TestManyMachinesRecipe follows docs/many-machines.md: the hash is for root only, /nix and /nix/persist are not.
func TestManyMachinesRecipe(t *testing.T) {
	text, err := os.ReadFile("../../docs/many-machines.md")
	if err != nil {
		t.Fatal(err)
	}
	lines := recipe(t, strings.ReplaceAll(string(text), "\n   ", "\n"), "mkpasswd")
	folder := t.TempDir()
	file := filepath.Join(folder, "extra", flake.PasswordFile("ada"))
	follow(t, folder, lines, "")
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a hash that could not be made is there: %v", err)
	}
	follow(t, folder, lines, someHash)
	holds(t, file, someHash+"\n")
	mode(t, file, 0o600)
	for below, want := range map[string]fs.FileMode{"": 0o755, "nix": 0o755, "nix/persist": 0o755, "nix/persist/passwords": 0o700} {
		mode(t, filepath.Join(folder, "extra", below), want)
	}
}

// TestCheckScriptCountsWhatItCannotCheck runs check.sh without nixpkgs, by mistake and on purpose.
func TestCheckScriptCountsWhatItCannotCheck(t *testing.T) {
	var base []string
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "NIXPKGS=") && !strings.HasPrefix(v, "NIXFMT=") {
			base = append(base, v)
		}
	}
	for name, c := range map[string]struct {
		environment []string
		passes      bool
	}{
		"not set":          {[]string{"NIXFMT="}, false},
		"empty on purpose": {[]string{"NIXFMT=", "NIXPKGS="}, true},
		"no formatter":     {[]string{"NIXFMT=/nonexistent", "NIXPKGS="}, false},
	} {
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, "flake.nix"), []byte("{ }\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		run := exec.Command("sh", "../../nix/check.sh", folder)
		run.Env = append(base[:len(base):len(base)], c.environment...)
		out, err := run.CombinedOutput()
		if (err == nil) != c.passes || !c.passes && !strings.Contains(string(out), "FAILED") {
			t.Errorf("%s: %v\n%s", name, err, out)
		}
	}
}
