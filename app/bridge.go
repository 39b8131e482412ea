package main

import (
	"sync"
	"time"

	"lethe/engine/event"
)

// pace is the shortest time between two deliveries to the window: at most 20 in a second.
const pace = 50 * time.Millisecond

// bridge carries what background goroutines have to say to the goroutine that draws. It delivers in the order of the calls, a batch
// at a time, and never more often than [pace]; while nothing is said, nothing wakes up.
//
// It is an [event.Sink] that never blocks: a run goes on at its own speed however slow the window is. Only one delivery is under
// way at any time, so a slow window gets larger batches and no queue of them.
type bridge struct {
	// dispatch runs a function on the goroutine that draws: fyne.Do, or a stand-in.
	dispatch func(func())
	// events takes a batch of events, on the goroutine that draws.
	events func([]event.Event)

	mu      sync.Mutex
	queue   []parcel
	pending bool // a delivery is planned or under way
	last    time.Time
}

// parcel is a run of events, or one function.
type parcel struct {
	events []event.Event
	call   func()
}

// newBridge makes a bridge.
func newBridge(dispatch func(func()), events func([]event.Event)) *bridge {
	return &bridge{dispatch: dispatch, events: events}
}

// Event queues an event.
func (b *bridge) Event(e event.Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if n := len(b.queue); n > 0 && b.queue[n-1].call == nil {
		b.queue[n-1].events = append(b.queue[n-1].events, e)
	} else {
		b.queue = append(b.queue, parcel{events: []event.Event{e}})
	}
	b.plan()
}

// call queues a function; it runs after all events that were queued before.
func (b *bridge) call(f func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.queue = append(b.queue, parcel{call: f})
	b.plan()
}

// plan sees to it that the queue is delivered. The caller holds the lock.
func (b *bridge) plan() {
	if b.pending {
		return
	}
	b.pending = true
	time.AfterFunc(max(0, pace-time.Since(b.last)), func() { b.dispatch(b.deliver) })
}

// deliver hands on what is queued; it runs on the goroutine that draws.
func (b *bridge) deliver() {
	b.mu.Lock()
	queue := b.queue
	b.queue, b.last = nil, time.Now()
	b.mu.Unlock()
	for _, p := range queue {
		if p.call != nil {
			p.call()
			continue
		}
		b.events(p.events)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.pending = false
	if len(b.queue) > 0 {
		b.plan()
	}
}
