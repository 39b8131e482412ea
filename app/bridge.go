package main

import (
	"sync"
	"time"

	"lethe/app/session"
	"lethe/engine/event"
)

// pace is the shortest time between two deliveries to the window: at most 20 in a second.
const pace = 50 * time.Millisecond

// bridge carries what background goroutines have to say to the goroutine that draws. It delivers in the order of the calls, and never
// more often than [pace]; while nothing is said, nothing wakes up.
//
// It is an [event.Sink] that never blocks: a run goes on at its own speed however slow the window is. Only one delivery is under
// way at any time, and what waits for the next one is a [backlog], so neither memory nor the work of a delivery grows with a flood.
type bridge struct {
	// dispatch runs a function on the goroutine that draws: fyne.Do, or a stand-in.
	dispatch func(func())
	to       audience

	mu      sync.Mutex
	waiting backlog
	pending bool // a delivery is planned or under way
	last    time.Time
}

// audience takes what is delivered, on the goroutine that draws.
type audience interface {
	// missed tells how many lines of the log were dropped, before what is older than anything that follows.
	missed(lines uint64)
	apply(e event.Event)
	// refresh is called after events, at the end of a delivery and before a call.
	refresh()
}

// newBridge makes a bridge.
func newBridge(dispatch func(func()), to audience) *bridge {
	return &bridge{dispatch: dispatch, to: to, waiting: backlog{most: session.LogMost}}
}

// Event queues an event.
func (b *bridge) Event(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.event(e)
	b.plan()
}

// call queues a function; it runs after all events that were queued before.
func (b *bridge) call(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.waiting.call(f)
	b.plan()
}

// plan sees to it that the backlog is delivered. The caller holds the lock.
func (b *bridge) plan() {
	if b.pending {
		return
	}
	b.pending = true
	time.AfterFunc(max(0, pace-time.Since(b.last)), func() { b.dispatch(b.deliver) })
}

// rest hands on what waits when nobody dispatches any more, and tells whether anything did; it runs on the goroutine that drew.
func (b *bridge) rest() bool {
	b.mu.Lock()
	due := b.waiting
	b.waiting = backlog{most: due.most}
	b.pending = true // nothing is planned again
	b.mu.Unlock()
	any := !due.empty() || due.dropped > 0
	b.hand(&due)
	return any
}

// deliver hands on what waits; it runs on the goroutine that draws.
func (b *bridge) deliver() {
	b.mu.Lock()
	due := b.waiting
	b.waiting, b.last = backlog{most: due.most}, time.Now()
	b.mu.Unlock()
	b.hand(&due)
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = false
	if !b.waiting.empty() {
		b.plan()
	}
}

// hand gives the audience what is due.
func (b *bridge) hand(due *backlog) {
	if due.dropped > 0 {
		b.to.missed(due.dropped)
	}
	news := false
	for p := range due.all() {
		if p.call == nil {
			b.to.apply(p.event)
			news = true
			continue
		}
		if news {
			b.to.refresh()
			news = false
		}
		p.call()
	}
	if news {
		b.to.refresh()
	}
}
