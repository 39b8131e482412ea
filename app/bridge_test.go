package main

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/event"
)

// TestBridge sends a million events from four goroutines, a thousand at a time, to a window that takes 30 ms for each batch.
func TestBridge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const senders, each = 4, 250_000
		var (
			mu        sync.Mutex // for the detector of races it is the window's goroutine
			delivered []time.Time
			next      [senders]uint64
			after     uint64
		)
		b := newBridge(func(f func()) {
			mu.Lock()
			defer mu.Unlock()
			delivered = append(delivered, time.Now())
			f()
			time.Sleep(30 * time.Millisecond)
		}, func(batch []event.Event) {
			for _, e := range batch {
				if e.Seq != next[e.Millis]+1 { // Millis is the number of the sender here
					t.Errorf("event %d of sender %d came after %d", e.Seq, e.Millis, next[e.Millis])
				}
				next[e.Millis] = e.Seq
			}
		})
		began := time.Now()
		var sending sync.WaitGroup
		for from := range senders {
			sending.Go(func() {
				for i := range uint64(each) {
					b.Event(event.Event{Millis: int64(from), Seq: i + 1})
					if i%1000 == 999 {
						time.Sleep(13 * time.Millisecond)
					}
				}
			})
		}
		sending.Wait()
		took := time.Since(began)
		b.call(func() { after = next[0] + next[1] + next[2] + next[3] })
		time.Sleep(time.Second)
		synctest.Wait()
		if after != senders*each {
			t.Errorf("what was said after the last event came after %d of %d", after, senders*each)
		}
		for i := 1; i < len(delivered); i++ {
			if gap := delivered[i].Sub(delivered[i-1]); gap < pace {
				t.Fatalf("two batches came %v apart", gap)
			}
		}
		if most := int(took/pace) + 2; len(delivered) > most || len(delivered) < most/3 {
			t.Errorf("%d batches in %v, want up to %d", len(delivered), took, most)
		}
		before := len(delivered)
		time.Sleep(time.Hour)
		if len(delivered) != before {
			t.Error("the bridge wakes up while nothing is said")
		}
		b.Event(event.Event{Seq: each + 1})
		time.Sleep(pace)
		synctest.Wait()
		if next[0] != each+1 {
			t.Error("a single event is not delivered")
		}
	})
}
