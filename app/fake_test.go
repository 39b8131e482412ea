package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/secret"
)

// fakeEngine plans with the real engine and runs nothing: its runs tell what a run would tell.
type fakeEngine struct {
	inventory device.Inventory
	host      *fakeHost
	system    system // that the explorer looks at; nil where a test has none
	// refused is why the root side does not start; nil lets it start.
	refused error
	// pause is called before each step of a run; an error fails that step. It may wait.
	pause func(ctx context.Context, step plan.Step) error
	// broken lets a check of the verification fail.
	broken bool
	// says ends the line of the log that every step writes.
	says string
	// cut ends a run before it says anything.
	cut error

	mu       sync.Mutex
	exported []string // "disk → place"
	wrong    error    // of exports
	removed  int
	given    map[string]string // secrets of the last run, by the plan's names
}

func (f *fakeEngine) Inventory(context.Context) (device.Inventory, error) { return f.inventory, nil }

func (f *fakeEngine) Plan(ctx context.Context, disk device.Disk, r engine.Request) (plan.Plan, error) {
	r.LockInputs = false // there is neither Nix nor a network in a test
	return engine.Plan(ctx, disk, r)
}

func (f *fakeEngine) Prepare(ctx context.Context, r engine.Rehearsal) (stage, error) {
	disk := engine.Imagined(r.Size)
	disk.Path, disk.Name, disk.Grade, disk.Inode, disk.TableHash = "/tmp/lethe-rehearsal/disk.img", "disk.img", device.Confirmed, "1:2", "00"
	disk.ByID, disk.ByPath, disk.Logical = []string{}, []string{}, quantity.Bytes(r.Sector)
	disk.Topology.Logical, disk.Topology.Physical = disk.Logical, disk.Logical
	p, err := engine.Plan(ctx, disk, r.Request)
	if err != nil {
		return nil, err
	}
	return &fakeStage{f, p, disk}, nil
}

func (f *fakeEngine) Explore(context.Context, bool) (system, error) {
	if f.system == nil {
		return nil, errors.New("cannot explore: this test has no system")
	}
	return f.system, nil
}

func (f *fakeEngine) Connect(context.Context) (host, error) {
	if f.refused != nil {
		return nil, f.refused
	}
	return f.host, nil
}

func (f *fakeEngine) Export(_ context.Context, p plan.Plan, _, to string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.exported = append(f.exported, p.HostName()+" → "+to)
	return f.wrong
}

// take notes the secrets of a run.
func (f *fakeEngine) take(p plan.Plan, secrets *secret.Store) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.given = map[string]string{}
	for _, name := range p.Secrets {
		s, ok := secrets.Get(name)
		if !ok {
			return fmt.Errorf("the %s was not given", name)
		}
		if err := s.Use(func(text []byte) error { f.given[name] = string(bytes.Clone(text)); return nil }); err != nil {
			return err
		}
	}
	return nil
}

func (f *fakeEngine) secret(name string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.given[name]
}

// fakeStage is a rehearsal without a disk.
type fakeStage struct {
	f    *fakeEngine
	p    plan.Plan
	disk device.Disk
}

func (s *fakeStage) Plan() plan.Plan   { return s.p }
func (s *fakeStage) Disk() device.Disk { return s.disk }
func (s *fakeStage) Repo() string      { return plan.RepoDir(s.p.Target.Path) }

func (s *fakeStage) Remove() error {
	s.f.mu.Lock()
	defer s.f.mu.Unlock()
	s.f.removed++
	return nil
}

func (s *fakeStage) Run(ctx context.Context, secrets *secret.Store, sink event.Sink) (engine.Rehearsed, error) {
	var result engine.Rehearsed
	err := s.f.run(ctx, s.p, secrets, sink)
	result.State = "complete"
	if err != nil {
		result.State, result.Cancelled = "incomplete", errors.Is(err, context.Canceled)
	}
	return result, err
}

// fakeHost is a root side without root.
type fakeHost struct {
	engine.Explorer // nil: nothing is explored here

	f     *fakeEngine
	facts engine.Facts
	// unacceptable is why a plan is not accepted; nil accepts it.
	unacceptable error
	unfinished   plan.Plan
	// wrong is why it does not end with the window; nil lets it.
	wrong   error
	stopped chan struct{}

	mu    sync.Mutex
	calls []string // in order
}

func (h *fakeHost) Facts(context.Context) (engine.Facts, error) { h.note("facts"); return h.facts, nil }

func (h *fakeHost) Accept(_ context.Context, p plan.Plan) error {
	h.note("accept " + p.Target.Path)
	return h.unacceptable
}

func (h *fakeHost) Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (engine.Result, error) {
	h.note("install " + p.Target.Path)
	if err := h.f.run(ctx, p, secrets, sink); err != nil {
		return engine.Result{State: "incomplete", Cancelled: errors.Is(err, context.Canceled)}, err
	}
	return engine.Result{State: "complete"}, nil
}

func (h *fakeHost) note(call string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, call)
}

// called gives the calls so far.
func (h *fakeHost) called() []string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return slices.Clone(h.calls)
}

// Release lets go of what facts name as left over.
func (h *fakeHost) Release(context.Context) ([]string, error) {
	h.note("release")
	held := h.facts.Leftovers
	h.facts.Leftovers = nil
	return held, nil
}

func (h *fakeHost) Prepare(context.Context, plan.Plan, *secret.Store) error {
	h.note("prepare")
	return nil
}

// Recall continues the last plan, for whom has its passphrase.
func (h *fakeHost) Recall(_ context.Context, disk string, secrets *secret.Store) (plan.Plan, error) {
	h.note("recall " + disk)
	given := ""
	if held, ok := secrets.Get(session.PassphraseID); ok {
		given = string(held.Bytes())
	}
	if given != passphrase {
		return plan.Plan{}, errors.New("cannot open the encrypted partition: this is not its passphrase; type it again")
	}
	return h.unfinished.Continue()
}

// Watch tells of a run until a test ends it, or somebody stops it.
func (h *fakeHost) Watch(ctx context.Context, sink event.Sink) error {
	h.note("watch")
	stream := event.NewStream(sink, func() time.Time { return start }, func(s string) string { return s })
	stream.Emit(event.Event{Kind: event.RunStart, Title: "another disk"})
	stream.Emit(event.Event{Kind: event.StepStart, Step: "install", Title: "Install NixOS", Done: 0.4})
	select {
	case <-h.stopped:
	case <-ctx.Done():
		return ctx.Err()
	}
	stream.Emit(event.Event{Kind: event.RunCancelled, Step: "install", Title: "Install NixOS", Disk: "incomplete", Next: "Continue it."})
	return nil
}

func (h *fakeHost) Stop(context.Context) error {
	h.note("stop")
	close(h.stopped)
	return nil
}

func (h *fakeHost) Reboot(context.Context) error { h.note("reboot"); return nil }
func (h *fakeHost) Close(context.Context) error  { h.note("close"); return h.wrong }

// start is when every fake run begins.
var start = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// run tells what a run of the plan tells, a second of its own clock for each tenth of a second of weight.
func (f *fakeEngine) run(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) error {
	if err := f.take(p, secrets); err != nil {
		return err
	}
	if f.cut != nil {
		return f.cut
	}
	clock := start
	stream := event.NewStream(sink, func() time.Time { return clock }, secrets.Redact)
	stream.Emit(event.Event{Kind: event.RunStart, Title: p.Describe()})
	weight, total := 0, float64(p.Weight())
	for _, s := range p.Steps {
		done := float64(weight) / total
		stream.Emit(event.Event{Kind: event.StepStart, Step: s.ID, Title: s.Title, Done: done})
		if s.NotRehearsed != "" {
			stream.Emit(event.Event{Kind: event.StepDone, Step: s.ID, Title: s.Title, Done: done, Status: "not rehearsed", Text: s.NotRehearsed})
			continue
		}
		stream.Emit(event.Event{Kind: event.Log, Step: s.ID, Text: "running " + string(s.Kind) + f.says, Done: done})
		clock = clock.Add(time.Duration(s.Weight) * time.Second / 2)
		stream.Emit(event.Event{Kind: event.Progress, Step: s.ID, Title: s.Title, Done: (float64(weight) + float64(s.Weight)/2) / total})
		if err := f.hold(ctx, s); err != nil {
			return f.fail(stream, s, err)
		}
		clock = clock.Add(time.Duration(s.Weight) * time.Second / 2)
		if s.Kind == plan.Verify {
			f.verified(stream, s)
		}
		weight += s.Weight
		stream.Emit(event.Event{Kind: event.StepDone, Step: s.ID, Title: s.Title, Done: float64(weight) / total, Millis: int64(s.Weight) * 100})
	}
	stream.Emit(event.Event{Kind: event.RunDone, Done: 1, Disk: "complete", Millis: clock.Sub(start).Milliseconds()})
	return nil
}

// hold waits where a test wants it to.
func (f *fakeEngine) hold(ctx context.Context, s plan.Step) error {
	if f.pause != nil {
		if err := f.pause(ctx, s); err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}

// fail ends a run as the runner does.
func (f *fakeEngine) fail(stream *event.Stream, s plan.Step, cause error) error {
	kind, status := event.RunFailed, ""
	if errors.Is(cause, context.Canceled) {
		kind, status = event.RunCancelled, event.Cancelled
	}
	stream.Emit(event.Event{Kind: event.StepFailed, Step: s.ID, Title: s.Title, Status: status, Text: cause.Error()})
	stream.Emit(event.Event{
		Kind: kind, Step: s.ID, Title: s.Title, Text: cause.Error(), Disk: "incomplete",
		Next: "The old content of the disk is gone and the new one is not finished. Run it again to start over.",
	})
	return cause
}

// opens is the status of the check that a test may let fail.
func (f *fakeEngine) opens() string {
	if f.broken {
		return "failed"
	}
	return "passed"
}

// verified tells of some checks.
func (f *fakeEngine) verified(stream *event.Stream, s plan.Step) {
	for _, c := range []struct{ name, status, text string }{
		{"partition table", "passed", "3 partitions, every sector, type, name and PARTUUID as planned"},
		{"both copies of the table", "passed", "no problems found"},
		{"alignment of partition 1", "passed", "aligned, as parted says"},
		{"passphrase opens the container", f.opens(), "keyslot 0"},
		{"file system inside the encryption", "not rehearsed", "needs device-mapper"},
	} {
		stream.Emit(event.Event{Kind: event.Checked, Step: s.ID, Title: c.name, Status: c.status, Text: c.text})
	}
}
