package session_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"lethe/app/session"
)

var value = regexp.MustCompile(`\{\{\.(\w+)\}\}`)

// TestTextsAreLiteralsWithTheirValues reads the source: every form is a literal that a translator can be given, each value that
// stands in it is passed, and none is passed that does not.
func TestTextsAreLiteralsWithTheirValues(t *testing.T) {
	names, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	forms := 0
	for _, name := range names {
		if !strings.HasSuffix(name.Name(), ".go") || strings.HasSuffix(name.Name(), "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if f, ok := call.Fun.(*ast.Ident); !ok || f.Name != "say" {
				return true
			}
			if constant, ok := call.Args[0].(*ast.Ident); ok && constant.Name == "verbatim" {
				return true
			}
			forms++
			form, ok := literal(call.Args[0])
			if !ok || form == "" {
				t.Errorf("%s: a form that is no literal", name.Name())
				return true
			}
			var want, got []string
			for _, found := range value.FindAllStringSubmatch(form, -1) {
				want = append(want, found[1])
			}
			for i := 1; i < len(call.Args); i += 2 {
				given, _ := literal(call.Args[i])
				got = append(got, given)
			}
			slices.Sort(want)
			slices.Sort(got)
			if !slices.Equal(slices.Compact(want), got) || len(call.Args)%2 == 0 {
				t.Errorf("%q has the values %v and is given %v", form, want, got)
			}
			return true
		})
	}
	if forms < 100 {
		t.Errorf("only %d texts were found", forms)
	}
}

func literal(e ast.Expr) (string, bool) {
	l, ok := e.(*ast.BasicLit)
	if !ok || l.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(l.Value)
	return text, err == nil
}

func TestTextIsNotObeyed(t *testing.T) {
	x := session.Text{Form: "{{.A}} and {{.B}}", Data: map[string]string{"A": "{{.B}}", "B": "{{.A}}"}}
	if got := x.String(); got != "{{.B}} and {{.A}}" {
		t.Errorf("%q", got)
	}
	if !(session.Text{}).Empty() || (session.Text{}).String() != "" || x.Empty() {
		t.Error("an empty text is not empty")
	}
}
