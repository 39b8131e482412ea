//go:build e2e

package main_test

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf16"

	"golang.org/x/sys/unix"

	"lethe/engine/quantity"
)

// images are the virtual disks in a home.
func (p *program) images() []string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.home, "tmp", "lethe-rehearsal-*", "disk.img"))
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// image is the only virtual disk there is.
func (p *program) image() string {
	p.t.Helper()
	found := p.images()
	if len(found) != 1 {
		p.t.Fatalf("there are %d virtual disks: %v", len(found), found)
	}
	return found[0]
}

// part is a partition as sfdisk reads it.
type part struct {
	Name  string           `json:"name"`
	Start quantity.Sectors `json:"start"`
	Size  quantity.Sectors `json:"size"`
}

// partitions reads a table by sfdisk.
func partitions(t *testing.T, image string) []part {
	t.Helper()
	out, err := exec.Command(sbin("sfdisk"), "--json", image).Output()
	if err != nil {
		t.Fatalf("sfdisk cannot read %s: %v", image, err)
	}
	var read struct {
		Table struct {
			Partitions []part `json:"partitions"`
		} `json:"partitiontable"`
	}
	if err := json.Unmarshal(out, &read); err != nil {
		t.Fatal(err)
	}
	return read.Table.Partitions
}

// sbin finds a program also where ordinary users do not look.
func sbin(name string) string {
	for _, folder := range []string{"/usr/sbin", "/sbin"} {
		if path := filepath.Join(folder, name); exec.Command("test", "-x", path).Run() == nil {
			return path
		}
	}
	return name
}

// verify lets the engine's own program judge an image, and prove a passphrase.
func verify(t *testing.T, image, passphrase string) (said string, err error) {
	t.Helper()
	cmd := exec.Command(built(t, "LETHE_ENGINE", "lethe-engine"), "verify", image, "--passphrase-file", "-")
	cmd.Stdin = strings.NewReader(passphrase)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// text reads a file that has to be there.
func text(t *testing.T, elements ...string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// disguises are the forms in which a secret would be in a file.
func disguises(secret string) [][]byte {
	wide := []byte{}
	for _, unit := range utf16.Encode([]rune(secret)) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	forms := [][]byte{[]byte(secret), wide, []byte(hex.EncodeToString([]byte(secret)))}
	for shift := range 3 { // base64 depends on where in its threes a text begins
		coded := base64.RawStdEncoding.EncodeToString(append(make([]byte, shift), secret...))
		forms = append(forms, []byte(coded[4*((shift+2)/3):len(coded)-3]))
	}
	return forms
}

// holders lists the files below a folder that hold a secret. Of sparse files only what was written is read, and objects of git are
// unpacked first.
func holders(t *testing.T, folder, secret string) []string {
	t.Helper()
	forms := disguises(secret)
	var found []string
	err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		content, err := written(path)
		if err != nil {
			return err
		}
		if plain, err := zlib.NewReader(bytes.NewReader(content)); err == nil {
			unpacked, _ := io.ReadAll(plain)
			content = append(content, unpacked...)
		}
		for _, form := range forms {
			if bytes.Contains(content, form) {
				found = append(found, path)
				break
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// written reads a file without its holes.
func written(path string) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var content bytes.Buffer
	for at := int64(0); ; {
		data, err := unix.Seek(int(file.Fd()), at, unix.SEEK_DATA)
		if errors.Is(err, unix.ENXIO) { // only holes are left
			return content.Bytes(), nil
		}
		if err != nil {
			return nil, err
		}
		hole, err := unix.Seek(int(file.Fd()), data, unix.SEEK_HOLE)
		if err != nil {
			return nil, err
		}
		if _, err := io.Copy(&content, io.NewSectionReader(file, data, hole-data)); err != nil {
			return nil, err
		}
		at = hole
	}
}

// TestEndToEndHolders finds a secret in each of its disguises, so that finding none elsewhere means something.
func TestEndToEndHolders(t *testing.T) {
	const secret = "quiet ferry umbrella seven"
	wide := "\xff\xfe"
	for _, r := range secret {
		wide += string(r) + "\x00"
	}
	var packed bytes.Buffer
	z := zlib.NewWriter(&packed)
	_, _ = z.Write([]byte("blob 9\x00 " + secret))
	_ = z.Close()
	for name, content := range map[string]string{
		"plain": "key=" + secret + "\n", "wide": wide, "hex": "00" + hex.EncodeToString([]byte(secret)), "packed": packed.String(),
		"base64-0": base64.StdEncoding.EncodeToString([]byte(secret)), "base64-1": base64.StdEncoding.EncodeToString([]byte("x" + secret + "\n")),
		"base64-2": base64.StdEncoding.EncodeToString([]byte("xx" + secret + "yz")),
	} {
		folder := t.TempDir()
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Truncate(path, 64<<20); err != nil { // a hole behind it
			t.Fatal(err)
		}
		if found := holders(t, folder, secret); len(found) != 1 {
			t.Errorf("%s: %v", name, found)
		}
		if found := holders(t, folder, "another "+secret); len(found) != 0 {
			t.Errorf("%s holds what is not in it", name)
		}
	}
}
