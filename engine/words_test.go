package engine_test

import (
	"flag"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/engine"
)

var updateWords = flag.Bool("update", false, "write words.txt anew")

// speaking are the rooms whose words reach the window, each with the files that speak to the command line or to programs only, or
// of what the window can never bring about.
var speaking = map[string][]string{
	"condition":    nil,
	"device":       {"find.go"},
	"config":       {"decode.go", "encode.go", "outline.go", "outline_value.go", "preset.go", "secrets.go", "shape.go", "suggest.go"},
	"layout":       {"check.go", "check_contents.go", "explain.go", "fdisk.go", "installed.go"},
	"flake":        {"catalogue.go", "disko.go", "nixtext.go", "render.go", "repo.go"},
	"flake/export": {"restage.go", "stage.go", "load.go"},
	"plan":         {"decode.go", "script.go", "text.go"},
	"step":         {"rescue.go", "talk.go"},
	"verify":       nil,
	"run":          {"follow.go", "history.go", "journal.go"},
	"helper":       {"frame.go", "message.go", "parcel.go", "queue.go", "session.go", "session_explore.go"},
	"target":       nil,
	"tool":         {"blkid.go", "devicepath.go", "efiboot.go", "elevated.go", "header.go", "lvm.go", "nixnetwork.go", "side.go", "table.go"},
	"persist":      {"rule.go", "json.go"},
	"persist/keep": {"note.go"},
	"secret":       nil,
	"quantity":     nil,
	"lockfile":     nil,
	"key":          nil,
	"event":        nil,
	"keyboard":     {"accent.go", "builtin.go", "console.go", "console_parse.go", "console_table.go", "console_value.go", "files.go", "keysym.go", "session.go", "xkb_key.go", "xkb_level.go", "xkb_section.go", "xkb_token.go"},
	".":            {"mount.go", "mount_look.go", "verify.go", "words.go"},
}

// programs are words that look like speech, and are what a program is called with, or what one says.
var programs = []string{
	"%s aligned   %s minimal   %s misaligned", "Linux Boot Manager", "Not charging", "cannot use", "copied %s paths", "cryptsetup luksDump",
	"building the configuration in", "building the flake in", "installing the boot loader...", "installation finished!", "nix-instantiate --parse", "parted align-check optimal", "sgdisk --verify",
	"sudo nixos-rebuild switch --flake %s", "will be built:", "will be fetched (%s", "setting up /etc...",
}

// TestWords holds that the list has every sentence of the source, so that none reaches the window without a translation.
func TestWords(t *testing.T) {
	found := map[string]string{}
	for room, silent := range speaking {
		files, err := filepath.Glob(filepath.Join(room, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s has no source: %v", room, err)
		}
		for _, name := range silent {
			if !slices.Contains(files, filepath.Join(room, name)) {
				t.Errorf("%s has no %s to leave out", room, name)
			}
		}
		for _, path := range files {
			if !strings.HasSuffix(path, "_test.go") && !slices.Contains(silent, filepath.Base(path)) {
				spoken(t, path, found)
			}
		}
	}
	if len(found) < 300 {
		t.Errorf("only %d sentences were found", len(found))
	}
	var list []string
	for text := range found {
		list = append(list, text)
	}
	slices.Sort(list)
	if *updateWords {
		if err := os.WriteFile("words.txt", []byte(strings.Join(list, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	text, err := os.ReadFile("words.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	if words := engine.Words(); !slices.Equal(words[:len(listed)], listed) {
		t.Error("the engine lists other words than words.txt")
	}
	for _, text := range list {
		if !slices.Contains(listed, text) {
			t.Errorf("%s: words.txt lacks %q; go test ./engine -run Words -update adds it", found[text], text)
		}
	}
	for _, text := range listed {
		if found[text] == "" {
			t.Errorf("words.txt has %q, which no source says any more; go test ./engine -run Words -update removes it", text)
		}
	}
}

// spoken adds what a file says to people.
func spoken(t *testing.T, path string, found map[string]string) {
	t.Helper()
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	add := func(text string, n ast.Node) {
		if text = strings.TrimRight(strings.TrimLeft(text, " ,;:"), " "); speech(text) && !slices.Contains(programs, text) {
			found[text] = set.Position(n.Pos()).String()
		}
	}
	var look func(n ast.Node) bool
	look = func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec, *ast.Field: // tags
			return false
		case *ast.CallExpr:
			switch called(n) {
			case "fmt.Sprintf", "fmt.Errorf":
				if format, ok := fold(n.Args[0], true); ok {
					add(format, n)
					for _, arg := range n.Args[1:] {
						ast.Inspect(arg, look)
					}
					return false
				}
			case "command.New", "regexp.MustCompile", "strings.HasPrefix", "strings.CutPrefix", "strings.Contains", "strings.CutSuffix", "bytes.HasPrefix", "panic":
				return false
			}
		case *ast.BinaryExpr:
			if text, ok := fold(n, false); ok {
				add(text, n)
				for _, leaf := range leaves(n) {
					if _, ok := leaf.(*ast.BasicLit); !ok {
						ast.Inspect(leaf, look)
					}
				}
				return false
			}
		case *ast.BasicLit:
			if text, ok := fold(n, false); ok {
				add(text, n)
			}
		}
		return true
	}
	ast.Inspect(file, look)
}

// called is a function by its package and name.
func called(c *ast.CallExpr) string {
	f, ok := c.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	room, ok := f.X.(*ast.Ident)
	if !ok {
		return ""
	}
	return room.Name + "." + f.Sel.Name
}

// leaves are the operands of a sum.
func leaves(e ast.Expr) []ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == token.ADD {
		return append(leaves(b.X), leaves(b.Y)...)
	}
	return []ast.Expr{e}
}

// fold makes a template of a text that may be written in parts. Whatever is no literal is a value; a format has verbs already.
func fold(e ast.Expr, format bool) (string, bool) {
	var text strings.Builder
	literal := false
	for _, leaf := range leaves(e) {
		l, ok := leaf.(*ast.BasicLit)
		if !ok || l.Kind != token.STRING {
			text.WriteString("%s")
			continue
		}
		part, err := strconv.Unquote(l.Value)
		if err != nil {
			return "", false
		}
		if !format && !verb.MatchString(part) { // a text with verbs goes to a function that formats it
			part = strings.ReplaceAll(part, "%", "%%")
		}
		literal = true
		text.WriteString(part)
	}
	return text.String(), literal
}

var (
	verb = regexp.MustCompile(`%[-+# 0]*(\[\d+\])?\d*(\.\d+)?[a-zA-Z%]`)
	word = regexp.MustCompile(`\p{L}*[a-z]{2,}`)
	code = regexp.MustCompile(`[\n\t\\{}<>|$]|^[-#"'^./]|/\*|^[A-Z_]+=|\($`)
)

// speech tells that a text is meant for people: words, and neither a part of a text nor code.
func speech(text string) bool {
	bare := strings.Fields(verb.ReplaceAllString(text, " "))
	words := slices.DeleteFunc(bare, func(w string) bool { return !word.MatchString(w) })
	numbered := len(words) == 1 && strings.HasSuffix(text, words[0]+" %d")
	return (len(words) > 1 || numbered) && !code.MatchString(text)
}
