package main

import (
	"sync"
	"time"
)

const (
	// calm is how long nothing must have happened until the loop dozes.
	calm = time.Second
	// longestDoze is how late a signal or a change of the desktop's theme may come to a loop that dozes, which Fyne queues by itself. Each waking
	// has the Go runtime look around for some milliseconds, so it costs more than the frame that may be drawn.
	longestDoze = 500 * time.Millisecond
	// betweenDozes leaves Fyne's loop time for a look at all that it looks at, and for a frame.
	betweenDozes = 20 * time.Millisecond
)

// dozer lets Fyne's loop sleep while nothing happens. The loop asks for events 60 times a second, which takes two hundredths of a
// processor for as long as the window is open. Once nothing has happened for a while, the dozer has the loop call a function that waits
// inside GLFW for the next event: whatever the user does ends the wait at once and is dealt with as ever, and so does everything that
// comes over [dozer.dispatch]. After any of it the loop is left alone until it is calm again.
type dozer struct {
	doze
	// do runs a function in Fyne's loop, and now is the clock.
	do  func(func())
	now func() time.Time
	// later plans a call, and gives what forgets it.
	later func(time.Duration, func()) (forget func() bool)

	mu     sync.Mutex
	due    int       // dispatched functions that have not run yet
	asleep bool      // the loop waits inside of doze.wait
	active time.Time // when something happened last
	over   bool
	forget func() bool
}

// doze is what the loop waits with.
type doze struct {
	// wait returns after a time, at an event, or when wake is called, which may be before it began.
	wait func(time.Duration)
	wake func()
	// inLoop tells that the caller is Fyne's loop: after its end, Fyne has functions run by whoever dispatches them.
	inLoop func() bool
}

func newDozer(with doze, do func(func())) *dozer {
	return &dozer{doze: with, do: do, now: time.Now, later: func(d time.Duration, f func()) func() bool { return time.AfterFunc(d, f).Stop }}
}

// begin starts to look for calm; the loop runs, or will.
func (d *dozer) begin() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.wait == nil {
		return
	}
	d.active = d.now()
	d.plan(calm)
}

// end has the dozer do nothing any more.
func (d *dozer) end() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.over = true
	if d.forget != nil {
		d.forget()
	}
}

// dispatch runs a function in the loop, which wakes up for it. After the end it does nothing: nothing may be queued any more then.
func (d *dozer) dispatch(f func()) {
	d.mu.Lock()
	over := d.over
	d.due++
	d.mu.Unlock()
	if over {
		return
	}
	d.do(func() {
		d.mu.Lock()
		d.due--
		d.active = d.now()
		d.mu.Unlock()
		f()
	})
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.asleep { // it began to sleep before the function was queued, and cannot end while this holds the lock
		d.wake()
	}
}

// plan has the loop look at its rest after a time. The caller holds the lock.
func (d *dozer) plan(after time.Duration) {
	if !d.over {
		d.forget = d.later(after, func() { d.do(d.look) })
	}
}

// look dozes where it is calm, and plans the next look. It runs in the loop.
func (d *dozer) look() {
	if !d.inLoop() {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	if rest := restless(now, d.active, d.due); rest > 0 || d.over {
		d.plan(rest)
		return
	}
	d.asleep = true
	d.mu.Unlock()
	d.wait(longestDoze)
	d.mu.Lock()
	d.asleep = false
	if woken := d.now(); woken.Sub(now) < longestDoze {
		d.active = woken
		d.plan(calm)
		return
	}
	d.plan(betweenDozes)
}

// restless is for how long the loop must be left alone yet, 0 where it may doze.
func restless(now, active time.Time, due int) time.Duration {
	if due > 0 {
		return calm
	}
	return max(0, calm-now.Sub(active))
}
