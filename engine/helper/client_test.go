package helper

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/verify"
)

func contains(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q is missing in: %s", part, text)
		}
	}
}

func TestOperationsPassThrough(t *testing.T) {
	host := &fakeHost{}
	c := serve(t, host)
	want, _ := host.Facts(t.Context())
	if got, err := c.Facts(t.Context()); err != nil || !cmp.Equal(got, want) {
		t.Errorf("%v: %s", err, cmp.Diff(want, got))
	}
	if got, err := c.Release(t.Context()); err != nil || fmt.Sprint(got) != "[/mnt/nix cryptroot]" {
		t.Errorf("%v, %v", got, err)
	}
	if err := c.Reboot(t.Context()); err != nil || host.reboots != 1 {
		t.Errorf("%d, %v", host.reboots, err)
	}
}

func TestErrorsComeBackWhole(t *testing.T) {
	long := "cannot read disks: " + strings.Repeat("€ <&> \" \\ \n", 100_000)
	c := serve(t, &fakeHost{facts: func(context.Context) (Facts, error) { return Facts{}, errors.New(long) }})
	_, err := c.Facts(t.Context())
	if e := wantError(t, err, CodeHost); e.Text != long {
		t.Errorf("%d of %d bytes came back", len(e.Text), len(long))
	}
}

func TestInstall(t *testing.T) {
	p := testPlan(t)
	report := verify.Report{Checks: []verify.Check{{Name: "table", Status: verify.Passed, Detail: "as planned", By: "sfdisk"}}}
	want := Result{State: step.Complete, Report: report, Millis: 42}
	events := []event.Event{
		{Seq: 1, Kind: event.RunStart, Title: "x"},
		{Seq: 2, Kind: event.StepStart, Step: "install", Title: "Install", Time: time.Unix(1, 5).UTC()},
		{Seq: 3, Kind: event.Progress, Step: "install", Done: 0.5, Work: &event.Work{Copied: 3, Fetches: 4, Bytes: quantity.MiB, Now: "glibc"}},
		{Seq: 4, Kind: event.RunDone, Done: 1, Disk: "complete", Millis: 42},
	}
	host := &fakeHost{install: func(_ context.Context, got plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
		a, _ := got.JSON()
		if b, _ := p.JSON(); !bytes.Equal(a, b) {
			t.Error("another plan came")
		}
		for name, text := range map[string]string{command.Passphrase: canary, userPassword: canaryPassword} {
			if held, ok := secrets.Get(name); !ok || string(held.Bytes()) != text {
				t.Errorf("%s did not come whole", name)
			}
		}
		for _, e := range events {
			sink.Event(e)
		}
		return want, nil
	}}
	for _, first := range []bool{true, false} {
		c := serve(t, host)
		if first {
			if err := c.Accept(t.Context(), p); err != nil {
				t.Fatal(err)
			}
		}
		var seen event.Recorder
		got, err := c.Install(t.Context(), p, testSecrets(), &seen)
		if err != nil || !cmp.Equal(got, want) || !cmp.Equal(seen.Events(), events) {
			t.Errorf("%v\n%s\n%s", err, cmp.Diff(want, got), cmp.Diff(events, seen.Events()))
		}
	}
	if host.installs != 2 || host.broken != "" {
		t.Errorf("%d runs; %s", host.installs, host.broken)
	}
}

// TestSecretsStayOutOfMessages has the host say the secrets wherever it can.
func TestSecretsStayOutOfMessages(t *testing.T) {
	p, hiss := testPlan(t), canary+" "+canaryPassword
	var late [][]byte
	host := &fakeHost{install: func(_ context.Context, _ plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
		for _, name := range p.Secrets {
			held, _ := secrets.Get(name)
			late = append(late, held.Bytes())
		}
		sink.Event(event.Event{Seq: 1, Kind: event.Log, Text: hiss, Title: hiss, Next: hiss, Work: &event.Work{Now: hiss}})
		result := Result{State: step.Incomplete, Report: verify.Report{Checks: []verify.Check{{Name: "x", Detail: hiss}}}}
		return result, &run.StepError{Step: plan.Step{ID: "encrypt", Title: hiss}, Cause: errors.New(hiss), State: step.Incomplete}
	}}
	c := serve(t, host)
	var seen event.Recorder
	result, err := c.Install(t.Context(), p, testSecrets(), &seen)
	e := wantError(t, err, CodeHost, "[redacted]")
	if e.Step != "encrypt" || e.State != step.Incomplete || result.State != step.Incomplete || e.Cancelled {
		t.Errorf("%+v, %+v", e, result)
	}
	if n := len(seen.Events()); n != 1 {
		t.Errorf("%d events", n)
	}
	for name, said := range map[string][]byte{"helper": c.out.bytes(), "client": messages(t, c.in.bytes())} {
		if bytes.Contains(said, []byte("canary")) {
			t.Errorf("the %s says a secret in a message", name)
		}
	}
	if !bytes.Contains(c.in.bytes(), []byte(canary)) {
		t.Error("the passphrase was never sent; the test proves nothing")
	}
	for _, text := range late {
		if len(text) == 0 || !bytes.Equal(text, make([]byte, len(text))) {
			t.Errorf("after the run the helper's memory holds %q", text)
		}
	}
}

// messages gives the payloads of all frames that are messages.
func messages(t *testing.T, stream []byte) []byte {
	t.Helper()
	var all []byte
	for r := bytes.NewReader(stream); ; {
		f, err := readFrame(r, mostMessage)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil || f.fault != nil {
			t.Fatal(err, f.fault)
		}
		all = append(all, f.message...)
		f.wipe()
	}
}

func TestCancelWaitsForTheResult(t *testing.T) {
	begun, result := make(chan struct{}), Result{State: step.Restored, Cancelled: true, Millis: 3}
	host := &fakeHost{install: func(ctx context.Context, _ plan.Plan, _ *secret.Store, sink event.Sink) (Result, error) {
		close(begun)
		<-ctx.Done()
		time.Sleep(20 * time.Millisecond) // undoing
		sink.Event(event.Event{Seq: 1, Kind: event.RunCancelled})
		return result, &run.StepError{Step: plan.Step{ID: "wipe", Title: "Wipe"}, Cause: context.Cause(ctx), State: step.Restored, Cancelled: errors.Is(context.Cause(ctx), context.Canceled)}
	}}
	c := serve(t, host)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { <-begun; cancel() }()
	var seen event.Recorder
	got, err := c.Install(ctx, testPlan(t), testSecrets(), &seen)
	e := wantError(t, err, CodeHost, "cancelled in step “Wipe”: the user cancelled", step.Restored.Sentence())
	if !cmp.Equal(got, result) || !e.Cancelled || e.State != step.Restored || e.Title != "Wipe" || !errors.Is(err, context.Canceled) || len(seen.Events()) != 1 {
		t.Errorf("%+v, %+v, %d events", got, e, len(seen.Events()))
	}
	if _, err := c.Facts(t.Context()); err != nil {
		t.Errorf("after a cancel the helper is of no more use: %v", err)
	}
}

func TestOneAtATime(t *testing.T) {
	begun, leave := make(chan struct{}), make(chan struct{})
	host := &fakeHost{install: func(context.Context, plan.Plan, *secret.Store, event.Sink) (Result, error) {
		close(begun)
		<-leave
		return Result{State: step.Complete}, nil
	}}
	c, p := serve(t, host), testPlan(t)
	first := make(chan error, 1)
	go func() {
		_, err := c.Install(t.Context(), p, testSecrets(), event.SinkFunc(func(event.Event) {}))
		first <- err
	}()
	select {
	case <-begun:
	case err := <-first:
		t.Fatalf("the run did not begin: %v", err)
	}
	_, factsErr := c.Facts(t.Context())
	_, releaseErr := c.Release(t.Context())
	_, installErr := c.Install(t.Context(), p, testSecrets(), nil)
	for _, err := range []error{factsErr, releaseErr, installErr, c.Reboot(t.Context()), c.Accept(t.Context(), p)} {
		_ = wantError(t, err, CodeBusy)
	}
	close(leave)
	if err := <-first; err != nil {
		t.Error(err)
	}
	if host.installs != 1 || host.reboots != 0 {
		t.Errorf("%d runs, %d reboots", host.installs, host.reboots)
	}
}

func TestInstallRefusedBeforeItBegins(t *testing.T) {
	p := testPlan(t)
	host := &fakeHost{accept: func(context.Context, plan.Plan) error { return errors.New("cannot install: the disk is another one") }}
	c := serve(t, host)
	result, err := c.Install(t.Context(), p, testSecrets(), nil)
	_ = wantError(t, err, CodeHost, "another one")
	if result.State != step.Untouched {
		t.Errorf("the state is %q", result.State)
	}
	if _, err := c.Install(t.Context(), p, secret.NewStore(), nil); err == nil || !strings.Contains(err.Error(), "passphrase was not given") {
		t.Errorf("without secrets: %v", err)
	}
	if host.installs != 0 {
		t.Error("it ran")
	}
}

func TestLostHelper(t *testing.T) {
	for _, row := range []struct {
		name   string
		answer string // what it says in place of a greeting
		wait   error
		want   []string
	}{
		{"never allowed", "", errors.New("pkexec: it was not allowed"), []string{"cannot go on without the helper that runs as root: pkexec: it was not allowed", "last words"}},
		{"ends early", "", nil, []string{"it ended early"}},
		{"something else", "Welcome to this machine\n", nil, []string{"this program does not understand"}},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := Connect(t.Context(), "x", func() (Process, error) {
				return wire{strings.NewReader(row.answer), io.Discard, func() error { return nil }, "last words", func() error { return row.wait }}, nil
			})
			var lost *Lost
			if !errors.As(err, &lost) || row.wait != nil && !errors.Is(err, row.wait) || lost.Applying {
				t.Fatalf("got %v", err)
			}
			contains(t, err.Error(), row.want...)
		})
	}
}

func TestConnectGivesUpWithTheContext(t *testing.T) {
	silent, _ := io.Pipe()
	var closed atomic.Bool
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := Connect(ctx, "x", func() (Process, error) {
		return wire{silent, io.Discard, func() error { closed.Store(true); return silent.Close() }, "", func() error { return nil }}, nil
	})
	if !errors.Is(err, context.DeadlineExceeded) || !closed.Load() {
		t.Errorf("%v, input closed: %v", err, closed.Load())
	}
	no := errors.New("no such program")
	if _, err := Connect(t.Context(), "x", func() (Process, error) { return nil, no }); !errors.Is(err, no) {
		t.Errorf("got %v", err)
	}
}
