package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/assets"
)

// keysInSource gives every key of the translations that the window's source names, with where it does. A key that is not written
// out is an error: nobody could find it.
func keysInSource(t *testing.T, root string) map[string]string {
	t.Helper()
	keys := map[string]string{}
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		set := token.NewFileSet()
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || !translates(call) || len(call.Args) == 0 || forwards(path) {
				return true
			}
			key, ok := literal(call.Args[0])
			if !ok {
				t.Errorf("%s: the key is not written out", set.Position(call.Pos()))
			} else if key != verbatim {
				keys[key] = set.Position(call.Pos()).String()
			}
			return true
		})
		for key, at := range forms(set, file) {
			keys[key] = at
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return keys
}

// verbatim is the form of text whose words others chose.
const verbatim = "{{.Text}}"

// forwards tells that a file translates what the session says, whose own source names the keys.
func forwards(path string) bool { return path == filepath.Join("page", "text.go") }

// translates tells that a call takes a key: of package lang, or the session's say.
func translates(call *ast.CallExpr) bool {
	switch f := call.Fun.(type) {
	case *ast.SelectorExpr:
		room, ok := f.X.(*ast.Ident)
		return ok && room.Name == "lang" && slices.Contains([]string{"L", "N", "X", "XN", "Localize", "LocalizeKey", "LocalizePlural"}, f.Sel.Name)
	case *ast.Ident:
		return f.Name == "say"
	}
	return false
}

// forms are the keys in literals of session.Text.
func forms(set *token.FileSet, file *ast.File) map[string]string {
	keys := map[string]string{}
	ast.Inspect(file, func(n ast.Node) bool {
		text, ok := n.(*ast.CompositeLit)
		if !ok {
			return true
		}
		name, ok := text.Type.(*ast.SelectorExpr)
		if !ok || name.Sel.Name != "Text" {
			return true
		}
		for _, e := range text.Elts {
			if pair, ok := e.(*ast.KeyValueExpr); ok {
				if key, ok := literal(pair.Value); ok {
					keys[key] = set.Position(text.Pos()).String()
				}
			}
		}
		return true
	})
	return keys
}

// literal gives the value of a string that is written out, also in parts.
func literal(e ast.Expr) (string, bool) {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.BinaryExpr:
		a, first := literal(e.X)
		b, second := literal(e.Y)
		return a + b, first && second && e.Op == token.ADD
	case *ast.Ident: // a constant of the session
		return verbatim, e.Name == "verbatim"
	}
	return "", false
}

// translation reads a language. A plural is the text of its forms.
func translation(t *testing.T, name string) map[string]string {
	t.Helper()
	text, err := assets.Translations.ReadFile(assets.TranslationsDir + "/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var raw map[string]any
	if err := json.Unmarshal(text, &raw); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	all := map[string]string{}
	for key, value := range raw {
		switch value := value.(type) {
		case string:
			all[key] = value
		case map[string]any:
			for _, form := range value {
				part, _ := form.(string)
				all[key] += part
			}
		}
	}
	return all
}

func TestTranslations(t *testing.T) {
	source := keysInSource(t, ".")
	for _, form := range session.Phrases() { // what the engine says, and so not named here
		if source[form] == "" {
			source[form] = "the engine"
		}
	}
	if *update {
		writeEnglish(t, source)
		return
	}
	english := translation(t, "en.json")
	for key, at := range source {
		if english[key] == "" {
			t.Errorf("%s: en.json lacks %q; go test -tags ci ./app -run Translations -update adds it", at, key)
		}
	}
	for key := range english {
		if source[key] == "" {
			t.Errorf("en.json has %q, which no source names", key)
		}
	}
	files, err := assets.Translations.ReadDir(assets.TranslationsDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		other := translation(t, f.Name())
		if missing := slices.DeleteFunc(slices.Sorted(maps.Keys(english)), func(key string) bool { return other[key] != "" }); len(missing) > 0 {
			t.Errorf("%s lacks %d texts: %q", f.Name(), len(missing), missing)
		}
		for key, text := range other {
			if english[key] == "" {
				t.Errorf("%s has %q, which en.json does not", f.Name(), key)
			}
			if a, b := blanks(key), blanks(text); !slices.Equal(a, b) {
				t.Errorf("%s: %q has the values %v and its translation %v", f.Name(), key, a, b)
			}
		}
	}
}

var blank = regexp.MustCompile(`\{\{\.[A-Za-z]+\}\}`)

// blanks are the values in a text, each once.
func blanks(text string) []string {
	found := blank.FindAllString(text, -1)
	slices.Sort(found)
	return slices.Compact(found)
}

// writeEnglish makes en.json of the source: a key is its own English text. What has plurals is written by hand and kept.
func writeEnglish(t *testing.T, source map[string]string) {
	t.Helper()
	path := filepath.Join("..", "assets", "translations", "en.json")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all map[string]any
	if err := json.Unmarshal(text, &all); err != nil {
		t.Fatal(err)
	}
	fresh := map[string]any{}
	for key := range source {
		fresh[key] = key
		if old, ok := all[key]; ok {
			fresh[key] = old
		}
	}
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(fresh); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}
