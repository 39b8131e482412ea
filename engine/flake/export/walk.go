package export

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"lethe/engine/flake"
)

// secretFolder is where people keep password hashes beside a configuration, at its top; see docs/many-machines.md.
const secretFolder = "passwords"

const maxIgnore = 1 << 20

// isBuild tells whether a link has the name that `nix build` gives to its results.
func isBuild(name string) bool { return name == "result" || strings.HasPrefix(name, "result-") }

// walker lists the files of a folder that git would add.
type walker struct {
	root    *os.Root
	ignored []gitignore.Pattern
	paths   []string
}

func walk(root *os.Root) ([]string, error) {
	w := &walker{root: root}
	err := fs.WalkDir(root.FS(), ".", w.visit)
	return w.paths, err
}

func (w *walker) visit(p string, d fs.DirEntry, err error) error {
	switch {
	case err != nil:
		return err
	case w.leaveOut(p, d):
		if d.IsDir() {
			return fs.SkipDir
		}
		return nil
	case d.IsDir():
		return w.addIgnored(p)
	case d.Type().IsRegular(), d.Type()&fs.ModeSymlink != 0:
		w.paths = append(w.paths, p)
	}
	if len(w.paths) > maxFiles {
		return fmt.Errorf("it has more than %d files, more than any configuration", maxFiles)
	}
	return nil
}

// leaveOut judges a path below folders that were not left out themselves.
func (w *walker) leaveOut(p string, d fs.DirEntry) bool {
	if p == "." {
		return false
	}
	if strings.EqualFold(path.Base(p), ".git") || strings.EqualFold(p, secretFolder) {
		return true
	}
	return gitignore.NewMatcher(w.ignored).Match(strings.Split(p, "/"), d.IsDir())
}

// addIgnored reads the .gitignore of a folder.
func (w *walker) addIgnored(folder string) error {
	name := path.Join(folder, flake.IgnoreFile)
	info, err := w.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return nil // git follows no link here either
	}
	if err != nil {
		return err
	}
	text, err := read(w.root, name, maxIgnore)
	if err != nil {
		return err
	}
	var domain []string
	if folder != "." {
		domain = strings.Split(folder, "/")
	}
	lines := bufio.NewScanner(bytes.NewReader(text))
	lines.Buffer(nil, maxIgnore+1)
	for lines.Scan() {
		if line := lines.Text(); strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
			w.ignored = append(w.ignored, gitignore.ParsePattern(line, domain))
		}
	}
	return lines.Err()
}
