package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"
)

// canary is a passphrase that stands nowhere by chance.
const canary = "kanarienvogel-7Qx$2pZ"

// forms are the ways in which a secret may leak.
func forms(secret string) map[string][]byte {
	utf := func(high bool) []byte {
		var out []byte
		for _, unit := range utf16.Encode([]rune(secret)) {
			pair := []byte{byte(unit), byte(unit >> 8)}
			if high {
				slices.Reverse(pair)
			}
			out = append(out, pair...)
		}
		return out
	}
	all := map[string][]byte{
		"raw": []byte(secret), "hex": []byte(hex.EncodeToString([]byte(secret))),
		"HEX":    []byte(strings.ToUpper(hex.EncodeToString([]byte(secret)))),
		"UTF-16": utf(false), "UTF-16BE": utf(true),
	}
	// Base64 depends on where in a group of three the secret begins; the edges mix with their neighbours.
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		all["base64+"+string(rune('0'+shift))] = []byte(text[4*((shift+2)/3) : len(text)-4])
	}
	return all
}

// unpacked gives the content of a file and of what is packed in it.
func unpacked(t *testing.T, path string) [][]byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	out := [][]byte{raw}
	if r, err := zlib.NewReader(bytes.NewReader(raw)); err == nil { // a git object
		text, _ := io.ReadAll(r)
		out = append(out, text)
	}
	if r, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		for archive := tar.NewReader(r); ; {
			if _, err := archive.Next(); err != nil {
				break
			}
			out = append(out, inflate(archive)...)
		}
	}
	if archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err == nil {
		for _, f := range archive.File {
			if r, err := f.Open(); err == nil {
				out = append(out, inflate(r)...)
			}
		}
	}
	return out
}

// inflate reads a member of an archive, which may itself be a git object.
func inflate(r io.Reader) [][]byte {
	raw, _ := io.ReadAll(r)
	out := [][]byte{raw}
	if z, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
		text, _ := io.ReadAll(z)
		out = append(out, text)
	}
	return out
}

// TestNoCanary searches for the passphrase in everything that a rehearsal and an export leave behind and say.
func TestNoCanary(t *testing.T) {
	folder := t.TempDir()
	image := filepath.Join(folder, "disk.img")
	engine := engineBinary(t)
	run := func(name string, args ...string) {
		cmd := exec.Command(engine, args...)
		cmd.Stdin = strings.NewReader(canary)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
		if err := os.WriteFile(filepath.Join(folder, name), out, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	rehearse := []string{"rehearse", "--image", image, "--luks", "--kdf", "4,32,1", "--passphrase-file", "-", "--user", "ada"}
	run("json", append(rehearse, "--json")...)
	run("text", append(rehearse, "--log")...)
	run("verify", "verify", image, "--passphrase-file", "-", "--json")
	for _, to := range []string{"repo", "repo.zip", "repo.tar.gz"} {
		run("export-"+to, "export", "--from", image, "--to", filepath.Join(folder, to))
	}
	searched := 0
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || path == image {
			return err
		}
		for _, content := range unpacked(t, path) {
			searched++
			for form, needle := range forms(canary) {
				if bytes.Contains(content, needle) {
					t.Errorf("%s holds the passphrase as %s", path, form)
				}
			}
		}
		return nil
	})
	if err != nil || searched < 60 {
		t.Fatalf("searched only %d contents: %v", searched, err)
	}
}

// TestFormsFind makes sure that the search above can find something.
func TestFormsFind(t *testing.T) {
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("y", shift) + canary + "tail"))
		found := false
		for _, needle := range forms(canary) {
			found = found || strings.Contains(text, string(needle))
		}
		if !found {
			t.Errorf("shift %d is not found", shift)
		}
	}
}
