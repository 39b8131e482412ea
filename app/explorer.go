package main

import (
	"context"
	"io/fs"
	"strings"
	"sync/atomic"
	"time"

	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/flake"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// explorer shows what the next boot would forget. All but what its background work does belongs to Fyne's goroutine.
type explorer struct {
	w      *window
	state  *session.Explore
	system system
	tree   *persist.Tree

	scans   int // begun so far: what an older one says no longer counts
	stop    context.CancelFunc
	abort   context.CancelFunc     // of an act
	loading context.CancelFunc     // nil where nothing is loaded
	seeking context.CancelFunc     // nil where nothing is sought
	again   bool                   // what is shown has changed since the loading began
	took    time.Duration          // of the last loading
	opened  atomic.Pointer[system] // what has to be closed, also where nobody was told of it any more
	touched atomic.Bool            // somebody has said already that the tree has grown
	planned bool                   // a loading is on its way
}

// calmly is how long to wait at least between two loadings while a scan runs; they take a quarter of the time at most.
const calmly = 120 * time.Millisecond

func newExplorer(w *window) *explorer {
	e := &explorer{w: w, state: session.NewExplore(!w.installed() && !w.persist || w.rehearse)}
	e.state.Says = page.Say
	e.state.KeepsRoot = !e.state.MadeUp && !engine.Forgets(w.root)
	return e
}

// makeUp looks at a made-up system, where this one has nothing to forget.
func (e *explorer) makeUp() {
	e.state.MadeUp, e.state.KeepsRoot = true, false
	e.begin()
	e.w.turn()
}

// installed tells that this is a system of Lethe's.
func (on surface) installed() bool {
	_, err := fs.Stat(on.root, strings.TrimPrefix(flake.KeptFile, "/"))
	if err != nil { // it is a link to an absolute path in the store, which a file system rooted elsewhere does not follow
		_, err = fs.Lstat(on.root, strings.TrimPrefix(flake.KeptFile, "/"))
	}
	return err == nil
}

// openExplorer opens the page, and begins to look where nobody has yet.
func (w *window) openExplorer(first bool) {
	if p := w.pages[w.state.Page]; p != nil {
		p.Leave()
	}
	if !w.state.OpenExplore(first) {
		return
	}
	if w.explorer.state.Phase == session.ExploreIdle && !w.explorer.state.KeepsRoot {
		w.explorer.begin()
	}
	w.turn()
}

// acts are what the page may ask for.
func (e *explorer) acts() page.ExploreActs {
	return page.ExploreActs{
		Scan: e.scan, Stop: e.stopScan, Load: e.load, Seek: e.seek,
		Keep:    func(path string) { e.plan(session.ActKeep, path) },
		Forget:  func(path string) { e.plan(session.ActForget, path) },
		Delete:  func(date string) { e.plan(session.ActDelete, date) },
		Sync:    func() { e.plan(session.ActSync, "") },
		Confirm: e.confirm, Dismiss: e.dismiss, AsRoot: e.asRoot, MakeUp: e.makeUp,
		Abort: func() {
			if e.abort != nil {
				e.abort()
			}
		},
	}
}

// refresh shows the state, where its page is open.
func (e *explorer) refresh() {
	if e.w.state.Page == session.PageExplore && e.w.life.Err() == nil {
		e.w.refresh()
	}
}

// usuallyOpen are folders of which nobody wants to know only that there is something in them.
var usuallyOpen = []string{"/etc", "/home", "/var", "/var/lib"}

// begin looks for the first time.
func (e *explorer) begin() {
	for _, folder := range usuallyOpen {
		e.state.Open(folder)
	}
	e.scan()
}

// scan looks anew, and opens the system where that was not done yet. What was found before is shown until there is something newer.
func (e *explorer) scan() {
	e.stopScan()
	ctx, cancel := context.WithCancel(e.w.life)
	e.scans++
	e.stop, e.seeking, e.tree = cancel, nil, persist.NewTree()
	e.state.BeginScan()
	work := scanning{e: e, number: e.scans, system: e.system, madeUp: e.state.MadeUp, request: e.request(), tree: e.tree, ask: e.state.Ask()}
	inBackground(ctx, e.w, work.run, func(sum persist.Summary, err error) {
		stopped := ctx.Err() != nil
		cancel()
		if work.number != e.scans {
			return
		}
		e.stop = nil
		e.state.EndScan(sum, stopped, textOf(err))
		if err == nil || stopped {
			e.look()
		}
		e.load()
		e.refresh()
	})
	e.refresh()
}

// request is what a scan is asked for.
func (e *explorer) request() engine.ScanRequest {
	return engine.ScanRequest{Orphans: true, Noise: true, Kept: e.state.Shows(session.MarkKept)}
}

// scanning is one scan as its goroutine knows it.
type scanning struct {
	e       *explorer
	number  int
	system  system // nil: it has to be opened first
	madeUp  bool
	request engine.ScanRequest
	tree    *persist.Tree
	ask     session.Ask // of the page when it began
	shown   bool        // the first parcel is on its way to the page
}

func (s *scanning) run(ctx context.Context) (persist.Summary, error) {
	if s.system == nil {
		opened, err := s.e.w.engine.Explore(ctx, s.madeUp)
		if err != nil {
			return persist.Summary{}, err
		}
		s.system = opened
		s.e.opened.Store(&opened)
		s.e.w.bridge.call(func() { s.e.use(opened) })
	}
	return s.system.Scan(ctx, s.request, s.found, s.progress)
}

// found adds to the tree. The first rows take the shortest way to the page.
func (s *scanning) found(parcel []persist.Finding) {
	s.tree.Add(parcel)
	if s.shown {
		s.e.touch()
		return
	}
	s.shown = true
	first := session.Load(s.e.w.life, s.tree, s.ask)
	s.e.w.bridge.call(func() {
		if s.number == s.e.scans && s.e.state.Count() == 0 {
			s.e.state.Take(first)
			s.e.refresh()
		}
		s.e.touch()
	})
}

func (s *scanning) progress(p persist.Progress) {
	s.e.w.bridge.call(func() {
		if s.number == s.e.scans && s.e.state.Phase == session.ExploreScanning {
			s.e.state.Progress = p
			s.e.refresh()
		}
	})
}

// use takes a system that was opened.
func (e *explorer) use(s system) { e.system, e.state.AsRoot = s, s.AsRoot() }

func textOf(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}

func (e *explorer) stopScan() {
	if e.stop != nil {
		e.stop()
	}
	if e.seeking != nil {
		e.seeking()
	}
}

// touch says that the tree has grown, from any goroutine. Many of it are one.
func (e *explorer) touch() {
	if e.touched.CompareAndSwap(false, true) {
		e.w.bridge.call(e.grown)
	}
}

// grown loads what has grown: at once the first time, and later so seldom that it does not slow the scan.
func (e *explorer) grown() {
	wait := max(calmly, 3*e.took)
	if e.state.Count() == 0 {
		wait = 0
	}
	if e.planned || e.loading != nil {
		e.again = true
		e.touched.Store(false)
		return
	}
	e.planned = true
	time.AfterFunc(wait, func() {
		e.w.bridge.call(func() {
			e.planned = false
			e.touched.Store(false)
			e.load()
		})
	})
}

// load reads the rows that the page asks for now. One that is under way is given up where something else is asked for meanwhile.
func (e *explorer) load() {
	if e.tree == nil {
		e.refresh()
		return
	}
	if e.loading != nil {
		e.again = true
		e.loading()
		return
	}
	ctx, cancel := context.WithCancel(e.w.life)
	e.loading, e.again = cancel, false
	tree, ask, began := e.tree, e.state.Ask(), time.Now()
	inBackground(ctx, e.w, func(ctx context.Context) (session.Loaded, error) {
		l := session.Load(ctx, tree, ask)
		return l, ctx.Err()
	}, func(l session.Loaded, err error) {
		cancel()
		e.loading, e.took = nil, time.Since(began)
		fits := err == nil && tree == e.tree && e.state.Take(l)
		if err == nil {
			e.refresh()
		}
		switch {
		case e.w.life.Err() != nil:
		case !fits:
			e.load()
		case e.again:
			e.again = false
			e.touch()
		}
	})
	e.refresh()
}

// found is what waits for a rebuild, and what was forgotten.
type found struct {
	waiting   []keep.Pending
	forgotten []keep.Forgotten
}

// look reads what waits and what was forgotten. Who may not read that is not told of it: the scan says what cannot be read.
func (e *explorer) look() {
	s := e.system
	if s == nil { // it was stopped before it was open
		return
	}
	inBackground(e.w.life, e.w, func(ctx context.Context) (f found, err error) {
		if f.waiting, err = s.Waiting(ctx, nil); err != nil {
			return f, err
		}
		f.forgotten, err = s.Forgotten(ctx)
		return f, err
	}, func(f found, _ error) {
		e.state.Waiting, e.state.Rebuild, e.state.Forgotten = f.waiting, s.Rebuild(), f.forgotten
		e.refresh()
	})
}

// escape puts aside what is asked, or ends a search; it tells whether there was anything.
func (e *explorer) escape() bool {
	switch {
	case e.state.Act.Busy():
		e.acts().Abort()
	case e.state.Act.Kind != session.ActNone:
		e.dismiss()
	case e.state.Text != "":
		e.state.Search("")
		e.w.focus(e.w.current().First())
		e.load()
	default:
		return false
	}
	return true
}

// close lets go of the system.
func (e *explorer) close() {
	if s := e.opened.Swap(nil); s != nil {
		e.w.background.Go(func() { _ = (*s).Close() })
	}
}
