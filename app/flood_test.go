package main

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine/event"
	"lethe/engine/plan"
)

// flooded is how many lines of log the run writes.
const flooded = 1_000_000

// flood stands between the bridge and the window, and notes when each line was said, and when it was handled.
type flood struct {
	*window
	said    []time.Time // by number, which is in Millis
	slowest time.Duration
	began   time.Time
	batch   []int64         // numbers of what is not shown yet
	late    []time.Duration // from a line to the end of the refresh that shows it
	work    []time.Duration // of a delivery
	painted []time.Duration
}

// speak writes the lines as fast as they can be made.
func (f *flood) speak() {
	for i := range f.said {
		text := fmt.Sprintf("copying path '/nix/store/%032d-lethe' from 'https://cache.example.org'...", i)
		f.said[i] = time.Now()
		f.bridge.Event(event.Event{Kind: event.Log, Step: string(plan.Encrypt), Millis: int64(i), Text: text, Time: f.said[i]})
		f.slowest = max(f.slowest, time.Since(f.said[i]))
	}
}

func (f *flood) missed(lines uint64) {
	f.began = time.Now()
	f.window.missed(lines)
}

func (f *flood) apply(e event.Event) {
	if f.began.IsZero() {
		f.began = time.Now()
	}
	f.window.apply(e)
	if e.Kind == event.Log && e.Seq == 0 {
		f.batch = append(f.batch, e.Millis)
	}
}

// refresh shows what came, and then draws the window as a driver would.
func (f *flood) refresh() {
	f.window.refresh()
	shown := time.Now()
	if len(f.batch) > 0 {
		f.work = append(f.work, shown.Sub(f.began))
	}
	for _, i := range f.batch {
		f.late = append(f.late, shown.Sub(f.said[i]))
	}
	f.batch, f.began = f.batch[:0], time.Time{}
	f.win.Canvas().Capture()
	f.painted = append(f.painted, time.Since(shown))
}

// BenchmarkFlood tells how late lines are handled while the engine writes a million of them, with a window that is drawn by the
// software driver after every delivery.
func BenchmarkFlood(b *testing.B) {
	for b.Loop() {
		s := newStand(b, false)
		f := &flood{window: s.w, said: make([]time.Time, flooded)}
		s.engine.at(plan.Encrypt, func(context.Context) error { f.speak(); return nil })
		s.to(session.PageReview)
		s.w.bridge.to = f
		began := time.Now()
		s.w.next()
		s.until("the run has ended", s.over)
		b.ReportMetric(time.Since(began).Seconds(), "s/run")
		if lost := s.w.state.Run.LogLost(); lost < flooded-2*session.LogMost || lost >= flooded {
			b.Fatalf("%d lines are lost", lost)
		}
		report(b, "late", f.late)
		report(b, "work", f.work)
		report(b, "drawing", f.painted)
		b.ReportMetric(float64(f.slowest)/1e3, "µs-slowest-push")
	}
}

// report says the median and the worst of durations.
func report(b *testing.B, what string, list []time.Duration) {
	slices.Sort(list)
	b.ReportMetric(float64(list[len(list)/2])/1e6, "ms-"+what+"-median")
	b.ReportMetric(float64(list[len(list)-1])/1e6, "ms-"+what+"-worst")
}
