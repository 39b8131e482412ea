package run_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// runScript runs a plan's exported script as a person would who types these lines.
func runScript(t *testing.T, p plan.Plan, typed ...string) (string, error) {
	t.Helper()
	script := filepath.Join(t.TempDir(), "plan.sh")
	text := p.Script()
	if err := exec.Command("dd", "if="+p.Target.Path, "of=/dev/null", "bs=1MiB", "count=1", "iflag=direct").Run(); err == nil {
		// Past the page cache, dd reads gigabytes of holes in no time. Not every file system can, so the script does not ask for it.
		text = strings.ReplaceAll(text, "iflag=count_bytes", "iflag=count_bytes,direct")
	}
	if err := os.WriteFile(script, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("bash", script)
	cmd.Env = []string{"PATH=/usr/local/bin:/usr/bin:/bin"}
	cmd.Stdin = strings.NewReader(strings.Join(typed, "\n") + "\n")
	var out bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &out
	err := cmd.Run()
	return out.String(), err
}

// dirty puts old data under everything that a format relies on to be zero.
func dirty(t *testing.T, image string, p plan.Plan) {
	t.Helper()
	for _, part := range p.Layout.Partitions {
		start := int64(p.Layout.SectorSize.Of(part.First))
		for _, at := range []int64{0, 1 << 20, 2 << 20, 17 << 20} {
			writeAt(t, image, bytes.Repeat([]byte("old data "), 1<<16), start+at)
		}
	}
}

// seen is what other tools say about a finished image.
func seen(t *testing.T, image string, p plan.Plan) string {
	t.Helper()
	dump := plantest.Run(t, command.New("sfdisk", "--dump", image))
	text := strings.ReplaceAll(dump, image, "IMAGE")
	for _, part := range p.Layout.Partitions {
		start, size := p.Layout.SectorSize.Of(part.First), p.Layout.SectorSize.Of(part.Sectors())
		content, err := tool.Blkid{Runner: tool.Exec{}}.Probe(t.Context(), image, start, size)
		text += fmt.Sprintf("%s: %+v, %v\n", part.Name, content, err)
	}
	return text
}

func TestScriptMakesWhatTheEngineMakes(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypt=%v", encrypt), func(t *testing.T) {
			byEngine := newScene(t, oldImage(t), encrypt)
			byEngine.tools.On(tool.Exec{}.Run, makers...)
			dirty(t, byEngine.image, byEngine.env.Plan)
			byEngine.env.Plan = plantest.Plan(t, byEngine.image, 512, plantest.Wishes(encrypt, "")) // which names what is lost now
			if result, err := byEngine.runner.Run(t.Context(), byEngine.env); err != nil || result.State != step.Complete {
				t.Fatal(err)
			}

			image := oldImage(t)
			p := plantest.Plan(t, image, 512, plantest.Wishes(encrypt, ""))
			dirty(t, image, p)
			out, err := runScript(t, p, image, plantest.Passphrase)
			if err != nil || !strings.HasSuffix(out, "Done.\n") {
				t.Fatalf("%v: %s", err, out)
			}
			if a, b := seen(t, byEngine.image, byEngine.env.Plan), seen(t, image, p); a != b {
				t.Errorf("the engine made\n%s\nand the script\n%s", a, b)
			}
			verifyScripted(t, image, p)
		})
	}
}

// verifyScripted lets the engine judge what the script made.
func verifyScripted(t *testing.T, image string, p plan.Plan) {
	t.Helper()
	held, err := target.ReadImage(image, p.Layout.SectorSize)
	if err != nil {
		t.Fatal(err)
	}
	report := verify.Run(t.Context(), verify.Input{
		Tools: tool.Exec{}, Target: held, Layout: p.Layout, Passphrase: secret.New([]byte(plantest.Passphrase)),
	})
	if err := held.Release(); err != nil || !report.OK() {
		t.Errorf("%v: %+v", err, report)
	}
}

func TestScriptStopsInTime(t *testing.T) {
	for name, row := range map[string]struct {
		typed  string // "" means the image's path
		change func(t *testing.T, image string)
		says   string
	}{
		"another answer":     {"yes", nil, "Nothing was changed."},
		"no answer":          {"\n", nil, "Nothing was changed."},
		"another size":       {"", func(t *testing.T, image string) { grow(t, image) }, "not the planned disk"},
		"a tool that breaks": {"", func(t *testing.T, image string) { removeFile(t, image) }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			image := oldImage(t)
			p := plantest.Plan(t, image, 512, plantest.Wishes(false, ""))
			before := plantest.Digest(t, image)
			if row.change != nil {
				row.change(t, image)
			}
			typed := row.typed
			if typed == "" {
				typed = image
			}
			out, err := runScript(t, p, typed)
			if err == nil || !strings.Contains(out, row.says) || strings.Contains(out, "Done.") {
				t.Errorf("%v: %s", err, out)
			}
			if info, statErr := os.Stat(image); statErr == nil && info.Mode().IsRegular() && plantest.Digest(t, image) != before {
				t.Error("the image was changed")
			}
		})
	}
}

func grow(t *testing.T, image string) {
	t.Helper()
	if err := os.Truncate(image, int64(plantest.Size+quantity.MiB)); err != nil {
		t.Fatal(err)
	}
}

func removeFile(t *testing.T, image string) {
	t.Helper()
	if err := errors.Join(os.Remove(image), os.Mkdir(image, 0o700)); err != nil {
		t.Fatal(err)
	}
}
