package main

import (
	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine/secret"
)

// actions are what pages may ask for.
func (w *window) actions() *page.Acts {
	return &page.Acts{
		Changed: w.refresh, Next: w.next, Open: w.jump, Try: w.try, Look: w.look, Focus: w.focus,
		Keep:   func(id string, text []byte) { w.secrets.Put(id, secret.New(text)) },
		Forget: w.forget, Has: w.has, Moved: w.keys.moved, MovedIn: w.movedIn,
		Export: w.export, Cancel: w.askToCancel, Retry: w.retry, Again: w.rehearseAgain, Continue: w.resume, KeepWaiting: func() { w.state.Run.KeepWaiting(); w.refresh() }, SaveReport: w.saveReport,
		Copy:       func(text string) { w.app.Clipboard().SetContent(text) },
		OpenFolder: w.openFolder,
		KeepImage:  func(keep bool) { w.keepImage = keep },
		Restart:    w.restart, Reboot: w.reboot, Close: w.askToClose,
		OpenExplore: func() { w.openExplorer(false) }, Explore: w.explorer.acts(),
	}
}

// forget wipes a secret.
func (w *window) forget(id string) {
	if id != "" {
		w.secrets.Put(id, nil)
	}
}

// has tells that a secret was kept.
func (w *window) has(id string) bool {
	s, ok := w.secrets.Get(id)
	return ok && s != nil
}

// restart begins a new session with the same wishes, those of before a rehearsal by one click.
func (w *window) restart() {
	draft := w.state.Draft
	if w.quick != nil {
		draft = *w.quick
	}
	w.quick = nil
	w.dropStage()
	old := w.state
	w.state = session.New(session.Options{Seed: w.seed(), Rehearse: w.rehearse, Checks: old.Checks, Shown: old.Shown, Before: &draft})
	w.secrets.Wipe() // the new session's ids are its own
	*w.work = page.Work{}
	w.pages = map[session.Page]page.Page{}
	w.turn()
}
