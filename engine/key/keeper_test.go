package key

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sys/unix"
	"pgregory.net/rapid"

	"lethe/engine/command"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// played is a cryptsetup that makes as much of a header as this package looks at: with the UUID that it is told, and the passphrase in
// it, so that a test sees what a header was made for.
type played struct {
	*tooltest.Runner
	memory  int // KiB, that it says the derivation takes
	formats atomic.Int64
	during  func(ctx context.Context) error // while it derives

	mu    sync.Mutex
	files []int // the memory that it was given
	keys  []*secret.Secret
	begun []*secret.Secret // the passphrases that it was given
}

func play() *played {
	p := &played{Runner: tooltest.New(), memory: 32}
	p.On(p.run, "cryptsetup")
	return p
}

func (p *played) run(ctx context.Context, call tool.Call) (tool.Result, error) {
	if call.Command.Args[0] == "luksDump" {
		return tool.Result{Stdout: p.dump()}, nil
	}
	fd, err := unix.Dup(int(call.File.Fd()))
	if err != nil {
		return tool.Result{}, err
	}
	p.mu.Lock()
	p.files, p.keys, p.begun = append(p.files, fd), append(p.keys, call.Key), append(p.begun, call.Secret)
	p.mu.Unlock()
	p.formats.Add(1)
	args := call.Command.Args
	header := make([]byte, 4096)
	copy(header, luksMagic)
	copy(header[uuidAt:], args[slices.Index(args, "--uuid")+1])
	if _, err := call.Secret.Reader().Read(header[1024:]); err != nil {
		return tool.Result{}, err
	}
	if _, err := call.File.WriteAt(header, 0); err != nil {
		return tool.Result{}, err
	}
	if p.during != nil {
		return tool.Result{}, p.during(ctx)
	}
	return tool.Result{}, nil
}

func (p *played) dump() []byte {
	c := container()
	text, err := json.Marshal(map[string]any{
		"keyslots": map[string]any{"0": map[string]any{"kdf": map[string]any{"type": "argon2id", "time": 4, "memory": p.memory, "cpus": 1}}},
		"segments": map[string]any{"0": map[string]any{"offset": fmt.Sprint(uint64(c.DataOffset)), "encryption": "aes-xts-plain64", "sector_size": c.SectorSize}},
	})
	if err != nil {
		panic(err)
	}
	return text
}

// gone tells what is still in memory of all that cryptsetup was ever given.
func (p *played) gone() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	defer func() { p.files = nil }()
	for i, fd := range p.files {
		text := make([]byte, 8192)
		_, err := unix.Pread(fd, text, 0)
		if err = errors.Join(err, unix.Close(fd)); err != nil {
			return err
		}
		if len(bytes.Trim(text, "\x00")) > 0 {
			return fmt.Errorf("header %d is still there", i)
		}
	}
	for i := range p.keys {
		if p.keys[i].Bytes() != nil || p.begun[i].Bytes() != nil {
			return fmt.Errorf("key or passphrase %d is still there", i)
		}
	}
	return nil
}

// madeFor is the passphrase that a played header was made with.
func (h *Header) madeFor() string {
	return strings.TrimRight(string(h.bytes[1024:1024+secret.Most]), "\x00")
}

// TestOnlyWhatFitsIsHandedOut plays what a user does before the start, in any order: whatever is handed out was made for exactly the plan
// and the passphrase asked for, and nothing of the rest stays in memory.
func TestOnlyWhatFitsIsHandedOut(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	words := []string{"one", "two", "two "}
	rapid.Check(t, func(t *rapid.T) {
		tools := play()
		k := NewKeeper(tools)
		number := rapid.IntRange(0, 2)
		plan, word := -1, ""
		t.Repeat(map[string]func(*rapid.T){
			"prepare": func(t *rapid.T) {
				i, w := number.Draw(t, "plan"), rapid.SampledFrom(words).Draw(t, "passphrase")
				s := secret.New([]byte(w))
				if err := k.Begin(planFor(i, quick), s); err != nil {
					t.Fatal(err)
				}
				s.Wipe() // the caller may
				plan, word = i, w
			},
			"another plan is accepted": func(t *rapid.T) {
				i := number.Draw(t, "plan")
				k.Keep(planFor(i, quick))
				if i != plan {
					plan = -1
				}
			},
			"leave": func(*rapid.T) {
				k.Discard()
				plan = -1
			},
			"install": func(t *rapid.T) {
				i, w := number.Draw(t, "plan"), rapid.SampledFrom(words).Draw(t, "passphrase")
				s := secret.New([]byte(w))
				defer s.Wipe()
				p := planFor(i, quick)
				work := k.Take(p, s)
				if fits := i == plan && w == word; (work != nil) != fits {
					t.Fatalf("plan %d with %q after %d with %q: %v", i, w, plan, word, work)
				}
				plan = -1
				if work == nil {
					return
				}
				h, err := work.Wait(context.Background())
				if err != nil || h.madeFor() != w || !bytes.Contains(h.bytes[:4096], []byte(p.Layout.LUKS.UUID)) || h.key.Bytes() == nil {
					t.Fatalf("a header for %q: %v", h.madeFor(), err)
				}
				work.Discard()
			},
			"": func(*rapid.T) {},
		})
		k.Discard()
		eventually(t, tools.gone)
	})
}

// eventually waits for what goes on in the background.
func eventually(t interface{ Fatalf(string, ...any) }, look func() error) {
	var err error
	for end := time.Now().Add(5 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if err = look(); err == nil {
			return
		}
	}
	t.Fatalf("%v", err)
}

func TestPreparedIsKeptForTheSame(t *testing.T) {
	tools := play()
	k := NewKeeper(tools)
	defer k.Discard()
	for range 3 {
		if err := k.Begin(planFor(1, quick), secretOf(t, typed)); err != nil {
			t.Fatal(err)
		}
	}
	work := k.Take(planFor(1, quick), secretOf(t, typed))
	defer work.Discard()
	if _, err := work.Wait(t.Context()); lockable(t) != (err == nil) || tools.formats.Load() > 1 {
		t.Errorf("%d headers were made: %v", tools.formats.Load(), err)
	}
	if again := k.Take(planFor(1, quick), secretOf(t, typed)); again != nil {
		t.Error("it is handed out twice")
	}
}

func TestFailureIsToldAndTriedAgain(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	broken := errors.New("broken")
	tools := play()
	k := NewKeeper(tools)
	tools.during = func(context.Context) error { return broken }
	if err := k.Begin(planFor(1, quick), secretOf(t, typed)); err != nil {
		t.Fatal(err)
	}
	<-k.work.ended
	if err := k.Begin(planFor(1, quick), secretOf(t, typed)); err != nil {
		t.Fatal(err)
	}
	work := k.Take(planFor(1, quick), secretOf(t, typed))
	if _, err := work.Wait(t.Context()); !errors.Is(err, broken) || tools.formats.Load() != 2 {
		t.Errorf("%d tries: %v", tools.formats.Load(), err)
	}
	work.Discard()
	if err := tools.gone(); err != nil {
		t.Error(err)
	}
}

func TestWaitingCanBeCancelled(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	tools := play()
	tools.during = func(ctx context.Context) error { <-ctx.Done(); return context.Cause(ctx) }
	k := NewKeeper(tools)
	if err := k.Begin(planFor(1, quick), secretOf(t, typed)); err != nil {
		t.Fatal(err)
	}
	work := k.Take(planFor(1, quick), secretOf(t, typed))
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if _, err := work.Wait(ctx); !errors.Is(err, stop) {
		t.Errorf("got %v", err)
	}
	work.Discard()
	if err := tools.gone(); err != nil {
		t.Error(err)
	}
}

// TestLongWaitIsTold has a cryptsetup that was silent for long before anybody waited for it.
func TestLongWaitIsTold(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	synctest.Test(t, func(t *testing.T) {
		tools := play()
		tools.during = func(context.Context) error { time.Sleep(time.Hour); return nil }
		k := NewKeeper(tools)
		if err := k.Begin(planFor(1, quick), secretOf(t, typed)); err != nil {
			t.Fatal(err)
		}
		work := k.Take(planFor(1, quick), secretOf(t, typed))
		time.Sleep(time.Hour - 7*time.Minute)
		var told []string
		work.Watch(tool.Silence, func(program string, silent time.Duration) { told = append(told, fmt.Sprint(program, " ", silent)) })
		if _, err := work.Wait(t.Context()); err != nil {
			t.Error(err)
		}
		if want := []string{"cryptsetup 3m0s", "cryptsetup 6m0s"}; !slices.Equal(told, want) {
			t.Errorf("told %q, want %q", told, want)
		}
		if _, err := work.Wait(t.Context()); err != nil || len(told) != 2 {
			t.Errorf("%v, told %q for what is ready", err, told)
		}
		work.Discard()
		if err := tools.gone(); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongHeaderIsNotUsed(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	c := container()
	for what, change := range map[string]func(*command.Container){
		"sectors": func(c *command.Container) { c.SectorSize = 4096 },
		"offset":  func(c *command.Container) { c.DataOffset += quantity.MiB },
	} {
		other := c
		change(&other)
		if h, err := format(t.Context(), play(), other, secretOf(t, typed)); err == nil || h != nil {
			t.Errorf("another %s is not seen: %v", what, err)
		}
	}
	for what, damage := range map[string]func(*Header){"magic": func(h *Header) { h.bytes[0] = 0 }, "UUID": func(h *Header) { h.bytes[uuidAt] ^= 1 }} {
		h, err := format(t.Context(), play(), c, secretOf(t, typed))
		if err != nil {
			t.Fatal(err)
		}
		damage(h)
		if h.judge(c) == nil {
			t.Errorf("another %s is not seen", what)
		}
		h.Wipe()
	}
}

func TestMuchMemoryIsTold(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	m, err := tool.ReadMemory()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		memory quantity.Bytes
		notes  int
	}{{32 * quantity.KiB, 0}, {m.Total / 3, 1}} {
		tools := play()
		tools.memory = int(min(row.memory/quantity.KiB, 4<<20))
		if tools.memory == 4<<20 {
			continue // so much memory that no derivation takes a quarter of it
		}
		h, err := format(t.Context(), tools, container(), secretOf(t, typed))
		if err != nil || len(h.Notes) != row.notes {
			t.Errorf("%s: %v", row.memory, err)
		}
		h.Wipe()
	}
	if need := derivation(command.KDF{}, tool.Memory{Total: quantity.GiB}); need != 512*quantity.MiB+reserve {
		t.Errorf("with 1 GiB %s must be free", need)
	}
	if need := derivation(command.KDF{}, tool.Memory{Total: 64 * quantity.GiB}); need != quantity.GiB+reserve {
		t.Errorf("with 64 GiB %s must be free", need)
	}
	huge := container()
	huge.KDF = command.KDF{Iterations: 4, MemoryKiB: uint64(m.Total/quantity.KiB) + 1, Lanes: 1}
	if _, err := format(t.Context(), play(), huge, secretOf(t, typed)); err == nil || !strings.Contains(err.Error(), "are free") {
		t.Errorf("more memory than there is: %v", err)
	}
}

func TestBusyMachineIsNotMeasured(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	var others atomic.Int64
	others.Store(1000)
	tools := play()
	k := NewKeeper(tools)
	k.meter = busy(&others)
	measured := planFor(1, command.KDF{})
	if err := k.Begin(measured, secretOf(t, typed)); err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * glance)
	if tools.formats.Load() != 0 {
		t.Error("a busy machine was measured")
	}
	others.Store(0)
	eventually(t, func() error {
		if tools.formats.Load() != 1 {
			return errors.New("an idle machine is not measured")
		}
		return nil
	})
	work := k.Take(measured, secretOf(t, typed))
	defer work.Discard()
	if h, err := work.Wait(t.Context()); err != nil || len(h.Notes) > 0 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestDisturbedMeasurementIsThrownAway(t *testing.T) {
	if !lockable(t) {
		t.SkipNow()
	}
	tools := play()
	k := NewKeeper(tools)
	var looks atomic.Int64
	k.meter = func() func() (float64, error) { // idle before each derivation, and busy while it runs
		busy := float64((looks.Add(1)+1)%2) * 1000
		return func() (float64, error) { return busy, nil }
	}
	measured := planFor(1, command.KDF{})
	if err := k.Begin(measured, secretOf(t, typed)); err != nil {
		t.Fatal(err)
	}
	eventually(t, func() error {
		if n := tools.formats.Load(); n != mostTries {
			return fmt.Errorf("it was tried %d times", n)
		}
		return nil
	})
	time.Sleep(2 * glance)
	if n := tools.formats.Load(); n != mostTries {
		t.Errorf("it was tried %d times", n)
	}
	work := k.Take(measured, secretOf(t, typed))
	h, err := work.Wait(t.Context()) // as luksFormat would do now
	if err != nil || len(h.Notes) != 1 || tools.formats.Load() != mostTries+1 {
		t.Errorf("%+v, %v", h, err)
	}
	work.Discard()
	if err := tools.gone(); err != nil {
		t.Error(err)
	}
}

func TestParseBusy(t *testing.T) {
	busy, err := parseBusy([]byte("cpu  100 20 30 4000 500 6 7 8 90 10\ncpu0 1 2 3\n"))
	if err != nil || busy != 1710*time.Millisecond {
		t.Errorf("%v, %v", busy, err)
	}
	for _, text := range []string{"", "cpu", "cpu 1 2 3", "intr 1 2 3 4 5 6 7 8 9", "cpu 1 2 3 4 5 6 7 x 9"} {
		if busy, err := parseBusy([]byte(text)); err == nil {
			t.Errorf("%q: %v", text, busy)
		}
	}
}

func TestMeterOfThisMachine(t *testing.T) {
	others := meter()
	time.Sleep(50 * time.Millisecond)
	if n, err := others(); err != nil || n < 0 || n > 4096 {
		t.Errorf("%v, %v", n, err)
	}
}

func TestNilKeeperAndWork(t *testing.T) {
	var k *Keeper
	k.Keep(planFor(1, quick))
	k.Discard()
	var w *Work
	w.Discard()
	w.Watch(tool.Silence, nil)
	if err := NewKeeper(tooltest.New()).Begin(planFor(1, quick), func() *secret.Secret { s := secret.New([]byte("x")); s.Wipe(); return s }()); err == nil {
		t.Error("a wiped passphrase is taken")
	}
	open := planFor(1, quick)
	open.Layout.LUKS = nil
	if err := NewKeeper(tooltest.New()).Begin(open, secretOf(t, typed)); err == nil || !strings.Contains(err.Error(), "not encrypted") {
		t.Errorf("got %v", err)
	}
}
