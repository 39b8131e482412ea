package helper

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// mostMemory is what the engine may take at its peak.
const mostMemory = 64 << 20

// peak measures the greatest heap while work runs, beyond what was there before.
func peak(work func()) uint64 {
	heap := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before, most := heap(), uint64(0)
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		for {
			most = max(most, heap())
			select {
			case <-end:
				return
			case <-time.After(5 * time.Millisecond):
			}
		}
	}()
	work()
	close(end)
	<-ended
	return most - min(most, before)
}

// TestMillionLinesAndNobodyReads is a talkative tool behind a window that hangs: the run neither waits nor grows.
func TestMillionLinesAndNobodyReads(t *testing.T) {
	const lines = 1_000_000
	var emitted atomic.Int64
	done := make(chan struct{})
	host := &fakeHost{install: func(_ context.Context, _ plan.Plan, _ *secret.Store, sink event.Sink) (Result, error) {
		defer close(done)
		sink.Event(event.Event{Seq: 1, Kind: event.StepStart, Step: "install", Title: "Install"})
		for i := range lines {
			sink.Event(event.Event{Seq: uint64(i + 2), Kind: event.Log, Text: "copying path '/nix/store/00000000000000000000000000000000-something' from 'https://cache.nixos.org'..."})
			emitted.Add(1)
		}
		sink.Event(event.Event{Seq: lines + 2, Kind: event.StepDone, Step: "install"})
		sink.Event(event.Event{Seq: lines + 3, Kind: event.RunDone, Done: 1})
		return Result{State: step.Complete}, nil
	}}
	propose, hash := proposing(t, 1)
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(context.Background(), "server", inRead, outWrite, host) }()
	say := func(frames ...string) {
		for _, f := range frames {
			_, _ = io.WriteString(inWrite, f)
		}
	}
	say(greeting, propose)
	for range 2 { // hello and the answer to the proposal, and nothing after them
		if _, err := readFrame(outRead, mostMessage); err != nil {
			t.Fatal(err)
		}
	}
	say(sec(command.Passphrase, canary), sec(userPassword, canaryPassword))
	grown := peak(func() {
		say(msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash)))
		select {
		case <-done:
		case <-time.After(60 * time.Second):
			t.Errorf("the run is held up at line %d", emitted.Load())
		}
	})
	if grown > mostMemory/2 {
		t.Errorf("the heap grew by %d MiB", grown>>20)
	}

	// Who reads at last learns how much is missing, and misses nothing else.
	_ = inWrite.Close()
	logs, dropped, kinds, result := uint64(0), uint64(0), "", false
	for !result {
		f, err := readFrame(outRead, mostMessage)
		if err != nil {
			t.Fatalf("after %d lines: %v", logs, err)
		}
		var m toClient
		if err := decode(f.message, &m); err != nil {
			t.Fatal(err)
		}
		switch {
		case m.Dropped != nil:
			dropped += m.Dropped.Count
			if m.Dropped.Last != lines+1 {
				t.Errorf("the last line that was left out is %d", m.Dropped.Last)
			}
		case m.Event != nil && m.Event.Kind == event.Log:
			logs++
		case m.Event != nil:
			kinds += string(m.Event.Kind) + " "
		case m.Reply != nil:
			result = m.Reply.Result != nil && m.Reply.Result.State == step.Complete
		}
	}
	if logs+dropped != lines || logs == 0 || dropped == 0 || kinds != "step-start step-done run-done " {
		t.Errorf("%d lines and %d left out; %s", logs, dropped, kinds)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestDeadReader closes the other end: the run goes on.
func TestDeadReader(t *testing.T) {
	finished := make(chan struct{})
	host := &fakeHost{install: func(_ context.Context, _ plan.Plan, _ *secret.Store, sink event.Sink) (Result, error) {
		for i := range 10_000 {
			sink.Event(event.Event{Seq: uint64(i + 1), Kind: event.Checked, Text: "x"})
		}
		close(finished)
		return Result{}, nil
	}}
	propose, hash := proposing(t, 1)
	inRead, inWrite := io.Pipe()
	outRead, outWrite := io.Pipe()
	ended := make(chan error, 1)
	go func() { ended <- Serve(context.Background(), "server", inRead, outWrite, host) }()
	_, _ = io.WriteString(inWrite, greeting+propose)
	for range 2 {
		if _, err := readFrame(outRead, mostMessage); err != nil {
			t.Fatal(err)
		}
	}
	_ = outRead.Close()
	_, _ = io.WriteString(inWrite, sec(command.Passphrase, canary)+sec(userPassword, canary)+msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash)))
	<-finished
	_ = inWrite.Close()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestLiesAboutLengthCostNothing announces the most and sends little, and then sends it all.
func TestLiesAboutLengthCostNothing(t *testing.T) {
	for _, row := range []struct {
		announced, sent int
		most            uint64
	}{{mostRequest, 2, 1 << 20}, {mostRequest + 1, 2, 1 << 20}, {1 << 30, 2, 1 << 20}, {mostRequest, mostRequest, mostMemory / 2}} {
		header := string([]byte{byte(row.announced >> 24), byte(row.announced >> 16), byte(row.announced >> 8), byte(row.announced), byte(messageFrame)})
		in := io.MultiReader(strings.NewReader(greeting+header), io.LimitReader(zeros{}, int64(row.sent)))
		grown := peak(func() { _ = Serve(t.Context(), "server", in, io.Discard, &fakeHost{}) })
		if grown > row.most {
			t.Errorf("%d announced, %d sent: the heap grew by %d KiB", row.announced, row.sent, grown>>10)
		}
	}
}

// zeros is as in /dev/zero.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }
