package main

import (
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
)

// fyneListens is how long after the beginning of its loop Fyne has certainly begun to listen to signals. As a rule it has before.
const fyneListens = 500 * time.Millisecond

// enough are the signals by which a terminal, a session or a person asks a program to end.
var enough = []os.Signal{syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP}

// departure is the end of the program: it comes once, from within Fyne's loop, and Fyne does not take part in it. When that loop ends, another
// goroutine hands a last function to it while it closes the queue for those: that panics, or hangs, every now and then, and nothing of
// ours would be let go of. So the loop is never left: what there is to do at the end is done inside of it, and then the process ends.
type departure struct {
	// finish lets go of everything.
	finish func()
	exit   func(code int)
	// raise ends the process as a signal does.
	raise func(syscall.Signal)
	// heeded are those of the signals that were not ignored when the program was started, as nohup has it ignore a hang-up.
	heeded, ignored []os.Signal
	asked           chan os.Signal
	begun           atomic.Bool
}

func newDeparture(finish func()) *departure {
	return &departure{finish: finish, exit: os.Exit, raise: endBy, asked: make(chan os.Signal, 1)}
}

// leave lets go of everything and ends the process, by the signal that asked for it where there was one.
func (d *departure) leave(code int) {
	if d.begun.Swap(true) {
		return
	}
	d.finish()
	select {
	case s := <-d.asked:
		if s, ok := s.(syscall.Signal); ok {
			d.raise(s)
		}
	default:
	}
	d.exit(code)
}

// listen notes the first signal that asks for the end.
func (d *departure) listen() {
	for _, s := range enough {
		if signal.Ignored(s) {
			d.ignored = append(d.ignored, s)
		} else {
			d.heeded = append(d.heeded, s)
		}
	}
	d.take()
}

// take has signals go nowhere but here: Fyne ends its loop at one, and must not.
func (d *departure) take() {
	d.release()
	for _, s := range d.heeded {
		signal.Notify(d.asked, s)
	}
	for _, s := range d.ignored {
		signal.Ignore(s)
	}
}

// release has a signal do what it does to any process.
func (d *departure) release() {
	for _, s := range d.heeded { // one by one, since none at all would mean every signal
		signal.Reset(s)
	}
}

// obey has the window closed at that signal. From then on a second one need not wait for anything. It is called when Fyne's loop begins, and to close
// runs in that, by dispatch.
func (d *departure) obey(dispatch func(func()), closeWindow func()) {
	d.take()
	go func() {
		late := time.NewTimer(fyneListens)
		defer late.Stop()
		for {
			select {
			case <-late.C:
				d.take()
			case s := <-d.asked:
				d.asked <- s // for whoever leaves, which may be because of something else by now
				d.release()
				dispatch(closeWindow)
				return
			}
		}
	}()
}

// endBy ends the process by a signal, so that whoever started it learns why. It returns where that does not end it, as the first process of a container.
func endBy(s syscall.Signal) {
	signal.Reset(s)
	if err := syscall.Kill(os.Getpid(), s); err == nil {
		time.Sleep(time.Second) // until it has arrived
	}
}

// spare has Fyne do nothing at its end, where it ends by itself after all: it would save preferences, and there are none.
func spare(a fyne.App) {
	if l, ok := a.Lifecycle().(interface{ SetOnStoppedHookExecuted(func()) }); ok {
		l.SetOnStoppedHookExecuted(nil)
	}
}
