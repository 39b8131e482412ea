package flake

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"slices"
	"strings"
)

// File is one file of a repository.
type File struct {
	Path string // relative, slash-separated
	Text []byte // UTF-8
}

// file is [File] in JSON: text as text, so that a plan can be read and compared.
type file struct {
	Path string `json:"path"`
	Text string `json:"text"`
}

// MarshalJSON writes the text as a string.
func (f File) MarshalJSON() ([]byte, error) { return json.Marshal(file{f.Path, string(f.Text)}) }

// UnmarshalJSON reads what MarshalJSON writes. Unknown fields are refused.
func (f *File) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	var v file
	if err := decoder.Decode(&v); err != nil {
		return err
	}
	*f = File{Path: v.Path, Text: []byte(v.Text)}
	return checkPath(f.Path)
}

// Repo is a set of files, sorted by path, each path once. The zero value is empty.
type Repo struct {
	Files []File `json:"files"`
}

// Get gives the bytes at a path, and whether there are any.
func (r Repo) Get(path string) ([]byte, bool) {
	i, ok := r.search(path)
	if !ok {
		return nil, false
	}
	return r.Files[i].Text, true
}

// With gives a repository in which path holds text. The path must stay inside the repository and outside .git.
func (r Repo) With(path string, text []byte) (Repo, error) {
	if err := checkPath(path); err != nil {
		return Repo{}, err
	}
	file := File{Path: path, Text: text}
	files := slices.Clone(r.Files)
	i, ok := r.search(path)
	if ok {
		files[i] = file
		return Repo{Files: files}, nil
	}
	return Repo{Files: slices.Insert(files, i, file)}, nil
}

// Paths lists the paths in order.
func (r Repo) Paths() []string {
	paths := make([]string, len(r.Files))
	for i, f := range r.Files {
		paths[i] = f.Path
	}
	return paths
}

// Hash is the hex SHA-256 of all paths and bytes: what a user reviewed. Length prefixes keep two different
// repositories from hashing alike.
func (r Repo) Hash() string {
	h := sha256.New()
	for _, f := range r.Files {
		_ = binary.Write(h, binary.BigEndian, [2]uint64{uint64(len(f.Path)), uint64(len(f.Text))})
		h.Write([]byte(f.Path))
		h.Write(f.Text)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func (r Repo) search(path string) (int, bool) {
	return slices.BinarySearchFunc(r.Files, path, func(f File, p string) int { return strings.Compare(f.Path, p) })
}

// checkPath refuses what would leave the repository or, on FAT and other case-blind file systems, reach .git.
func checkPath(path string) error {
	if !fs.ValidPath(path) || path == "." || strings.ContainsRune(path, '\\') {
		return fmt.Errorf("cannot put %q into the repository: it is not a path inside it; use a relative path without ..", clip(path))
	}
	if err := checkText(path); err != nil {
		return err
	}
	for part := range strings.SplitSeq(path, "/") {
		if strings.EqualFold(part, ".git") {
			return fmt.Errorf("cannot put %q into the repository: git keeps its own files there; choose another path", clip(path))
		}
	}
	return nil
}
