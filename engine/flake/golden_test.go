package flake_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/flake"
)

var update = flag.Bool("update", false, "write the golden files anew")

var write = flag.String("write", "", "also write all repositories below this folder, for nix/check.sh")

const golden = "testdata/golden"

// TestGoldenRepositories compares all 36 repositories byte for byte. Each distinct text is kept once, named after the
// first combination that has it; index.txt says which text each combination has.
func TestGoldenRepositories(t *testing.T) {
	texts, index := distinct(t)
	if *write != "" {
		writeAll(t, *write)
	}
	fmt.Fprintf(index, "%d texts\n", len(texts))
	want := map[string][]byte{"index.txt": index.Bytes()}
	for name, text := range texts {
		want[name] = text
	}
	if *update {
		writeGolden(t, want)
	}
	for name, text := range want {
		old, err := os.ReadFile(filepath.Join(golden, name))
		if err != nil {
			t.Errorf("%v; run go test -update and read the result", err)
			continue
		}
		if diff := cmp.Diff(string(old), string(text)); diff != "" {
			t.Errorf("%s (-golden +now):\n%s", name, diff)
		}
	}
	for _, path := range goldenFiles(t) {
		if _, ok := want[path]; !ok {
			t.Errorf("%s is no longer made; remove it", path)
		}
	}
}

// distinct gives each text of the matrix once, by golden name.
func distinct(t *testing.T) (map[string][]byte, *bytes.Buffer) {
	t.Helper()
	texts, names, index := map[string][]byte{}, map[string]string{}, &bytes.Buffer{}
	for _, m := range matrix() {
		for _, f := range render(t, m.input(t)).Files {
			key := f.Path + "\x00" + string(f.Text)
			if names[key] == "" {
				names[key] = strings.TrimPrefix(f.Path, ".") + "/" + m.String() + filepath.Ext(f.Path)
				if f.Path == flake.AddedFile {
					names[key] = flake.PersistFile + "/" + f.Path // which reads it beside itself
				}
				texts[names[key]] = f.Text
			}
			fmt.Fprintf(index, "%s %s %s\n", m, f.Path, names[key])
		}
	}
	return texts, index
}

func writeAll(t *testing.T, folder string) {
	t.Helper()
	for _, m := range matrix() {
		for _, f := range render(t, m.input(t)).Files {
			path := filepath.Join(folder, m.String(), f.Path)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, f.Text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func writeGolden(t *testing.T, want map[string][]byte) {
	t.Helper()
	if err := os.RemoveAll(golden); err != nil {
		t.Fatal(err)
	}
	for name, text := range want {
		path := filepath.Join(golden, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func goldenFiles(t *testing.T) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(golden, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			path, err = filepath.Rel(golden, path)
			files = append(files, filepath.ToSlash(path))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestEveryFileParses asks the real parser about every distinct text.
func TestEveryFileParses(t *testing.T) {
	args := []string{"--parse"}
	for _, f := range goldenFiles(t) {
		if strings.HasSuffix(f, ".nix") {
			args = append(args, filepath.Join(golden, f))
		}
	}
	for name, text := range hostileFiles(t) {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, text, 0o644); err != nil {
			t.Fatal(err)
		}
		args = append(args, path)
	}
	if len(args) < 30 {
		t.Fatalf("only %d files", len(args))
	}
	nix(t, args...)
}

// hostileFiles are Nix files with every odd thing that the wishes allow.
func hostileFiles(t *testing.T) map[string][]byte {
	t.Helper()
	m := combination{luks: true, swap: "random-key", desktop: "plasma", users: 2}
	c := m.wishes()
	c.Host.Name = strings.Repeat("long-", 12) + "rec"
	c.Users[0].Name, c.Users[0].FullName = "else", `''${x} "\ `+strings.Repeat("Zoë ", 30)
	c.Users[1].Name = "inherit"
	c.Persistence.Directories = []string{"/srv/${x}", `/srv/"''`, "/srv/a  b"}
	in := input(t, c)
	in.Virtualization = "vmware"
	files := map[string][]byte{}
	for _, f := range render(t, in).Files {
		if strings.HasSuffix(f.Path, ".nix") {
			files[f.Path] = f.Text
		}
	}
	disko, err := flake.Disko(in)
	if err != nil {
		t.Fatal(err)
	}
	files[flake.DiskoFile] = disko
	return files
}

// TestFormatting holds what can be checked without a formatter: no tabs, no blank at the end of a line, no line of code
// above nixfmt's 100 columns unless a string fills it, one newline at the end. The real formatter runs in check.sh.
func TestFormatting(t *testing.T) {
	for _, f := range goldenFiles(t) {
		text, err := os.ReadFile(filepath.Join(golden, f))
		if err != nil {
			t.Fatal(err)
		}
		s := string(text)
		if !strings.HasSuffix(s, "\n") || strings.HasSuffix(s, "\n\n") || strings.Contains(s, "\t") || strings.Contains(s, "\n\n\n") {
			t.Errorf("%s: blank lines or tabs are not as nixfmt leaves them", f)
		}
		if i := slices.IndexFunc(strings.Split(s, "\n"), func(l string) bool { return strings.TrimRight(l, " ") != l }); i >= 0 {
			t.Errorf("%s:%d ends in a blank", f, i+1)
		}
	}
}

// TestRenderIsDeterministic renders each combination again and compares.
func TestRenderIsDeterministic(t *testing.T) {
	seen := map[string]string{}
	for _, m := range matrix() {
		in := m.input(t)
		first, second := render(t, in), render(t, in)
		if first.Hash() != second.Hash() {
			t.Errorf("%s differs from itself", m)
		}
		if other, ok := seen[first.Hash()]; ok && m.swap != "none" {
			t.Errorf("%s is the same as %s", m, other)
		}
		seen[first.Hash()] = m.String()
	}
}
