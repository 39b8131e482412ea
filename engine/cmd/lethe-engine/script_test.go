package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	if len(os.Args) == 2 && os.Args[1] == "serve" { // root's command starts this very program as its root side, whatever its name is here
		main()
		return
	}
	testscript.Main(m, map[string]func(){"lethe-engine": main})
}

// TestScript runs the program as a person would, with real tools on real images.
func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", env.Getenv("PATH")+":/usr/sbin:/sbin")
			env.Setenv("LC_ALL", "C.UTF-8")
			// An ordinary user without a Nix daemon has no store to write to.
			for _, name := range []string{"NIX_STATE_DIR", "NIX_STORE_DIR", "NIX_CONF_DIR"} {
				env.Setenv(name, filepath.Join(env.WorkDir, ".nix", name))
			}
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "root" {
				return os.Geteuid() == 0, nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"truncate": cmdTruncate,
			"exits":    cmdExits,
		},
	})
}

// cmdTruncate makes a sparse file: truncate SIZE FILE.
func cmdTruncate(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: truncate SIZE FILE")
	}
	ts.Check(ts.Exec("truncate", "--size", args[0], ts.MkAbs(args[1])))
}

// cmdExits runs the engine and compares its exit code: exits CODE ARGS…
func cmdExits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: exits CODE ARGS…")
	}
	script := `"$0" "$@"; code=$?; test $code = "$WANT" || { echo "exit code $code instead of $WANT" >&2; exit 1; }`
	ts.Setenv("WANT", args[0])
	shell := append([]string{"-c", script, "lethe-engine"}, args[1:]...)
	ts.Check(ts.Exec("sh", shell...))
}
