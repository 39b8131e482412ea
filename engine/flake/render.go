package flake

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"text/template"
	"unicode"
	"unicode/utf8"

	"lethe/nix"
)

// Files of a generated repository.
const (
	FlakeFile         = "flake.nix"
	ConfigurationFile = "configuration.nix"
	HardwareFile      = "hardware-configuration.nix"
	DisksFile         = "disks.nix"
	PersistFile       = "persist.nix"
	AddedFile         = "persist.json" // belongs to Lethe: what was added to [PersistFile] after the installation
	HomeFile          = "home.nix"
	ReadmeFile        = "README.md"
	IgnoreFile        = ".gitignore"
	LockFile          = "flake.lock"
)

var templates = sync.OnceValues(func() (*template.Template, error) {
	return template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"str": String, "attr": AttrName, "md": markdown, "sh": shell, "pair": newPair,
	}).ParseFS(nix.Templates, "templates/*.tmpl")
})

// Render writes the whole repository. It refuses wishes and layouts that are not valid and a hardware
// configuration that mounts disks; the same input gives the same bytes.
func Render(in Input) (Repo, error) {
	if err := in.check(); err != nil {
		return Repo{}, err
	}
	return render(in)
}

func render(in Input) (Repo, error) {
	v, err := newView(in)
	if err != nil {
		return Repo{}, err
	}
	files := map[string][]byte{}
	for _, name := range []string{FlakeFile, ConfigurationFile, HardwareFile, DisksFile, PersistFile, AddedFile, HomeFile, ReadmeFile, IgnoreFile} {
		if files[name], err = execute(strings.TrimPrefix(name, ".")+".tmpl", v); err != nil {
			return Repo{}, err
		}
	}
	if in.Hardware != "" {
		files[HardwareFile] = []byte(in.Hardware)
	}
	if len(in.Lock) > 0 {
		files[LockFile] = in.Lock
	}
	var repo Repo
	for name, text := range files {
		if repo, err = repo.With(name, text); err != nil {
			return Repo{}, err
		}
	}
	return repo, nil
}

func execute(name string, data any) ([]byte, error) {
	t, err := templates()
	if err != nil {
		return nil, fmt.Errorf("cannot read the templates: %w", err)
	}
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", strings.TrimSuffix(name, ".tmpl"), err)
	}
	return b.Bytes(), nil
}

// pair names a list for the template that writes lists.
type pair struct {
	Name  string
	Items []string
}

// Fits tells whether nixfmt keeps the list on one line: one item, and no more than 100 columns.
func (p pair) Fits() bool {
	const around = len("    ") + len(" = [ ") + len(`""`) + len(" ];")
	return len(p.Items) == 1 && around+len(p.Name)+utf8.RuneCountInString(p.Items[0]) <= 100
}

func newPair(name string, items []string) pair { return pair{name, items} }

// markdown writes s so that Markdown shows it as it is.
func markdown(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.IsControl(r):
			continue
		case r < unicode.MaxASCII && (unicode.IsPunct(r) || unicode.IsSymbol(r)) && r != '-' && r != '.':
			b.WriteByte('\\')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// shell writes s as one word of a POSIX shell.
func shell(s string) string {
	const plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./"
	if s != "" && strings.Trim(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
