package flake_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// kinds is an option's type, or the several that it may have.
type kinds []kind

type kind struct {
	T string `json:"t"`
	E kinds  `json:"e,omitempty"`
}

func (ks *kinds) UnmarshalJSON(b []byte) error {
	if b[0] == '[' {
		return json.Unmarshal(b, (*[]kind)(ks))
	}
	*ks = make(kinds, 1)
	return json.Unmarshal(b, &(*ks)[0])
}

// node is an option, or a group of them.
type node struct {
	C    map[string]*node `json:"c,omitempty"`
	T    kinds            `json:"t,omitempty"`
	To   string           `json:"to,omitempty"`
	Gone string           `json:"gone,omitempty"`
}

// find gives what is at a path, also inside the value of an option; nil when nothing can be there.
func (n *node) find(path []string) *node {
	for _, segment := range path {
		next := n.C[segment]
		for _, wild := range []string{"<name>", "*"} {
			if w := n.C[wild]; next == nil && w != nil {
				next = &node{C: w.C, T: append(w.T, kind{T: "sub"})}
			}
		}
		types := append(kinds{}, n.T...)
		for i := 0; next == nil && i < len(types); i++ {
			switch k := types[i]; k.T {
			case "null", "oneof":
				types = append(types, k.E...)
			case "any", "attrs", "open":
				return &node{T: kinds{{T: "any"}}}
			case "sub":
				if len(n.C) == 0 {
					return &node{T: kinds{{T: "any"}}}
				}
			case "set", "list":
				next = &node{T: k.E}
			}
		}
		if next == nil || next.To+next.Gone != "" {
			return nil
		}
		n = next
	}
	if n.T == nil {
		return nil
	}
	return n
}

// setPaths are the option paths that files of a repository set, found by evaluating them as modules with real Nix.
func setPaths(t *testing.T, files []string) [][]string {
	t.Helper()
	walk, err := filepath.Abs("testdata/set-paths.nix")
	if err != nil {
		t.Fatal(err)
	}
	var expression strings.Builder
	fmt.Fprintf(&expression, "builtins.concatMap (import %s) [\n", walk)
	for _, f := range files {
		path, err := filepath.Abs(f)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&expression, "%s\n", path)
	}
	expression.WriteString("]")
	var paths [][]string
	evaluate(t, expression.String(), &paths)
	return paths
}

func systemModules(t *testing.T) []string {
	t.Helper()
	var files []string
	for _, f := range goldenFiles(t) {
		for _, part := range []string{"configuration.nix/", "hardware-configuration.nix/", "disks.nix/", "persist.nix/"} {
			if strings.HasPrefix(f, part) && strings.HasSuffix(f, ".nix") {
				files = append(files, filepath.Join(golden, f))
			}
		}
	}
	return files
}

const optionsFile = "testdata/options.json"

// TestEveryOptionIsReal looks up every option path that any repository of the matrix sets. The extract is renewed
// with LETHE_FACTS=folder, where options-tree.json is.
func TestEveryOptionIsReal(t *testing.T) {
	paths := setPaths(t, systemModules(t))
	if len(paths) < 200 {
		t.Fatalf("only %d paths were found", len(paths))
	}
	if facts := os.Getenv("LETHE_FACTS"); facts != "" {
		renewOptions(t, filepath.Join(facts, "options-tree.json"), paths)
	}
	tree := readOptions(t, optionsFile)
	for _, p := range paths {
		if tree.find(p) == nil {
			t.Errorf("no option %s", strings.Join(p, "."))
		}
	}
	for _, wrong := range [][]string{{"sound", "enable"}, {"services", "desktopManager", "plasma5", "enable"}, {"boot", "loader", "systemd-boot", "editr"}} {
		if tree.find(wrong) != nil {
			t.Errorf("%s was taken for an option", strings.Join(wrong, "."))
		}
	}
}

func readOptions(t *testing.T, path string) *node {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var tree node
	if err := json.Unmarshal(text, &tree); err != nil {
		t.Fatal(err)
	}
	return &tree
}

// renewOptions keeps of the whole tree only what the paths pass through.
func renewOptions(t *testing.T, facts string, paths [][]string) {
	t.Helper()
	whole := readOptions(t, facts)
	var extract struct {
		Origin string `json:"origin"`
		node
	}
	extract.Origin = "NixOS options: nixos-unstable of 2024-12-19, brought up to 26.11 by hand in November 2026; environment.persistence from impermanence 7b1d382"
	for _, p := range paths {
		graft(&extract.node, whole, p)
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", " ")
	e.SetEscapeHTML(false)
	if err := e.Encode(extract); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(optionsFile, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

func graft(into, from *node, path []string) {
	into.T, into.To, into.Gone = from.T, from.To, from.Gone
	if len(path) == 0 {
		return
	}
	for _, segment := range []string{path[0], "<name>", "*"} {
		if next := from.C[segment]; next != nil {
			if into.C == nil {
				into.C = map[string]*node{}
			}
			if into.C[segment] == nil {
				into.C[segment] = &node{}
			}
			graft(into.C[segment], next, path[1:])
			return
		}
	}
}
