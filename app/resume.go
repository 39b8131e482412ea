package main

import (
	"context"
	"time"

	"fyne.io/fyne/v2/lang"

	"lethe/app/control"
	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// settle asks about an installation that another process is at, or that can be continued, and tells whether there is one. otherwise
// is called where the user wants to begin anew.
func (w *window) settle(otherwise func()) bool {
	if running, ok := w.state.Running(); ok {
		w.offerToWatch(running)
		return true
	}
	if unfinished, ok := w.state.Unfinished(); ok {
		w.offerToContinue(unfinished, "", otherwise)
		return true
	}
	return false
}

// resume reads anew how far the installation came, and goes on with it.
func (w *window) resume() {
	w.dropHost()
	w.connect(func() {
		if !w.settle(w.retry) {
			w.shell.tell(lang.L("There is nothing to continue on this machine any more. Begin again instead."))
		}
	})
}

// offerToContinue asks whether to go on with an unfinished installation. Its passphrase is nowhere: it is asked for again.
func (w *window) offerToContinue(u engine.Unfinished, wrong string, otherwise func()) {
	text := lang.L("An installation to {{.Disk}} was not finished.", map[string]string{"Disk": u.Title})
	if u.Step != "" {
		text = lang.L("The installation to {{.Disk}} stopped in the step “{{.Step}}”.", map[string]string{"Disk": u.Title, "Step": page.Engine(u.Step)})
	}
	q := question{
		title: lang.L("Continue the installation?"),
		text:  text + " " + lang.L("It can go on from there: nothing is erased or formatted again."),
		yes:   lang.L("Continue"), no: lang.L("Begin anew instead"), otherwise: otherwise,
	}
	if wrong != "" {
		q.text = wrong
	}
	if !u.Encrypted {
		q.then = func() { w.recall(u, nil, otherwise) }
		w.shell.ask(q)
		return
	}
	entry := control.NewEntry(lang.L("Passphrase of the disk"), func(string) {})
	entry.Password = true
	q.extra, q.focus = entry, entry
	take := func() []byte {
		typed := []byte(entry.Text)
		entry.Write("")
		return typed
	}
	q.then = func() { w.recall(u, take(), otherwise) }
	q.otherwise = func() {
		clear(take())
		otherwise()
	}
	w.shell.ask(q)
}

// recall reads the plan of an unfinished installation from where it lies, and runs the rest of it.
func (w *window) recall(u engine.Unfinished, passphrase []byte, otherwise func()) {
	h := w.host
	if h == nil {
		return
	}
	secrets := secret.NewStore()
	if passphrase != nil {
		secrets.Put(session.PassphraseID, secret.New(passphrase))
	}
	ctx, cancel := context.WithCancel(w.life)
	w.shell.wait(lang.L("The unfinished installation is being read."), cancel)
	inBackground(ctx, w, func(ctx context.Context) (plan.Plan, error) { return h.Recall(ctx, u.Disk, secrets) }, func(p plan.Plan, err error) {
		given := ctx.Err() != nil
		cancel()
		w.shell.waited()
		switch {
		case err == nil && !given && w.state.Continue(p):
			delete(w.pages, session.PageInstall)
			w.run(secrets)
			return
		case err != nil && !given:
			w.offerToContinue(u, page.Engine(err.Error()), otherwise)
		}
		secrets.Wipe()
	})
}

// offerToWatch tells that another process installs.
func (w *window) offerToWatch(running engine.Running) {
	w.shell.ask(question{
		title: lang.L("An installation is under way"),
		text: lang.L("{{.Title}} (process {{.Process}}, since {{.Since}}). Only one can run on a machine at a time.", map[string]any{
			"Title": page.Engine(running.Title), "Process": running.PID, "Since": running.Since.Local().Format(time.TimeOnly),
		}),
		yes: lang.L("Show it"), no: lang.L("Back"), then: func() { w.watch(running) },
	})
}

// watch shows what the other process does. To stop means to ask it.
func (w *window) watch(running engine.Running) {
	h := w.host
	if h == nil || !w.state.Watch(running) {
		return
	}
	delete(w.pages, session.PageInstall)
	ctx, stop := context.WithCancelCause(w.life)
	w.stop = func(error) {
		w.background.Go(func() {
			if err := h.Stop(w.life); err != nil {
				w.bridge.call(func() { w.shell.tell(page.Engine(err.Error())) })
			}
		})
	}
	inBackground(ctx, w, func(ctx context.Context) (left, error) { return left{}, h.Watch(ctx, w.bridge) }, func(l left, err error) {
		stop(nil)
		w.ended(l, err)
	})
	w.turn()
}
