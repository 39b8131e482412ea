package run_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret/secrettest"
	"lethe/engine/step"
	"lethe/engine/tool"
)

// shapes are secrets that look like something else; %s is what is searched for.
var shapes = []string{
	"%s", "$(%s)", "${%s}", "`%s`", "'%s'", `"%s"`, `{"passphrase":"%s"}`, "--%s", "-%s", "/nix/store/%s", `\%s\`, "%%s%s%%n", " %s ", "%s\u00e9", "''%s''", "<%s>", "#%s", "!%s", "%s=%s", "{{.%s}}",
}

// drawWishes are wishes of any kind that a real disk can be installed with.
func drawWishes(r *rand.Rand) config.Config {
	encrypt := r.Intn(4) > 0
	modes := []config.SwapMode{config.SwapNone, config.SwapPlain, config.SwapRandomKey, ""}
	w := plantest.Wishes(encrypt, modes[r.Intn(len(modes))])
	w.Swap.KeepPlain = encrypt && w.Swap.Mode == config.SwapPlain
	w.Encryption.AllowDiscards = encrypt && r.Intn(2) == 0
	w.Desktop.Environment = "none"
	for i := range 1 + r.Intn(3) {
		w.Users = append(w.Users, config.User{Name: []string{"ada", "bob", "eve"}[i], Admin: i == 0, FullName: "Ada $(x) \"L\"", Shell: []string{"", "zsh", "fish"}[r.Intn(3)]})
	}
	w.Services.SSH, w.Services.Docker = r.Intn(2) == 0, r.Intn(2) == 0
	w.Persistence.Directories = []string{"/srv/www"}
	return w
}

// quoting is a program that fails and says all that it was given, as a badly written one might.
func quoting(real func(context.Context, tool.Call) (tool.Result, error)) func(context.Context, tool.Call) (tool.Result, error) {
	return func(ctx context.Context, call tool.Call) (tool.Result, error) {
		if call.Secret == nil {
			return real(ctx, call)
		}
		said := string(call.Secret.Bytes())
		if call.Line != nil {
			call.Line("I was given " + said)
		}
		return tool.Result{}, &tool.Error{Command: call.Command, Exit: 1, Tail: "cannot use " + said, Cause: tool.ErrInUse}
	}
}

// TestSecretsAreInNoCall runs installations of random wishes with secrets that look like shell, Nix, JSON or options, to their end or to
// a program that quotes them: they are in no argument, environment or input of a program, in no event, plan or record, and in no file.
func TestSecretsAreInNoCall(t *testing.T) {
	const runs = 20
	calls, given := 0, 0
	for seed := range runs {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewSource(int64(seed)))
			phrase, word := fmt.Sprintf("canary%016x", r.Uint64()), fmt.Sprintf("canary%016x", r.Uint64())
			wrap := func(core string) string {
				return strings.ReplaceAll(strings.ReplaceAll(shapes[(seed+r.Intn(2))%len(shapes)], "%s", core), "%%", "%")
			}
			s := newStageFor(t, drawWishes(r), wrap(phrase), wrap(word))
			if seed%4 == 3 {
				s.tools.On(quoting(func(context.Context, tool.Call) (tool.Result, error) { return tool.Result{}, nil }), "cryptsetup")
			}
			needles := secrettest.NewNeedles(map[string]string{"passphrase": phrase, "password": word})
			result, err := s.runner.Run(t.Context(), s.env)
			if failed := err != nil; seed%4 != 3 && (failed || result.State != step.Complete) {
				t.Fatalf("%s: %v", result.State, err)
			}
			for _, c := range s.tools.Calls() {
				calls++
				if c.Secret != "" {
					given++
				}
				text, encodeErr := json.Marshal(c)
				if encodeErr != nil {
					t.Fatal(encodeErr)
				}
				for _, part := range append(append([]string{c.Name, c.Input, string(text)}, c.Args...), c.Env...) {
					clean(t, needles, "the call of "+c.Name, []byte(part))
				}
			}
			for _, e := range s.seen.Events() {
				text, encodeErr := json.Marshal(e)
				if encodeErr != nil {
					t.Fatal(encodeErr)
				}
				clean(t, needles, fmt.Sprintf("the event %s of %s", e.Kind, e.Step), text)
				clean(t, needles, fmt.Sprintf("the event %s of %s", e.Kind, e.Step), []byte(e.Text+e.Title+e.Next))
			}
			text, encodeErr := s.env.Plan.JSON()
			if encodeErr != nil {
				t.Fatal(encodeErr)
			}
			clean(t, needles, "the plan", text)
			clean(t, needles, "the script", []byte(s.env.Plan.Script()))
			cleanTree(t, needles, s.machine.root)
		})
	}
	if calls < 10*runs || given < runs/2 {
		t.Errorf("only %d calls were looked at, %d of them with a secret", calls, given)
	}
}

// clean wants no form of a secret in a text.
func clean(t *testing.T, needles secrettest.Needles, what string, text []byte) {
	t.Helper()
	for name, needle := range needles {
		if bytes.Contains(text, needle) {
			t.Errorf("%s is in %s", name, what)
		}
	}
}

// cleanTree wants none in any file of the played machine, nor in a name.
func cleanTree(t *testing.T, needles secrettest.Needles, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		clean(t, needles, "the name "+d.Name(), []byte(d.Name()))
		if d.Type().IsRegular() {
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			clean(t, needles, strings.TrimPrefix(path, root), text)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
