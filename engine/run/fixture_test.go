package run_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// old is an image with a table by sfdisk and two file systems by mke2fs, one at either end. It is made once.
var old = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "lethe-run-test-")
	if err != nil {
		return "", err
	}
	path, part := filepath.Join(folder, "disk.img"), filepath.Join(folder, "part")
	if err := errors.Join(os.WriteFile(path, nil, 0o600), os.Truncate(path, int64(plantest.Size))); err != nil {
		return "", err
	}
	const uuid, first, length = "11111111-2222-4333-8444-55555555555", 2048, 16384
	sectors := quantity.SectorSize(512).Floor(plantest.Size)
	entries := []command.Entry{
		{First: first, Sectors: length, Type: layout.TypeLinux, UUID: uuid + "1", Name: "holiday photos"},
		{First: sectors - 33 - length, Sectors: length, Type: layout.TypeLinux, UUID: uuid + "2", Name: "backup"},
	}
	commands := []command.Command{command.WriteTable(path, uuid+"0", 512, true, 34, sectors-34, entries)}
	for _, e := range entries {
		size := quantity.Bytes(e.Sectors) * 512
		commands = append(commands, command.Remove(part), command.Allocate(part, size),
			command.MakeExt4(part, "old", e.UUID, e.UUID, 0), command.Splice(part, path, 512, e.First, size))
	}
	for _, c := range commands {
		if _, err := (tool.Exec{}).Run(context.Background(), tool.Call{Command: c}); err != nil {
			return "", err
		}
	}
	return path, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if path, err := old(); err == nil {
		_ = os.RemoveAll(filepath.Dir(path)) // a leftover in the temporary folder is no failure
	}
	os.Exit(code)
}

// oldImage is a copy of [old].
func oldImage(t *testing.T) string {
	t.Helper()
	from, err := old()
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "disk.img")
	if out, err := exec.Command("cp", "--sparse=always", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return to
}

// scene is a run on an image that can be looked at afterwards.
type scene struct {
	image  string
	before [32]byte
	env    *step.Env
	tools  *tooltest.Runner
	runner run.Runner
	seen   *event.Recorder
	holder target.Target // another engine, if there is one
}

// real are the programs that only read.
var real = []string{"blkid", "sfdisk", "sgdisk", "parted", "partx", "fsck.vfat", "e2fsck", "nix-instantiate"}

// makers are the programs that write.
var makers = []string{"mkfs.fat", "mkfs.ext4", "mkswap", "cryptsetup"}

// newScene prepares a run on an image. Programs that write are played: they leave some bytes and a line of talk.
func newScene(t *testing.T, image string, encrypt bool) *scene {
	t.Helper()
	s := &scene{image: image, before: plantest.Digest(t, image), seen: &event.Recorder{}}
	s.tools = tooltest.New().On(tool.Exec{}.Run, real...).On(scribble, makers...)
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
	s.env = &step.Env{
		Plan: plantest.Plan(t, image, 512, plantest.Wishes(encrypt, "")), Tools: s.tools, Secrets: secrets, Now: time.Now,
		Open: func(p plan.Plan) (target.Target, error) {
			return target.OpenImage(p.Target.Path, p.Layout.SectorSize)
		},
		Identify: func(ctx context.Context, p plan.Plan) (device.Disk, error) {
			return device.ReadImage(ctx, p.Target.Path, p.Layout.SectorSize, tool.Blkid{Runner: s.tools})
		},
	}
	s.runner = run.Runner{For: step.For, Sink: s.seen, Now: time.Now}
	return s
}

// scribble plays a program that formats its last argument.
func scribble(_ context.Context, call tool.Call) (tool.Result, error) {
	if call.Line == nil { // the verification only looks
		return tool.Result{}, nil
	}
	call.Line("made by a test")
	path := call.Command.Args[len(call.Command.Args)-1]
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return tool.Result{}, err
	}
	_, err = f.WriteAt([]byte("formatted"), 4096)
	return tool.Result{}, errors.Join(err, f.Close())
}

// check looks at everything that must be true after any run.
func (s *scene) check(t *testing.T, result run.Result, err error) {
	t.Helper()
	wellFormed(t, s.env.Plan, s.seen.Events(), result, err)
	if parts, globErr := filepath.Glob(filepath.Join(plan.StateDir(s.image), "*.part")); globErr != nil || len(parts) != 0 {
		t.Errorf("left behind: %v", parts)
	}
	if err := target.Free(s.image); err != nil {
		t.Errorf("the target is still held: %v", err)
	}
	same := plantest.Digest(t, s.image) == s.before
	switch result.State {
	case step.Untouched, step.Restored:
		if !same {
			t.Errorf("the disk is called %s and its content differs", result.State)
		}
	case step.Complete, step.Incomplete:
		if same {
			t.Errorf("the disk is called %s and nothing changed", result.State)
		}
	default:
		t.Errorf("there is no state %q", result.State)
	}
	if info, err := os.Stat(s.image); err != nil || info.Size() != int64(plantest.Size) {
		t.Errorf("the image has another size: %v, %v", info, err)
	}
}
