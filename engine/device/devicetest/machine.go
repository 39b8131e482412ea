// Package devicetest builds recorded machines for tests: folders that look like a root with sys, proc, run and dev,
// to be read with device.WithChroot.
//
// The machines are text files in machines/, written after what Linux 6.x and systemd's udev show for such hardware.
// A line that begins with a slash names the folder that the following lines are in; those are
//
//	name = value        a file with value and a newline; value may be a Go string in double quotes, taken as it is
//	name -> target      a symbolic link
//	name/               an empty folder
//	name <<             a file of the following lines, each after "| ", or a Go string after "|"
//
// where name may contain slashes. A # begins a comment line. It guarantees that a malformed machine fails the test
// that asks for it.
package devicetest

import (
	"embed"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

//go:embed machines/*.txt
var machines embed.FS

// Names lists the recorded machines.
func Names(t testing.TB) []string {
	t.Helper()
	entries, err := machines.ReadDir("machines")
	if err != nil {
		t.Fatalf("cannot list recorded machines: %v", err)
	}
	var list []string
	for _, e := range entries {
		list = append(list, strings.TrimSuffix(e.Name(), ".txt"))
	}
	return list
}

// Machine builds a recorded machine in a temporary folder and gives the folder. The caller may change it.
func Machine(t testing.TB, name string) string {
	t.Helper()
	text, err := machines.ReadFile("machines/" + name + ".txt")
	if err != nil {
		t.Fatalf("cannot read the recorded machine %s: %v", name, err)
	}
	root := memory(t)
	if err := Build(root, string(text)); err != nil {
		t.Fatalf("cannot build the recorded machine %s: %v", name, err)
	}
	return root
}

// Build makes the files that a machine's text describes below root.
func Build(root, text string) error {
	b := builder{root: root, folder: root}
	for i, line := range strings.Split(text, "\n") {
		if err := b.line(line); err != nil {
			return fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return b.flush()
}

// builder reads a machine line by line.
type builder struct {
	root, folder string
	open         string // path of the file whose lines are being read
	body         strings.Builder
}

func (b *builder) line(line string) error {
	text := strings.TrimSpace(line)
	if b.open != "" {
		if rest, ok := strings.CutPrefix(text, "|"); ok {
			return b.more(rest)
		}
		if err := b.flush(); err != nil {
			return err
		}
	}
	switch {
	case text == "" || strings.HasPrefix(text, "#"):
		return nil
	case strings.HasPrefix(text, "/"):
		b.folder = filepath.Join(b.root, text)
		return os.MkdirAll(b.folder, 0o755)
	case strings.HasSuffix(text, " <<"):
		b.open = b.path(strings.TrimSuffix(text, " <<"))
		return nil
	case strings.HasSuffix(text, "/"):
		return os.MkdirAll(b.path(text), 0o755)
	}
	return b.entry(text)
}

// more adds a line to the open file.
func (b *builder) more(text string) error {
	if strings.HasPrefix(text, `"`) {
		raw, err := strconv.Unquote(text)
		if err != nil {
			return fmt.Errorf("line of %s: %w", b.open, err)
		}
		text = raw
	}
	b.body.WriteString(strings.TrimPrefix(text, " ") + "\n")
	return nil
}

func (b *builder) path(name string) string { return filepath.Join(b.folder, name) }

// entry makes a link or a file of one line.
func (b *builder) entry(text string) error {
	if name, target, ok := strings.Cut(text, " -> "); ok {
		if err := os.MkdirAll(filepath.Dir(b.path(name)), 0o755); err != nil {
			return err
		}
		return os.Symlink(target, b.path(name))
	}
	name, value, ok := strings.Cut(text, " = ")
	if !ok {
		if name, ok = strings.CutSuffix(text, " ="); !ok {
			return fmt.Errorf("neither folder, file nor link: %q", text)
		}
	}
	if !strings.HasPrefix(value, `"`) {
		return write(b.path(name), value+"\n")
	}
	raw, err := strconv.Unquote(value)
	if err != nil {
		return fmt.Errorf("value of %s: %w", name, err)
	}
	return write(b.path(name), raw)
}

// flush writes the file of several lines that was being read, if any.
func (b *builder) flush() error {
	if b.open == "" {
		return nil
	}
	path, body := b.open, b.body.String()
	b.open = ""
	b.body.Reset()
	return write(path, body)
}

func write(path, body string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(body), 0o644)
}
