package helper

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// canary is a passphrase that must never be seen outside a secret.
const canary = "canary-correct-horse"

// canaryPassword is a user's password.
const canaryPassword = "canary-battery-staple"

// userPassword is the name of that.
const userPassword = "password:ada"

// fakeHost is a machine that does as it is told. What is not set succeeds at once.
type fakeHost struct {
	accept  func(context.Context, plan.Plan) error
	install func(context.Context, plan.Plan, *secret.Store, event.Sink) (Result, error)
	facts   func(context.Context) (Facts, error)
	explorer

	mu       sync.Mutex
	accepted map[string]bool // hashes
	installs int
	reboots  int
	broken   string // a promise of the server that was not held
}

func (h *fakeHost) Facts(ctx context.Context) (Facts, error) {
	if h.facts != nil {
		return h.facts(ctx)
	}
	return Facts{Hardware: "{ }", Virtualization: "kvm", Leftovers: []string{"/mnt"}, Inventory: device.Inventory{Memory: 8 * quantity.GiB}}, nil
}

func (h *fakeHost) Accept(ctx context.Context, p plan.Plan) error {
	if h.accept != nil {
		if err := h.accept(ctx, p); err != nil {
			return err
		}
	}
	hash, err := p.Hash()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.accepted == nil {
		h.accepted = map[string]bool{}
	}
	h.accepted[hash] = true
	return err
}

// Install also checks what no client may be able to get around.
func (h *fakeHost) Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
	hash, err := p.Hash()
	h.mu.Lock()
	h.installs++
	if err != nil || !h.accepted[hash] {
		h.broken = "a plan ran that was not accepted"
	}
	if missing := secrets.Missing(p.Secrets...); len(missing) > 0 {
		h.broken = "a plan ran without " + missing[0]
	}
	h.mu.Unlock()
	if h.install != nil {
		return h.install(ctx, p, secrets, sink)
	}
	sink.Event(event.Event{Seq: 1, Kind: event.RunDone, Done: 1})
	return Result{State: step.Complete, Millis: 7}, nil
}

func (h *fakeHost) Release(context.Context) ([]string, error) {
	return []string{"/mnt/nix", "cryptroot"}, nil
}

func (h *fakeHost) Prepare(context.Context, plan.Plan, *secret.Store) error { return nil }

func (h *fakeHost) Recall(context.Context, string, *secret.Store) (plan.Plan, error) {
	return plan.Plan{}, errors.New("cannot continue: nothing is unfinished")
}

func (h *fakeHost) Watch(context.Context, event.Sink) error {
	return errors.New("cannot watch: nobody is at work")
}

func (h *fakeHost) Stop(context.Context) error { return errors.New("cannot stop: nobody is at work") }

func (h *fakeHost) Reboot(context.Context) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.reboots++
	return nil
}

// thePlan is one plan for all tests: encrypted, with a user's password, and with a step that runs nixos-install.
var thePlan = struct {
	once sync.Once
	plan plan.Plan
}{}

func testPlan(t testing.TB) plan.Plan {
	t.Helper()
	thePlan.once.Do(func() {
		p := plantest.Plan(t, plantest.Blank(t), 512, plantest.Wishes(true, config.SwapRandomKey))
		p.Steps = append(p.Steps, plan.Step{ID: "install", Kind: "install", Title: "Install NixOS"}, plan.Step{ID: "close", Kind: "close", Title: "Close"})
		p.Secrets = []string{command.Passphrase, userPassword}
		thePlan.plan = p
	})
	if thePlan.plan.Version != plan.Version {
		t.Fatal("there is no plan to test with; see the test that failed first")
	}
	return thePlan.plan
}

// testSecrets are what testPlan needs.
func testSecrets() *secret.Store {
	s := secret.NewStore()
	s.Put(command.Passphrase, secret.New([]byte(canary)))
	s.Put(userPassword, secret.New([]byte(canaryPassword)))
	return s
}

// wire is a helper in this process, in place of a child.
type wire struct {
	io.Reader
	io.Writer
	closeWrite func() error
	tail       string
	wait       func() error
}

func (w wire) CloseWrite() error { return w.closeWrite() }
func (w wire) Tail() string      { return w.tail }
func (w wire) Wait() error       { return w.wait() }

// tap copies what passes.
type tap struct {
	mu   sync.Mutex
	seen []byte
	to   io.Writer
}

func (t *tap) Write(p []byte) (int, error) {
	t.mu.Lock()
	t.seen = append(t.seen, p...)
	t.mu.Unlock()
	return t.to.Write(p)
}

func (t *tap) bytes() []byte {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]byte(nil), t.seen...)
}

// served is a client with its server.
type served struct {
	*Client
	in, out *tap
	ended   chan error // of Serve
}

// serve connects a client to a host through pipes.
func serve(t *testing.T, host Host) served {
	t.Helper()
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	s := served{in: &tap{to: inWrite}, out: &tap{to: outWrite}, ended: make(chan error, 1)}
	wait := make(chan error, 1)
	go func() {
		err := Serve(context.Background(), "server 1", inRead, s.out, host)
		s.ended <- err
		wait <- err
		_ = inRead.Close()
		_ = outWrite.Close()
	}()
	client, err := Connect(t.Context(), "client 1", func() (Process, error) {
		return wire{outRead, s.in, inWrite.Close, "", func() error { return <-wait }}, nil
	})
	if err != nil {
		t.Fatal(err)
	}
	s.Client = client
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		if err := client.Close(ctx); err != nil {
			t.Error(err)
		}
	})
	return s
}

// wantError checks an error of the helper.
func wantError(t *testing.T, err error, code Code, parts ...string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || e.Code != code {
		t.Fatalf("got %v (%T), want code %s", err, err, code)
	}
	contains(t, e.Error(), parts...)
	return e
}
