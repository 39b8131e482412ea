package verify

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/event"
)

// FuzzLoader reads what systemd-boot reads: settings in lines, and the names of files.
func FuzzLoader(f *testing.F) {
	f.Add([]byte("title NixOS\nversion Generation 1\nlinux /EFI/nixos/x-linux-6.12.efi\ninitrd /EFI/nixos/x-initrd.efi\noptions init=/nix/store/x/init root=fstab\n"), "nixos-generation-1+3-1.conf")
	f.Add([]byte("# default x\n default\tnixos-*\n\x1b[2J \x00\nx"), `..\..\etc`)
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		for _, line := range settings(text) {
			if line[0] == "" || line[0] != strings.ToLower(line[0]) || strings.ContainsAny(line[0], " \t\n") || strings.ContainsAny(line[1], "\n") || line[1] != strings.TrimSpace(line[1]) {
				t.Errorf("%q is no setting", line)
			}
		}
		if id := identifier(name); identifier(id) != identifier(strings.ToLower(id)) || len(id) > 3*len(name) {
			t.Errorf("%q is called %q", name, id)
		}
	})
}

// FuzzESP looks for a loader on an ESP on which file and name are anything. Nothing outside of it is read, and what is said of it is
// fit for display once it is an event.
func FuzzESP(f *testing.F) {
	f.Add([]byte("MZ"), `\EFI\systemd\systemd-bootx64.efi`)
	f.Add(append(bytes.Repeat([]byte{0}, 64), loaderMark+"260 ####"...), "../secret")
	f.Add([]byte("x"), `..\secret`)
	outside := filepath.Join(f.TempDir(), "secret")
	f.Fuzz(func(t *testing.T, program []byte, name string) {
		folder := t.TempDir()
		if err := os.WriteFile(outside, []byte("secret"), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Symlink(outside, filepath.Join(folder, "secret")); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, "a.efi"), program, 0o600); err != nil {
			t.Fatal(err)
		}
		root, err := os.OpenRoot(folder)
		if err != nil {
			t.Fatal(err)
		}
		defer root.Close()
		e := esp{root}
		if text, err := e.read(name, mostText); err == nil && string(text) == "secret" && !bytes.Equal(program, text) {
			t.Errorf("%q leads outside", name)
		}
		version, err := e.systemdBoot("a.efi", 0x8664)
		if err == nil && !bytes.Contains(program, []byte(loaderMark)) || len(version) > 64 {
			t.Errorf("version %q", version)
		}
		if shown := event.Plain(version); event.Plain(shown) != shown {
			t.Errorf("%q", shown)
		}
	})
}

// FuzzSwapArea reads a line of /proc/swaps.
func FuzzSwapArea(f *testing.F) {
	f.Add("/dev/vda2                               partition\t1048572\t\t0\t\t-2")
	f.Add(`/mnt/a\040b\134040 file 1`)
	f.Add(" \t")
	f.Fuzz(func(t *testing.T, line string) {
		path, kind := swapArea(line)
		if strings.ContainsAny(kind, " \t") || len(path) > len(line) || (path == "") != (kind == "") {
			t.Errorf("%q is %q of kind %q", line, path, kind)
		}
		escaped := strings.NewReplacer(`\`, `\134`, " ", `\040`, "\t", `\011`, "\n", `\012`).Replace(line)
		if escaped != "" {
			if got, _ := swapArea(escaped + " file 1 0 -1"); got != line {
				t.Errorf("%q comes back as %q", line, got)
			}
		}
	})
}

// FuzzHash reads a password file: one line of yescrypt, or an error that does not quote it.
func FuzzHash(f *testing.F) {
	f.Add([]byte("$y$j9T$F5Jx5fExrKuPp53xLKQ..1$X3DX6M94c7o.9agCG9G317fhZg9SqC.5i5rd.RhAtQ7\n"))
	f.Add([]byte("$y$a\n$y$b"))
	f.Add([]byte("hunter2hunter2"))
	f.Fuzz(func(t *testing.T, text []byte) {
		name := filepath.Join(t.TempDir(), "ada")
		if err := os.WriteFile(name, text, 0o600); err != nil {
			t.Fatal(err)
		}
		hash, err := readHash(name)
		switch {
		case err == nil && (!bytes.HasPrefix(hash, []byte("$y$")) || bytes.ContainsAny(hash, "\r\n") || len(hash) > mostHash):
			t.Errorf("%q was taken for a hash", hash)
		case err != nil && len(text) > 12 && strings.Contains(err.Error(), string(text)):
			t.Errorf("%v quotes the file", err)
		}
	})
}
