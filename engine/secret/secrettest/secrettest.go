// Package secrettest searches what a run left behind for secrets that should be nowhere: as they were typed, in hex, in base64 at every
// alignment and in UTF-16, also inside zlib (git objects), gzip and zip.
package secrettest

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf16"
)

// Forms are the ways in which a secret may leak, by name. The secret should have at least eight bytes.
func Forms(secret string) map[string][]byte {
	all := map[string][]byte{
		"raw": []byte(secret), "hex": []byte(hex.EncodeToString([]byte(secret))),
		"HEX":    []byte(strings.ToUpper(hex.EncodeToString([]byte(secret)))),
		"UTF-16": wide(secret, false), "UTF-16BE": wide(secret, true),
	}
	// Base64 depends on where in a group of three the secret begins; the edges mix with their neighbours.
	for shift := range 3 {
		text := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("x", shift) + secret))
		all["base64+"+string(rune('0'+shift))] = []byte(text[4*((shift+2)/3) : len(text)-4])
	}
	return all
}

// wide is a text in UTF-16, the high byte first or last.
func wide(secret string, high bool) []byte {
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

// Needles are all forms of some secrets, by "NAME as FORM".
type Needles map[string][]byte

// NewNeedles gives the forms of secrets by their names.
func NewNeedles(secrets map[string]string) Needles {
	all := Needles{}
	for name, secret := range secrets {
		for form, needle := range Forms(secret) {
			all[name+" as "+form] = needle
		}
	}
	return all
}

// In names the needles that content holds as it is.
func (n Needles) In(content []byte) []string {
	var found []string
	for _, name := range slices.Sorted(maps.Keys(n)) {
		if bytes.Contains(content, n[name]) {
			found = append(found, name)
		}
	}
	return found
}

// Longest is the length of the longest needle.
func (n Needles) Longest() int {
	longest := 0
	for _, needle := range n {
		longest = max(longest, len(needle))
	}
	return longest
}

// InFile names the needles in a file and in what is packed in it.
func (n Needles) InFile(path string) ([]string, error) {
	raw, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var found []string
	for _, content := range Unpacked(raw) {
		found = append(found, n.In(content)...)
	}
	slices.Sort(found)
	return slices.Compact(found), nil
}

// Stream names the needles in a long stream.
func (n Needles) Stream(r io.Reader) ([]string, error) {
	found, window := map[string]bool{}, make([]byte, 0, 2<<20)
	chunk := make([]byte, 1<<20)
	for {
		size, err := r.Read(chunk)
		window = append(window, chunk[:size]...)
		for _, name := range n.In(window) {
			found[name] = true
		}
		if overlap := n.Longest() - 1; len(window) > overlap {
			window = append(window[:0], window[len(window)-overlap:]...)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return slices.Sorted(maps.Keys(found)), err
		}
	}
}

// Below names the needles in every regular file below a folder but those that skip tells, with the files' paths, and counts the files.
func (n Needles) Below(folder string, skip func(path string) bool) (found []string, files int, err error) {
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || skip != nil && skip(path) {
			return err
		}
		files++
		names, err := n.InFile(path)
		for _, name := range names {
			found = append(found, fmt.Sprintf("%s holds the %s", path, name))
		}
		return err
	})
	return found, files, err
}

// Unpacked gives a content itself and what is packed in it: a git object, a gzipped tar archive, a zip archive.
func Unpacked(raw []byte) [][]byte {
	out := inflate(raw)
	if r, err := gzip.NewReader(bytes.NewReader(raw)); err == nil {
		for archive := tar.NewReader(r); ; {
			if _, err := archive.Next(); err != nil {
				break
			}
			out = append(out, inflate(all(archive))...)
		}
	}
	if archive, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw))); err == nil {
		for _, f := range archive.File {
			if r, err := f.Open(); err == nil {
				out = append(out, inflate(all(r))...)
			}
		}
	}
	return out
}

// inflate gives a content and, where it is a zlib stream, what that holds.
func inflate(raw []byte) [][]byte {
	out := [][]byte{raw}
	if z, err := zlib.NewReader(bytes.NewReader(raw)); err == nil {
		out = append(out, all(z))
	}
	return out
}

// all reads as much as can be read.
func all(r io.Reader) []byte {
	text, _ := io.ReadAll(r) // a broken stream is searched as far as it goes
	return text
}
