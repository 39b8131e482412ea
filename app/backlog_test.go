package main

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"lethe/app/session"
	"lethe/engine/event"
)

// expected says by the rules, and without regard to time, what a backlog has to give for what was said.
func expected(said []event.Event, most int) (left []uint64, dropped uint64) {
	logs := 0
	newer := map[string]bool{} // steps of which newer progress was seen
	for _, e := range slices.Backward(said) {
		switch {
		case e.Kind == event.Log && logs == most:
			dropped += session.LinesOf(e)
			continue
		case e.Kind == event.Log:
			logs++
		case e.Kind == event.Progress && newer[e.Step]:
			continue
		case e.Kind == event.Progress:
			newer[e.Step] = true
		}
		left = append(left, e.Seq)
	}
	slices.Reverse(left)
	return left, dropped
}

// TestBacklog says anything, and compares what is left with what the rules leave. Calls are noted as events that are never dropped.
func TestBacklog(t *testing.T) {
	kinds := []event.Kind{
		event.Log, event.Log, event.Log, event.Log, event.Progress, event.Progress, event.StepStart, event.StepDone, event.StepFailed,
		event.Checked, event.UndoStart, event.UndoDone, event.UndoFailed, event.RunStart, event.RunDone, event.RunFailed, event.RunCancelled, "call",
	}
	one := rapid.Custom(func(t *rapid.T) event.Event {
		return event.Event{
			Kind: rapid.SampledFrom(kinds).Draw(t, "kind"), Step: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "step"),
			Text: rapid.SampledFrom([]string{"", "x", "x\ny\n", "\n"}).Draw(t, "text"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		most := rapid.IntRange(1, 2*piece+3).Draw(t, "most")
		said := rapid.SliceOfN(one, 0, 5*piece).Draw(t, "said")
		b := backlog{most: most}
		var got []uint64
		for i := range said {
			said[i].Seq = uint64(i)
			if said[i].Kind == "call" {
				b.call(func() { got = append(got, uint64(i)) })
			} else {
				b.event(said[i])
			}
		}
		if b.empty() != (len(said) == 0) {
			t.Fatalf("empty is %v after %d", b.empty(), len(said))
		}
		for p := range b.all() {
			if p.call != nil {
				p.call()
				continue
			}
			if p.event != said[p.event.Seq] {
				t.Fatalf("%+v became %+v", said[p.event.Seq], p.event)
			}
			got = append(got, p.event.Seq)
		}
		want, dropped := expected(said, most)
		if !slices.Equal(got, want) || b.dropped != dropped {
			t.Fatalf("got %v and dropped %d, want %v and %d", got, b.dropped, want, dropped)
		}
	})
}

// TestFifo pushes and pops in turns, over many pieces.
func TestFifo(t *testing.T) {
	var f fifo
	in, out := uint64(0), uint64(0)
	for round := range 40 * piece {
		for range 1 + round%3 {
			f.push(parcel{place: in, event: event.Event{Text: fmt.Sprint(in)}})
			in++
		}
		for range 1 + round%2 {
			if p := f.pop(); p.place != out || p.event.Text != fmt.Sprint(out) {
				t.Fatalf("got %d, want %d", p.place, out)
			}
			out++
		}
		if round%100 == 99 {
			for f.length > 0 {
				f.pop()
				out++
			}
		}
		if f.length != int(in-out) || len(f.pieces) > f.length/piece+2 {
			t.Fatalf("%d parcels in %d pieces, want %d", f.length, len(f.pieces), in-out)
		}
	}
}

// TestFlooded holds what a backlog costs however much is said: no memory beyond its bound.
func TestFlooded(t *testing.T) {
	b := backlog{most: session.LogMost}
	say := func() { b.event(event.Event{Kind: event.Log, Text: "a line"}) }
	for range 2 * session.LogMost {
		say()
	}
	if b.logs.length != session.LogMost || b.dropped != session.LogMost {
		t.Fatalf("%d are left and %d dropped", b.logs.length, b.dropped)
	}
	if each := testing.AllocsPerRun(20*piece, say); each > 0.1 {
		t.Errorf("a line allocates %v times", each)
	}
}
