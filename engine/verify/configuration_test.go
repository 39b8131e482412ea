package verify_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
	"lethe/engine/verify"
)

// written is a configuration with the folder that it was written to.
func written(t *testing.T) (string, plan.Configuration) {
	t.Helper()
	c := plantest.Plan(t, plantest.Blank(t), 512, plantest.Wishes(false, "")).Configuration
	folder := t.TempDir()
	for _, f := range c.Files.Files {
		path := filepath.Join(folder, filepath.FromSlash(f.Path))
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, f.Text, 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	return folder, c
}

// TestSyntaxIsJudgedOnlyByANixThatWorks has a configuration that is as it was reviewed, and a Nix that refuses it or does not work.
func TestSyntaxIsJudgedOnlyByANixThatWorks(t *testing.T) {
	folder, c := written(t)
	for name, row := range map[string]struct {
		nowhere bool // no temporary folder can be made
		lacking bool
		parses  error // what Nix says of the files
		works   error // what Nix says of any expression
		want    verify.Status
		says    string
	}{
		"parses":                 {want: verify.Passed, says: "files parse"},
		"does not parse":         {parses: errors.New("syntax error, unexpected end of file"), want: verify.Failed, says: "unexpected end of file"},
		"no temporary folder":    {nowhere: true, want: verify.NotRehearsed, says: "cannot make a home for Nix"},
		"full temporary folder":  {parses: errors.New("database or disk is full"), works: errors.New("database or disk is full"), want: verify.NotRehearsed, says: "cannot use Nix"},
		"Nix is not there":       {lacking: true, want: verify.NotRehearsed, says: "not installed"},
		"nor a temporary folder": {lacking: true, nowhere: true, want: verify.NotRehearsed, says: "cannot make a home for Nix"},
	} {
		t.Run(name, func(t *testing.T) {
			tools := tooltest.New().On(func(_ context.Context, call tool.Call) (tool.Result, error) {
				if slices.Contains(call.Command.Args, "--expr") {
					return tool.Result{}, row.works
				}
				return tool.Result{}, row.parses
			}, "nix-instantiate")
			if row.lacking {
				tools.Lack("nix", "nix-instantiate")
			}
			if row.nowhere {
				t.Setenv("TMPDIR", filepath.Join(folder, "nowhere"))
			}
			checks := verify.Configuration(t.Context(), tools, folder, c)
			last := checks[len(checks)-1]
			if len(checks) != 2 || checks[0].Status != verify.Passed || last.Status != row.want || !strings.Contains(last.Detail, row.says) {
				t.Errorf("%+v", checks)
			}
		})
	}
}

// TestRealNixWorks has the real one say that it works, and that a file is wrong.
func TestRealNixWorks(t *testing.T) {
	nix, err := tool.NewNix(tool.Exec{})
	if err != nil {
		t.Fatal(err)
	}
	defer nix.Close()
	if !nix.Available() {
		t.Fatal("Nix is not installed here; make test-tools installs it")
	}
	wrong := filepath.Join(t.TempDir(), "wrong.nix")
	if err := os.WriteFile(wrong, []byte("{ a = "), 0o600); err != nil {
		t.Fatal(err)
	}
	if nix.Works(t.Context()) != nil || nix.Parse(t.Context(), wrong) == nil {
		t.Errorf("%v, %v", nix.Works(t.Context()), nix.Parse(t.Context(), wrong))
	}
}
