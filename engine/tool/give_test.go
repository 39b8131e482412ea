package tool

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/secret"
)

func TestKeyAndFileAreGiven(t *testing.T) {
	key := secret.New([]byte("key-of-the-volume"))
	defer key.Wipe()
	path := filepath.Join(t.TempDir(), "file")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	script := command.New("bash", "-c", `set -e; cat "$0"; cat "$0"; printf written >"$1"`, command.KeyPath, command.FilePath)
	result, err := Exec{}.Run(t.Context(), Call{Command: script, Key: key, File: file})
	if text := string(result.Stdout); err != nil || text != "key-of-the-volume" {
		t.Errorf("%q, %v", text, err)
	}
	if text, err := os.ReadFile(path); string(text) != "written" || err != nil {
		t.Errorf("%q, %v", text, err)
	}
	if result, err := (Exec{}).Run(t.Context(), Call{Command: script, File: file}); err == nil {
		t.Errorf("without a key there is one: %q", result.Stdout)
	}
	alone := command.New("bash", "-c", `test -e "$0" && test ! -e "$1"`, command.KeyPath, command.FilePath)
	if _, err := (Exec{}).Run(t.Context(), Call{Command: alone, Key: key}); err != nil {
		t.Errorf("with a key alone: %v", err)
	}
}

func TestKeyIsNotGiven(t *testing.T) {
	key, wiped := secret.New(make([]byte, mostKey+1)), secret.New([]byte("x"))
	defer key.Wipe()
	wiped.Wipe()
	for what, call := range map[string]Call{
		"too long":         {Key: key},
		"wiped":            {Key: wiped},
		"beside a record":  {Key: wiped, Record: func(string) {}},
		"file with record": {File: os.Stdin, Record: func(string) {}},
	} {
		call.Command = command.New("true")
		if _, err := (Exec{}).Run(t.Context(), call); err == nil || !strings.Contains(err.Error(), "cannot") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
