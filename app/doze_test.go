package main

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// loop stands for Fyne's: it runs what is queued, one after another.
type loop struct {
	d     *dozer
	queue chan func()
	woken chan struct{}
	clock time.Time
	// planned is the next look, and after when it is due.
	planned func()
	after   time.Duration
	slept   []time.Duration
	// asleep is called while the loop sleeps; it tells how long it sleeps, or that nothing but wake ends it.
	asleep func() time.Duration
}

func newLoop() *loop {
	l := &loop{queue: make(chan func(), 100), woken: make(chan struct{}, 100), clock: time.Unix(1000, 0)}
	l.d = newDozer(doze{wait: l.wait, wake: func() { l.woken <- struct{}{} }, inLoop: func() bool { return true }}, func(f func()) { l.queue <- f })
	l.d.now = func() time.Time { return l.clock }
	l.d.later = func(after time.Duration, f func()) func() bool {
		l.after, l.planned = after, f
		return func() bool { l.planned = nil; return true }
	}
	l.asleep = func() time.Duration { return longestDoze }
	return l
}

func (l *loop) wait(d time.Duration) {
	took := l.asleep()
	l.slept = append(l.slept, took)
	l.clock = l.clock.Add(min(took, d))
}

// look lets the time of the planned look come, and runs all that is queued.
func (l *loop) look() {
	l.clock = l.clock.Add(l.after)
	if l.planned != nil {
		l.planned()
	}
	l.run()
}

func (l *loop) run() {
	for len(l.queue) > 0 {
		(<-l.queue)()
	}
}

func TestDozeWhenCalm(t *testing.T) {
	l := newLoop()
	l.d.begin()
	if l.after != calm {
		t.Fatalf("the first look is after %v", l.after)
	}
	l.look()
	if len(l.slept) != 1 || l.after != betweenDozes {
		t.Fatalf("slept %v, the next look is after %v", l.slept, l.after)
	}
	l.look()
	if len(l.slept) != 2 {
		t.Fatalf("slept %v", l.slept)
	}
}

func TestDozeEndsWithEvents(t *testing.T) {
	l := newLoop()
	l.d.begin()
	l.asleep = func() time.Duration { return longestDoze / 2 } // the user moves the mouse
	l.look()
	if len(l.slept) != 1 || l.after != calm {
		t.Fatalf("slept %v, and the loop is left alone for %v", l.slept, l.after)
	}
}

func TestDozeLeavesWork(t *testing.T) {
	l := newLoop()
	l.d.begin()
	l.clock = l.clock.Add(calm / 2)
	ran := false
	l.d.dispatch(func() { ran = true })
	l.run()
	l.clock = l.clock.Add(-calm / 2)
	l.look()
	if !ran || len(l.slept) != 0 || l.after != calm/2 {
		t.Fatalf("ran: %t; slept %v; the next look is after %v", ran, l.slept, l.after)
	}
	l.look()
	if len(l.slept) != 1 {
		t.Fatalf("slept %v", l.slept)
	}
	l.d.dispatch(func() {}) // it waits in the queue when the loop looks
	l.clock = l.clock.Add(calm)
	l.d.look()
	if len(l.slept) != 1 || len(l.woken) != 0 {
		t.Fatalf("slept %v beside a function that waits", l.slept)
	}
}

func TestDozeEnds(t *testing.T) {
	l := newLoop()
	l.d.begin()
	l.d.end()
	l.look()
	l.d.look()
	if len(l.slept) != 0 || l.planned != nil {
		t.Fatalf("slept %v after the end", l.slept)
	}
	l = newLoop()
	l.d.begin()
	l.d.inLoop = func() bool { return false }
	l.look()
	if len(l.slept) != 0 {
		t.Fatal("slept outside of the loop")
	}
}

// TestDozeLosesNoWake has nothing but dispatched functions wake the loop: if one got lost, the test would not end.
func TestDozeLosesNoWake(t *testing.T) {
	const senders, each = 4, 500
	woken := make(chan struct{}, 1)
	queue := make(chan func(), senders*each)
	var slept atomic.Int64
	d := newDozer(doze{
		wait: func(time.Duration) { slept.Add(1); <-woken },
		wake: func() {
			select {
			case woken <- struct{}{}:
			default:
			}
		},
		inLoop: func() bool { return true },
	}, func(f func()) { queue <- f })
	d.later = func(time.Duration, func()) func() bool { return func() bool { return true } }
	clock := time.Unix(1000, 0)
	d.now = func() time.Time { clock = clock.Add(2 * calm); return clock } // it is always calm; the lock is held
	d.begin()
	var all sync.WaitGroup
	ran := 0
	for range senders {
		all.Go(func() {
			for range each {
				done := make(chan struct{})
				d.dispatch(func() { ran++; close(done) })
				<-done
			}
		})
	}
	finished := make(chan struct{})
	go func() { all.Wait(); close(finished) }()
	for open := true; open; {
		select {
		case f := <-queue:
			f()
			continue
		case <-finished:
			open = false
			continue
		default:
		}
		if ran < senders*each {
			d.look()
		}
	}
	if ran != senders*each || slept.Load() == 0 {
		t.Fatalf("%d functions ran, and the loop slept %d times", ran, slept.Load())
	}
}
