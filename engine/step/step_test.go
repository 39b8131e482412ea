package step

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// prepare makes an Env that holds a blank image, as after check.
func prepare(t *testing.T, sector quantity.SectorSize, encrypt bool) (*Env, *tooltest.Runner, *[]event.Event) {
	t.Helper()
	var events []event.Event
	tools := tooltest.New()
	secrets := secret.NewStore()
	secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
	e := &Env{
		Plan: plantest.Plan(t, plantest.Blank(t), sector, wishes(encrypt)), Tools: tools, Secrets: secrets,
		Emit: func(e event.Event) { events = append(events, e) },
		Open: func(p plan.Plan) (target.Target, error) {
			return target.OpenImage(p.Target.Path, p.Layout.SectorSize)
		},
		Identify: func(ctx context.Context, p plan.Plan) (device.Disk, error) {
			return device.ReadImage(ctx, p.Target.Path, p.Layout.SectorSize, tool.Blkid{Runner: tool.Exec{}})
		},
	}
	if err := (&check{}).Do(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = e.Release() }) // some tests release it themselves
	return e, tools, &events
}

// wishes asks for plain swap, so that every kind of format happens.
func wishes(encrypt bool) config.Config {
	w := plantest.Wishes(encrypt, config.SwapPlain)
	w.Swap.KeepPlain = true
	return w
}

func TestForKnowsEveryKind(t *testing.T) {
	for kind, want := range map[plan.Kind]string{
		plan.Check: "*step.check", plan.Wipe: "*step.wipe", plan.Partition: "*step.partition",
		plan.Encrypt: "*step.encrypt", plan.Format: "*step.format", plan.Verify: "*step.verifying",
	} {
		doer, err := For(plan.Step{Kind: kind})
		if got := fmt.Sprintf("%T", doer); err != nil || got != want {
			t.Errorf("%s: %s, %v", kind, got, err)
		}
	}
	for _, kind := range []plan.Kind{"", "Wipe", "reboot"} {
		if doer, err := For(plan.Step{ID: "x", Kind: kind}); err == nil || doer != nil || !strings.Contains(err.Error(), "x") {
			t.Errorf("%q: %T, %v", kind, doer, err)
		}
	}
}

func TestEveryStateHasASentence(t *testing.T) {
	seen := map[string]DiskState{}
	for _, s := range []DiskState{Untouched, Restored, Incomplete, Complete} {
		text := s.Sentence()
		if other, ok := seen[text]; ok || !strings.HasSuffix(text, ".") {
			t.Errorf("%s says %q, and so does %s", s, text, other)
		}
		seen[text] = s
	}
	if (&Env{}).State() != Untouched {
		t.Error("a run begins with another state than untouched")
	}
}

func TestNeededTools(t *testing.T) {
	for _, row := range []struct {
		name    string
		sector  quantity.SectorSize
		encrypt bool
		swap    config.SwapMode
		needs   string
		spares  string
	}{
		{"plain", 512, false, config.SwapPlain, "blkid sfdisk sgdisk parted mkfs.fat fsck.vfat mkswap mkfs.ext4 e2fsck", "cryptsetup partx"},
		{"no swap", 512, false, config.SwapNone, "mkfs.ext4", "mkswap"},
		{"random-key swap", 512, true, config.SwapRandomKey, "cryptsetup", "mkswap mkfs.ext4 e2fsck"},
		{"4096-byte sectors", 4096, false, config.SwapNone, "partx", "cryptsetup"},
	} {
		t.Run(row.name, func(t *testing.T) {
			e := &Env{Plan: plantest.Plan(t, plantest.Blank(t), row.sector, plantest.Wishes(row.encrypt, row.swap))}
			for _, name := range strings.Fields(row.needs) {
				e.Tools = tooltest.New().Lack(name)
				if err := e.needTools(); err == nil || !strings.Contains(err.Error(), "missing: "+name+";") {
					t.Errorf("without %s: %v", name, err)
				}
			}
			for _, name := range strings.Fields(row.spares) {
				e.Tools = tooltest.New().Lack(name)
				if err := e.needTools(); err != nil {
					t.Errorf("%s is not needed: %v", name, err)
				}
			}
		})
	}
}

// fullTarget is an image on a file system without any room.
type fullTarget struct {
	target.Target
	file *os.File
}

func (f fullTarget) Disk() *os.File { return f.file }
func (fullTarget) Image() bool      { return true }

func TestNoRoom(t *testing.T) {
	f, err := os.Open("/proc/self/status") // procfs has no free space
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e := &Env{Target: fullTarget{file: f}, Plan: plan.Plan{Target: device.Identity{Path: "/tmp/disk.img"}}}
	if err := e.needRoom(); err == nil || !strings.Contains(err.Error(), "free some space") || !strings.Contains(err.Error(), "/tmp/disk.img") {
		t.Errorf("got %v", err)
	}
}

func TestPartitionWritesWhatIsPlanned(t *testing.T) {
	for _, sector := range []quantity.SectorSize{512, 4096} {
		t.Run(fmt.Sprint(sector), func(t *testing.T) {
			e, _, _ := prepare(t, sector, false)
			if err := (&partition{}).Do(t.Context(), e); err != nil || e.State() != Incomplete {
				t.Fatalf("%s: %v", e.State(), err)
			}
			table, err := tool.ReadTable(t.Context(), tool.Exec{}, e.Target.Path(), sector, true)
			if err != nil || len(table.Partitions) != len(e.Plan.Layout.Partitions) {
				t.Fatalf("%+v, %v", table, err)
			}
			for i, p := range e.Plan.Layout.Partitions {
				got := table.Partitions[i]
				if got.Start != p.First || got.Size != p.Sectors() || got.UUID != p.PartUUID || got.Type != p.Type || got.Name != p.Name {
					t.Errorf("planned %+v, is %+v", p, got)
				}
			}
		})
	}
}

func TestPartitionRefusesALayoutThatCannotBe(t *testing.T) {
	e, _, _ := prepare(t, 512, false)
	before := plantest.Digest(t, e.Target.Path())
	e.Plan.Layout.Partitions[1].First = 1
	if err := (&partition{}).Do(t.Context(), e); err == nil || e.State() != Untouched {
		t.Errorf("%s: %v", e.State(), err)
	}
	if plantest.Digest(t, e.Target.Path()) != before {
		t.Error("something was written")
	}
}

func TestWipeRemembersAndRestores(t *testing.T) {
	e, _, _ := prepare(t, 512, false)
	for _, at := range []int64{0, 512, 1 << 20, int64(plantest.Size) - 512} {
		if _, err := e.Target.Disk().WriteAt([]byte("precious"), at); err != nil {
			t.Fatal(err)
		}
	}
	before := plantest.Digest(t, e.Target.Path())
	w := &wipe{}
	if err := w.Do(t.Context(), e); err != nil || e.State() != Incomplete {
		t.Fatalf("%s: %v", e.State(), err)
	}
	if digest := plantest.Digest(t, e.Target.Path()); digest == before || digest != plantest.Digest(t, plantest.Blank(t)) {
		t.Error("the edges were not cleared")
	}
	e.formatted = true
	if err := w.Undo(t.Context(), e); err != nil || e.State() != Incomplete {
		t.Errorf("after formatting the undo claims %s: %v", e.State(), err)
	}
	e.formatted = false
	if err := w.Undo(t.Context(), e); err != nil || e.State() != Restored || plantest.Digest(t, e.Target.Path()) != before {
		t.Errorf("%s: %v", e.State(), err)
	}
}

func TestWipeOfTooManyPartitionsSaysSo(t *testing.T) {
	e, _, events := prepare(t, 512, false)
	for i := range quantity.Bytes(20) {
		e.found.Partitions = append(e.found.Partitions, device.Partition{Start: i * 512 * quantity.MiB, Size: 512 * quantity.MiB})
	}
	e.found.Partitions = append(e.found.Partitions, // a hostile table may say so
		device.Partition{Start: 1 << 60, Size: 512}, device.Partition{Start: 512, Size: 1<<64 - 1}, device.Partition{Start: 512, Size: 0})
	w := &wipe{}
	if err := w.Do(t.Context(), e); err != nil || w.saved != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(*events, func(e event.Event) bool { return strings.Contains(e.Text, "cannot be undone") }) {
		t.Error("nobody was told")
	}
	if err := w.Undo(t.Context(), e); err != nil || e.State() != Incomplete {
		t.Errorf("%s: %v", e.State(), err)
	}
}

func TestStepsWithoutTheirPartition(t *testing.T) {
	e, tools, _ := prepare(t, 512, false)
	if err := (&encrypt{}).Do(t.Context(), e); err == nil {
		t.Error("encrypted where the layout has no container")
	}
	for _, role := range []layout.Role{"", "home"} {
		if err := (&format{step: plan.Step{Role: role}}).Do(t.Context(), e); err == nil {
			t.Errorf("formatted %q", role)
		}
	}
	e.Plan.Layout.Partitions = nil
	if err := (&format{step: plan.Step{Role: layout.ESP}}).Do(t.Context(), e); err == nil {
		t.Error("formatted a partition that is not planned")
	}
	if len(tools.Calls()) != 0 || e.State() != Untouched {
		t.Errorf("%d programs ran", len(tools.Calls()))
	}
}

func TestFormatsRunWhatThePlanShows(t *testing.T) {
	for _, encrypted := range []bool{false, true} {
		e, tools, events := prepare(t, 512, encrypted)
		var shown []string
		given := 0
		tools.On(func(_ context.Context, call tool.Call) (tool.Result, error) {
			if call.Secret != nil {
				given++
			}
			return tool.Result{}, nil
		}, "mkfs.fat", "mkswap", "mkfs.ext4", "cryptsetup")
		for _, s := range e.Plan.Steps {
			if s.NotRehearsed != "" || s.Kind != plan.Format && s.Kind != plan.Encrypt {
				continue
			}
			shown = append(shown, s.Commands[1].Shell()) // after truncate
			doer, err := For(s)
			if err != nil {
				t.Fatal(err)
			}
			if err := doer.Do(t.Context(), e); err != nil {
				t.Error(err)
			}
		}
		var ran []string
		for _, c := range tools.Calls() {
			ran = append(ran, c.Shell())
		}
		if !slices.Equal(shown, ran) || len(ran) != 3 {
			t.Errorf("shown %q\nran %q", shown, ran)
		}
		if encrypted != (given == 1) {
			t.Errorf("the passphrase was given to %d programs", given)
		}
		if !slices.ContainsFunc(*events, func(e event.Event) bool { return e.Text == "$ "+ran[0] }) {
			t.Error("the command is not in the log")
		}
	}
}

func TestReleaseTwice(t *testing.T) {
	e, _, _ := prepare(t, 512, false)
	if err := errors.Join(e.Release(), e.Release()); err != nil || e.Target != nil {
		t.Errorf("%v", err)
	}
}
