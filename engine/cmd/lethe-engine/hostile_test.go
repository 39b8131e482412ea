package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"unicode/utf8"

	"lethe/engine/event"
)

// spoken runs the program with its output in files, and gives what it said.
func spoken(t *testing.T, args ...string) (code int, out, complaint []byte) {
	t.Helper()
	var s streams
	for _, to := range []**os.File{&s.in, &s.out, &s.err} {
		f, err := os.CreateTemp(t.TempDir(), "")
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		*to = f
	}
	code = run(args, s)
	read := func(f *os.File) []byte {
		text, err := io.ReadAll(io.NewSectionReader(f, 0, 1<<30))
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	return code, read(s.out), read(s.err)
}

// hostileImage makes an image in a folder of that name, whose table and file systems have hostile names.
func hostileImage(t *testing.T, name string) (folder, image string) {
	t.Helper()
	const label = "\x1b[2J\u202e$(x)"
	folder = filepath.Join(t.TempDir(), name)
	image = filepath.Join(folder, "disk.img")
	if err := errors.Join(os.Mkdir(folder, 0o700), os.WriteFile(image, nil, 0o600), os.Truncate(image, 40<<30)); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", os.Getenv("PATH")+":/usr/sbin:/sbin")
	for _, args := range [][]string{
		{"sgdisk", "--new=1:2048:+64M", "--change-name=1:" + label, "--new=2:0:+64M", image},
		{"mkfs.ext4", "-q", "-F", "-L", label, "-E", "offset=1048576", image, "64M"},
	} {
		if out, err := exec.Command(args[0], args[1:]...).CombinedOutput(); err != nil {
			t.Fatalf("%v: %v: %s", args, err, out)
		}
	}
	return folder, image
}

// TestHostileDiskOnTheCommandLine names a hostile image in every command that shows it: no terminal obeys any of it. A path with what
// cannot be seen is refused as a wish, one with everything else is not.
func TestHostileDiskOnTheCommandLine(t *testing.T) {
	for kind, name := range map[string]string{"seen": "$(reboot)'\"\\;*", "unseen": "a\x1b]0;t\x07\u009b2J\u202e\xff"} {
		folder, image := hostileImage(t, name)
		missing, wishes := filepath.Join(folder, "missing.img"), filepath.Join(folder, "wishes.toml")
		if err := os.WriteFile(wishes, []byte("version = 1\n\"\x1b\u202e\" = 1\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for name, args := range map[string][]string{
			"plan": {"plan", image}, "plan as JSON": {"plan", "--json", image}, "plan as a script": {"plan", "--script", image},
			"plan of nothing": {"plan", missing}, "align": {"align", image}, "align nothing": {"align", missing},
			"rehearse": {"rehearse", "--image", image}, "verify": {"verify", image}, "verify nothing": {"verify", missing},
			"wishes": {"wishes", "validate", wishes}, "plan with wishes": {"plan", image, "--wishes", wishes},
			"a flag": {"plan", "--\x1b[2J"}, "a command": {"\x1b[2J\u202e"}, "install": {"install", "--disk", missing},
			"rehearse anew": {"rehearse", "--image", image, "--overwrite", "--yes"}, "export": {"export", folder + "/to", "--host", "\x1b"},
		} {
			t.Run(kind+"/"+name, func(t *testing.T) {
				code, out, complaint := spoken(t, args...)
				if len(out)+len(complaint) == 0 {
					t.Errorf("it says nothing and ends with %d", code)
				}
				for _, text := range []string{string(out), string(complaint)} {
					if event.Plain(text) != text || !utf8.ValidString(text) {
						t.Errorf("%q", text)
					}
				}
				if name == "plan as JSON" && kind == "seen" && (code != 0 || !json.Valid(bytes.TrimSpace(out))) {
					t.Errorf("%d: %s", code, complaint)
				}
			})
		}
	}
}
