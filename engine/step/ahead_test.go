package step

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/key"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// parts is a disk whose partitions are files.
type parts struct {
	target.Target
	folder string
	asked  atomic.Int64
}

func (p *parts) Partition(_ context.Context, part layout.Partition, _ target.Access, do func(string) error) error {
	p.asked.Add(1)
	return do(p.path(part.Role))
}

func (p *parts) path(role layout.Role) string { return filepath.Join(p.folder, string(role)) }

func (*parts) Image() bool { return false }

// offset keeps the header within what an ordinary user may lock.
const offset = 2 * quantity.MiB

// ahead is an Env for a disk with an encrypted partition, and the plan of its header begun.
func ahead(t *testing.T, tools tool.Runner) (e *Env, disk *parts, said *[]string) {
	t.Helper()
	said = &[]string{}
	disk = &parts{folder: t.TempDir()}
	nix := layout.Partition{Role: layout.Nix, Number: 1, First: 2048, Last: 2048 + 16384 - 1}
	if err := os.WriteFile(disk.path(layout.Nix), make([]byte, 16384*512), 0o600); err != nil {
		t.Fatal(err)
	}
	l := &layout.LUKS{UUID: "11111111-2222-4333-8444-555555555555", Mapper: "lethe-test", SectorSize: 512, DataOffset: offset}
	secrets := secret.NewStore()
	t.Cleanup(secrets.Wipe)
	secrets.Put(command.Passphrase, secret.New([]byte(plantest.Passphrase)))
	e = &Env{
		Plan:    plan.Plan{Layout: layout.Layout{SectorSize: 512, Partitions: []layout.Partition{nix}, LUKS: l}, KDF: plantest.Quick},
		Machine: &Machine{Tools: tools, Record: filepath.Join(disk.folder, "held.json"), Opened: func(string) (bool, error) { return false, nil }},
		Tools:   tools, Target: disk, Secrets: secrets,
		Emit: func(e event.Event) { *said = append(*said, e.Text) },
	}
	keeper := key.NewKeeper(tools)
	passphrase, _ := secrets.Get(command.Passphrase)
	if err := keeper.Begin(e.Plan, passphrase); err != nil {
		t.Fatal(err)
	}
	e.Ahead = keeper.Take(e.Plan, passphrase)
	t.Cleanup(e.Ahead.Discard)
	return e, disk, said
}

// real is the real cryptsetup, but for opening under a name.
func realLUKS(opened *tool.Call) *tooltest.Runner {
	return tooltest.New().On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		if call.Command.Args[0] == "open" {
			*opened = call
			call.Command.Args = append(slices.Clone(call.Command.Args[:len(call.Command.Args)-1]), "--test-passphrase")
		}
		return tool.Exec{}.Run(ctx, call)
	}, "cryptsetup")
}

// formatted counts the calls of luksFormat on a path.
func formatted(tools *tooltest.Runner, path string) (n int) {
	for _, c := range tools.Calls() {
		if c.Args[0] == "luksFormat" && c.Args[len(c.Args)-1] == path {
			n++
		}
	}
	return n
}

// TestHeaderMadeAheadIsWrittenAndOpens goes the whole way. Where memory cannot be locked, the container is formatted as ever, and said to be.
func TestHeaderMadeAheadIsWrittenAndOpens(t *testing.T) {
	var call tool.Call
	tools := realLUKS(&call)
	e, disk, said := ahead(t, tools)
	path := disk.path(layout.Nix)
	_, refused := e.Ahead.Wait(t.Context())
	if err := (&encrypt{}).Do(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if err := (&open{}).Do(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	slot, uuid, err := tool.Unlock(t.Context(), path, mustGet(t, e))
	if err != nil || slot != 0 || uuid != e.Plan.Layout.LUKS.UUID {
		t.Errorf("keyslot %d of %s: %v", slot, uuid, err)
	}
	text := strings.Join(*said, "\n")
	if refused != nil {
		if formatted(tools, path) != 1 || call.Key != nil || !strings.Contains(text, "derived now: "+refused.Error()) {
			t.Errorf("after %v: %s", refused, text)
		}
		return
	}
	if formatted(tools, path) != 0 || formatted(tools, command.FilePath) != 1 || !strings.Contains(text, "byte for byte") {
		t.Errorf("%v: %s", tools.Calls(), text)
	}
	if call.Key == nil || call.Secret != nil || call.Key.Bytes() != nil || e.header != nil {
		t.Error("it was not opened by the key, or the key outlives that")
	}
	if _, err := e.Ahead.Wait(t.Context()); err != nil {
		t.Error(err)
	}
}

func mustGet(t *testing.T, e *Env) *secret.Secret {
	t.Helper()
	s, ok := e.Secrets.Get(command.Passphrase)
	if !ok {
		t.Fatal("no passphrase")
	}
	return s
}

func TestNoHeaderAheadMeansLuksFormat(t *testing.T) {
	broken := errors.New("broken memory")
	var call tool.Call
	real := realLUKS(&call)
	tools := tooltest.New().On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		if call.File != nil {
			return tool.Result{}, broken
		}
		return real.Run(ctx, call)
	}, "cryptsetup")
	e, disk, said := ahead(t, tools)
	if err := errors.Join((&encrypt{}).Do(t.Context(), e), (&open{}).Do(t.Context(), e)); err != nil {
		t.Fatal(err)
	}
	if formatted(real, disk.path(layout.Nix)) != 1 || call.Secret == nil || !strings.Contains(strings.Join(*said, "\n"), "derived now: ") {
		t.Errorf("%v: %v", tools.Calls(), *said)
	}
}

func TestWaitingForTheHeaderIsCancelled(t *testing.T) {
	started := make(chan struct{})
	e, disk, _ := ahead(t, tooltest.New().On(tooltest.Hangs(started), "cryptsetup"))
	stop := errors.New("stop")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(stop)
	if err := (&encrypt{}).Do(ctx, e); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	if disk.asked.Load() != 0 {
		t.Error("the partition was touched")
	}
}

func TestHeaderThatCannotBeWrittenEndsTheRun(t *testing.T) {
	var call tool.Call
	tools := realLUKS(&call)
	e, disk, _ := ahead(t, tools)
	if _, err := e.Ahead.Wait(t.Context()); err != nil {
		t.Skipf("nothing is made ahead here: %v", err)
	}
	if err := os.Truncate(disk.path(layout.Nix), int64(offset)); err != nil {
		t.Fatal(err)
	}
	if err := (&encrypt{}).Do(t.Context(), e); err == nil || !strings.Contains(err.Error(), "cannot write the LUKS header") || !e.formatted || e.header != nil {
		t.Errorf("got %v", err)
	}
}

// proving makes a real container whose passphrase is to be proved.
func proving(t *testing.T) (*Env, *tooltest.Runner) {
	t.Helper()
	var call tool.Call
	tools := realLUKS(&call)
	e, disk, _ := ahead(t, tools)
	e.Ahead = nil
	l := e.Plan.Layout.LUKS
	_, err := tools.Run(t.Context(), tool.Call{Secret: mustGet(t, e), Command: command.FormatLUKS(disk.path(layout.Nix), command.Container{
		UUID: l.UUID, SectorSize: l.SectorSize, DataOffset: l.DataOffset, KDF: plantest.Quick,
	})})
	if err != nil {
		t.Fatal(err)
	}
	return e, tools
}

func TestPassphraseIsProvedBeside(t *testing.T) {
	e, _ := proving(t)
	e.beginProof(t.Context())
	slot, uuid, made, err := e.proof.result(t.Context())
	if slot != 0 || uuid != e.Plan.Layout.LUKS.UUID || !made || err != nil {
		t.Errorf("keyslot %d of %s, %t: %v", slot, uuid, made, err)
	}
	e.Secrets.Put(command.Passphrase, secret.New([]byte("something else")))
	e.beginProof(t.Context())
	if _, _, made, err := e.proof.result(t.Context()); !made || !errors.Is(err, tool.ErrPassphrase) {
		t.Errorf("a wrong passphrase: %t, %v", made, err)
	}
}

func TestProofIsLeftForLater(t *testing.T) {
	e, _ := proving(t)
	path := e.Target.(*parts).path(layout.Nix)
	header, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	memory, err := tool.ReadMemory()
	if err != nil {
		t.Fatal(err)
	}
	half := fmt.Sprintf(`"memory":%d,`, min(memory.Available/quantity.KiB/2, 4<<20))
	for what, text := range map[string][]byte{
		"no header":       make([]byte, len(header)),
		"nothing":         {},
		"too much memory": bytes.Replace(header, []byte(`"memory":32,`), []byte(half), 1),
	} {
		if what == "too much memory" && memory.Available > 16*quantity.GiB {
			continue // no derivation takes a quarter of that
		}
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		e.beginProof(t.Context())
		if _, _, made, err := e.proof.result(t.Context()); made || err != nil {
			t.Errorf("%s: %t, %v", what, made, err)
		}
	}
	var none *proof
	none.stop()
	if _, _, made, err := none.result(t.Context()); made || err != nil {
		t.Errorf("%t, %v", made, err)
	}
}

// waiting is a disk that never gives its partition.
type waiting struct {
	parts
	asked chan struct{}
}

func (w *waiting) Partition(ctx context.Context, _ layout.Partition, _ target.Access, _ func(string) error) error {
	w.asked <- struct{}{}
	<-ctx.Done()
	return context.Cause(ctx)
}

func TestProofEndsWithTheRun(t *testing.T) {
	e, _ := proving(t)
	disk := &waiting{asked: make(chan struct{}, 1)}
	e.Target = disk
	e.beginProof(t.Context())
	<-disk.asked
	if err := (&install{}).Undo(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	select {
	case <-e.proof.ended:
	default:
		t.Error("it goes on")
	}
	ctx, cancel := context.WithCancel(t.Context())
	e.beginProof(t.Context())
	cancel()
	if _, _, _, err := e.proof.result(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	e.proof.stop()
}
