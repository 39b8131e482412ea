package main

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/event"
)

// senders is how many goroutines speak at once, and each how many events each of them has to say.
const senders, each = 4, 250_000

// witness is a window that takes 30 ms for each delivery. Millis is the number of an event's sender.
type witness struct {
	t         *testing.T
	mu        sync.Mutex // for the detector of races it is the window's goroutine
	delivered []time.Time
	next      [senders]uint64
	kept      [senders]uint64 // events that may not be dropped
	logs      uint64
	lines     uint64 // missed
	latest    uint64 // progress
	stale     bool
}

func (w *witness) dispatch(f func()) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.delivered = append(w.delivered, time.Now())
	f()
	if w.stale {
		w.t.Error("what was applied is not shown")
	}
	time.Sleep(30 * time.Millisecond)
}

func (w *witness) apply(e event.Event) {
	w.stale = true
	if e.Seq <= w.next[e.Millis] {
		w.t.Errorf("event %d of sender %d came after %d", e.Seq, e.Millis, w.next[e.Millis])
	}
	w.next[e.Millis] = e.Seq
	switch e.Kind {
	case event.Log:
		w.logs++
	case event.Progress:
		w.latest = max(w.latest, e.Seq)
	default:
		w.kept[e.Millis]++
		if e.Seq != 1000*w.kept[e.Millis] {
			w.t.Errorf("event %d of sender %d is the %dth that may not be dropped", e.Seq, e.Millis, w.kept[e.Millis])
		}
	}
}

func (w *witness) missed(lines uint64) { w.lines += lines }
func (w *witness) refresh()            { w.stale = false }

// speak says what one sender has to say: every thousandth event is the end of a step, every hundredth is progress, and between
// thousands it draws breath.
func speak(b *bridge, from int64) {
	for i := uint64(1); i <= each; i++ {
		e := event.Event{Millis: from, Seq: i, Kind: event.Log, Text: "a line"}
		switch {
		case i%1000 == 0:
			e.Kind = event.StepDone
		case i%100 == 0:
			e.Kind, e.Step = event.Progress, string(rune('a'+from))
		}
		b.Event(e)
		if i%1000 == 0 {
			time.Sleep(13 * time.Millisecond)
		}
	}
}

// TestBridge sends a million events from four goroutines, a thousand at a time, and more lines of the log than are kept between two
// deliveries.
func TestBridge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &witness{t: t}
		b := newBridge(w.dispatch, w)
		began := time.Now()
		var sending sync.WaitGroup
		for from := range int64(senders) {
			sending.Go(func() { speak(b, from) })
		}
		sending.Wait()
		took := time.Since(began)
		var after [senders]uint64
		b.call(func() { after = w.next })
		time.Sleep(time.Second)
		synctest.Wait()
		if after != [senders]uint64{each, each, each, each} {
			t.Errorf("what was said after the last event came after %d", after)
		}
		const lines = senders * each / 100 * 99
		if w.lines == 0 || w.logs+w.lines != lines {
			t.Errorf("%d lines were delivered and %d dropped, of %d", w.logs, w.lines, lines)
		}
		if w.kept != [senders]uint64{each / 1000, each / 1000, each / 1000, each / 1000} || w.latest != each-100 {
			t.Errorf("%d events were delivered that may not be dropped, and progress up to %d", w.kept, w.latest)
		}
		for i := 1; i < len(w.delivered); i++ {
			if gap := w.delivered[i].Sub(w.delivered[i-1]); gap < pace {
				t.Fatalf("two deliveries came %v apart", gap)
			}
		}
		if most := int(took/pace) + 2; len(w.delivered) > most || len(w.delivered) < most/3 {
			t.Errorf("%d deliveries in %v, want up to %d", len(w.delivered), took, most)
		}
		before := len(w.delivered)
		time.Sleep(time.Hour)
		if len(w.delivered) != before {
			t.Error("the bridge wakes up while nothing is said")
		}
		b.Event(event.Event{Seq: each + 1, Kind: event.Log})
		time.Sleep(pace)
		synctest.Wait()
		if w.next[0] != each+1 {
			t.Error("a single event is not delivered")
		}
	})
}
