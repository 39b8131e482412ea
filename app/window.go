package main

import (
	"context"
	"crypto/rand"
	"io/fs"
	"sync"
	"time"

	"fyne.io/fyne/v2"

	"lethe/app/look"
	"lethe/app/page"
	"lethe/app/probe"
	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/event"
	"lethe/engine/flake/locale"
	"lethe/engine/secret"
)

// window is the one window: it holds the session, the secrets and what is under way, and changes all of them on Fyne's goroutine only.
type window struct {
	surface
	win    fyne.Window // nil until it is entered
	bridge *bridge
	choose chooser
	awake  func(on bool)
	// showFile has the desktop show a file in its folder.
	showFile func(ctx context.Context, path string) error

	state   *session.State
	secrets *secret.Store // by the session's ids
	lists   *locale.Lists
	keys    *keymaps
	judged  map[string]judgement // by the secret's id
	work    *page.Work
	acts    *page.Acts
	pages   map[session.Page]page.Page
	shell   *shell

	// life ends with the window; background counts what still runs, and runs the runs among it.
	life       context.Context //nolint:containedctx // the window is the scope
	end        context.CancelFunc
	background sync.WaitGroup
	runs       sync.WaitGroup

	opening bool           // a page is shown from its top
	left    fyne.Focusable // what had the focus when another window got it

	stage     stage
	keepImage bool
	host      host
	planning  context.CancelFunc      // ends the making of a plan
	stop      context.CancelCauseFunc // ends the run
	given     *secret.Store           // what the run was given
	leaving   bool                    // the window closes when the run has ended
	quick     *session.Draft          // what was wished before a rehearsal by one click
	again     bool                    // a rehearsal begins once more as soon as its plan is there
	ahead     chan struct{}           // closed once the root side has been told to derive the key
	explorer  *explorer               // what the next boot would forget
}

// surface is what a window stands on.
type surface struct {
	app    fyne.App
	engine engineSide
	// dispatch runs a function on Fyne's goroutine.
	dispatch func(func())
	// root is the machine's file system.
	root   fs.FS
	around surroundings
	// env is the environment of the program.
	env func(name string) string
	// seed gives 32 random bytes, and now the time.
	seed func() [32]byte
	now  func() time.Time
	// rehearse asks for a rehearsal whatever the machine is, and persist for the explorer as the first page.
	rehearse, persist bool
	// quit ends the program. The window is finished by it.
	quit func()
}

// newWindow makes what the window shows, without Fyne's window.
func newWindow(on surface) *window {
	w := &window{
		surface: on,
		secrets: secret.NewStore(), lists: &locale.Lists{}, work: &page.Work{}, pages: map[session.Page]page.Page{},
		judged: map[string]judgement{},
	}
	w.life, w.end = context.WithCancel(context.Background())
	w.bridge = newBridge(on.dispatch, w)
	w.keys = newKeymaps(on.root, func() { w.bridge.call(w.refresh) })
	w.choose, w.showFile = dialogs{w}, showFile
	w.awake = keepAwake(noBlanking, noSleep)
	w.state = session.New(session.Options{Seed: on.seed(), Rehearse: on.rehearse, Checks: on.lookAround(), Wishes: usual(probe.Locale(on.root, on.env))})
	w.explorer = newExplorer(w)
	w.acts = w.actions()
	w.shell = newShell(w)
	return w
}

// usual are the wishes to begin with: the language, time zone and keyboard of the session, and encryption, which who does not want it says.
func usual(here config.Locale) config.Config {
	return config.Config{Version: config.Version, Locale: here, Encryption: config.Encryption{Enable: true}}
}

// open shows the window and begins to read the machine.
func (w *window) open(win fyne.Window) {
	win.SetContent(w.shell.content)
	shape(win)
	w.fill()
	w.enter(win)
	win.Show()
	w.read()
}

// fill opens the first page.
func (w *window) fill() {
	if w.persist || w.installed() && !w.rehearse {
		w.openExplorer(true)
	} else {
		w.turn()
	}
}

// enter takes Fyne's window, which has the content by now.
func (w *window) enter(win fyne.Window) {
	w.win = win
	look.Seen(win.Canvas())
	win.SetCloseIntercept(w.askToClose)
	w.listenToKeys()
	w.app.Lifecycle().SetOnExitedForeground(w.leave)
	w.beginPage(w.current().First())
}

// read begins to read the machine.
func (w *window) read() {
	w.look()
	w.readLists()
}

// kernelSeed is 32 bytes from the kernel.
func kernelSeed() (s [32]byte) {
	_, _ = rand.Read(s[:]) // never fails: it ends the program instead
	return s
}

// apply hands an event to the session.
func (w *window) apply(e event.Event) { w.state.Run.Apply(e) }

// missed tells the session of lines that it does not get.
func (w *window) missed(lines uint64) { w.state.Run.Missed(lines) }

// current is the open page, made when it is opened first.
func (w *window) current() page.Page {
	p := w.pages[w.state.Page]
	if p == nil {
		p = page.New(w.state.Page, page.Room{State: w.state, Explore: w.explorer.state, Acts: w.acts, Work: w.work, Lists: w.lists, Do: w.dispatch, Now: w.now})
		w.pages[w.state.Page] = p
	}
	return p
}

// turn shows the page that the session has open, from its top, and gives its first field the focus.
func (w *window) turn() {
	p := w.current()
	w.judge()
	w.state.Show()
	p.Refresh()
	w.shell.turn(p)
	w.beginPage(p.First())
	if w.state.Page == session.PageReview {
		w.plan()
	}
}

// refresh shows the session as it is.
func (w *window) refresh() {
	w.judge()
	w.current().Refresh()
	w.shell.refresh()
}

// next does what the coloured button does.
func (w *window) next() {
	switch w.state.Page {
	case session.PageInstall:
		if w.state.Run.Ended() {
			w.retry()
		}
		return
	case session.PageDone:
		w.askToClose()
		return
	}
	w.current().Leave()
	w.judge()
	switch {
	case !w.state.CanNext():
		f := w.current().Reveal()
		w.refresh()
		w.showStop(f)
	case w.state.Page == session.PageDisk && w.state.NeedsFacts():
		w.leaveDisks()
	case w.state.Page == session.PageReview:
		w.begin()
	case w.state.Next():
		w.turn()
	}
}

// back opens the page before.
func (w *window) back() {
	if !w.state.CanBack() {
		return
	}
	w.current().Leave()
	w.again = false
	if w.state.Back() {
		w.turn()
	}
}

// jump opens a page by the rail.
func (w *window) jump(p session.Page) {
	if p == w.state.Page || !w.state.CanGo(p) {
		return
	}
	w.current().Leave()
	w.judge()
	w.again = false
	w.state.Go(p)
	w.turn()
}

// inBackground runs work on a goroutine of its own, and then what follows on Fyne's.
func inBackground[T any](ctx context.Context, w *window, work func(context.Context) (T, error), then func(T, error)) {
	w.background.Go(inTwo(ctx, w, work, then))
}

// inTwo is work, and what follows on Fyne's goroutine.
func inTwo[T any](ctx context.Context, w *window, work func(context.Context) (T, error), then func(T, error)) func() {
	return func() {
		result, err := work(ctx)
		w.bridge.call(func() { then(result, err) })
	}
}
