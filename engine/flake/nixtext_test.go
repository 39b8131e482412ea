package flake_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"lethe/engine/flake"
)

// nix runs nix-instantiate without a store, a network or a user's configuration.
func nix(t testing.TB, args ...string) []byte {
	t.Helper()
	c := exec.Command("nix-instantiate", args...)
	state := t.TempDir()
	c.Env = append(os.Environ(), "HOME="+state, "NIX_STATE_DIR="+state, "NIX_STORE_DIR="+state+"/store", "NIX_CONF_DIR="+state, "NIX_PATH=")
	var problem strings.Builder
	c.Stderr = &problem
	out, err := c.Output()
	if err != nil {
		t.Fatalf("nix-instantiate %v: %v\n%s", args, err, problem.String())
	}
	return out
}

// evaluate gives the JSON of an expression.
func evaluate(t testing.TB, expression string, into any) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "expression.nix")
	if err := os.WriteFile(file, []byte(expression), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(nix(t, "--eval", "--strict", "--json", file), into); err != nil {
		t.Fatal(err)
	}
}

var hostile = []string{
	"", " ", "else", "rec", "or", "inherit", "true", "null", "a.b", "a-b", "a'b", "-a", "1a", "_", "${x}", "$${x}", "$$${x}", `\${x}`, "$", "$$", "{", "''", "''${x}''",
	`"`, `\`, `\\`, `\"`, `\n`, "\n", "\r", "\r\n", "\t", "# no comment", "/* */", "'; rm -rf /", "Zoë 🦊", "\u2028", "\u202e", "a\\", "$\\{x}", "<nixpkgs>", "/etc/${x}", "~/x", "${", "$", "}",
}

func TestStringsComeBackUnchanged(t *testing.T) {
	var all []string
	all = append(all, hostile...)
	text := rapid.StringOf(rapid.OneOf(
		rapid.SampledFrom([]rune("$${{}}\\\\\"\"''\n\r\t abnrt#/")),
		rapid.Rune().Filter(func(r rune) bool { return !unicode.IsControl(r) }),
	))
	for seed := range 1500 {
		all = append(all, text.Example(seed))
	}
	var expression strings.Builder
	expression.WriteString("[\n")
	for _, s := range all {
		literal, err := flake.String(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		name, err := flake.AttrName(s)
		if err != nil {
			t.Fatalf("%q: %v", s, err)
		}
		expression.WriteString(literal + "\n(builtins.head (builtins.attrNames { " + name + " = 1; }))\n(builtins.head (builtins.attrNames { a." + name + ".b = 1; }.a))\n")
	}
	expression.WriteString("]")
	var got []string
	evaluate(t, expression.String(), &got)
	var want []string
	for _, s := range all {
		want = append(want, s, s, s)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("round trip (-want +got):\n%s", diff)
	}
}

func TestWhatNixCannotHoldIsRefused(t *testing.T) {
	for _, s := range []string{"a\x00b", "\x1b[31m", "\x07", "\x7f", "\u0085", "\u009b", "\xff", "a\xc3"} {
		if got, err := flake.String(s); err == nil {
			t.Errorf("String(%q) is %s, want an error", s, got)
		}
		if got, err := flake.AttrName(s); err == nil {
			t.Errorf("AttrName(%q) is %s, want an error", s, got)
		}
	}
}

func TestPlainNamesStayPlain(t *testing.T) {
	for name, want := range map[string]string{"ada": "ada", "x86_64-linux": "x86_64-linux", "else": `"else"`, "a.b": `"a.b"`, "": `""`, "9p": `"9p"`} {
		if got, err := flake.AttrName(name); err != nil || got != want {
			t.Errorf("AttrName(%q) is %s, %v, want %s", name, got, err, want)
		}
	}
}
