package helper

import (
	"context"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/secret"
)

// watchedHost has an installation in another process, which begins to cancel when it is asked to.
type watchedHost struct {
	fakeHost
	asked chan struct{}
}

func (h *watchedHost) Watch(ctx context.Context, sink event.Sink) error {
	sink.Event(event.Event{Seq: 1, Kind: event.RunStart, Title: "the disk"})
	sink.Event(event.Event{Seq: 2, Kind: event.Stalled, Step: "install", Program: "nixos-install", Millis: 600_000, Text: "Nothing was heard."})
	select {
	case <-h.asked:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	sink.Event(event.Event{Seq: 3, Kind: event.RunCancelled, Disk: "incomplete", Next: "Begin anew."})
	return nil
}

func (h *watchedHost) Stop(context.Context) error { close(h.asked); return nil }

// watch looks on in the background until the first events are there.
func watch(ctx context.Context, t *testing.T, s served) (*event.Recorder, <-chan error) {
	t.Helper()
	var seen event.Recorder
	ended := make(chan error, 1)
	go func() { ended <- s.Watch(ctx, &seen) }()
	for end := time.Now().Add(10 * time.Second); len(seen.Events()) < 2; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is seen")
		}
	}
	return &seen, ended
}

func TestWatchAndStopThroughTheHelper(t *testing.T) {
	s := serve(t, &watchedHost{asked: make(chan struct{})})
	seen, ended := watch(t.Context(), t, s)
	if _, err := s.Install(t.Context(), testPlan(t), testSecrets(), seen); err == nil {
		t.Error("it installs beside what it watches")
	}
	if _, err := s.Facts(t.Context()); err == nil { // one thing at a time
		t.Error("it reads beside what it watches")
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	events := seen.Events()
	if len(events) != 3 || events[1].Program != "nixos-install" || events[1].Millis != 600_000 || events[2].Kind != event.RunCancelled {
		t.Errorf("%+v", events)
	}
	if _, err := s.Facts(t.Context()); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestWatchIsLeft(t *testing.T) {
	host := &watchedHost{asked: make(chan struct{})}
	s := serve(t, host)
	ctx, cancel := context.WithCancel(t.Context())
	_, ended := watch(ctx, t, s)
	cancel()
	if err := <-ended; err == nil {
		t.Errorf("%v", err)
	}
	select {
	case <-host.asked:
		t.Error("who looks on no longer has stopped it")
	default:
	}
	if _, err := s.Recall(t.Context(), "/dev/x", secret.NewStore()); err == nil {
		t.Error("the session is out of step")
	}
}
