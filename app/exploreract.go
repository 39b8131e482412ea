package main

import (
	"context"

	"fyne.io/fyne/v2/lang"

	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine/persist/keep"
)

// asRoot looks again, with root's permission.
func (e *explorer) asRoot() { e.withRoot(e.scan) }

// withRoot does something once the system is root's to look at, which may ask for a password.
func (e *explorer) withRoot(then func()) {
	w := e.w
	switch {
	case e.system == nil:
		return
	case e.system.AsRoot():
		then()
		return
	}
	e.stopScan()
	ctx, cancel := context.WithCancel(w.life)
	w.shell.wait(lang.L("Root's permission is needed to look at everything and to keep it. You may be asked for a password."), cancel)
	rebuild := e.system.Rebuild()
	inBackground(ctx, w, func(ctx context.Context) (host, error) { return w.engine.Connect(ctx) }, func(h host, err error) {
		given := ctx.Err() != nil
		cancel()
		w.shell.waited()
		switch {
		case given && h != nil:
			w.background.Go(func() { _ = hangUp(h) })
		case err != nil && !given:
			w.shell.tell(page.Engine(err.Error()))
		case err == nil && !given:
			var hosted system = &running{Explorer: h, host: h, rebuild: rebuild, root: true}
			e.opened.Store(&hosted) // the one in this process needs no closing
			e.use(hosted)
			then()
		}
	})
}

// plan begins an act: nothing is written before somebody has seen what it would do.
func (e *explorer) plan(kind session.ActKind, path string) {
	e.withRoot(func() { e.planAsRoot(kind, path) })
}

func (e *explorer) planAsRoot(kind session.ActKind, path string) {
	if !e.state.BeginAct(kind, path) {
		return
	}
	e.refresh()
	s := e.system
	ctx, cancel := context.WithCancel(e.w.life)
	e.abort = cancel
	mine := func() bool { return ctx.Err() == nil && e.state.Act.Kind == kind && e.state.Act.Path == path }
	switch kind {
	case session.ActKeep:
		inBackground(ctx, e.w, func(ctx context.Context) (keep.Plan, error) { return s.PlanKeep(ctx, []string{path}) }, func(p keep.Plan, err error) {
			if mine() {
				e.state.PlannedKeep(p, textOf(err))
				e.refresh()
			}
		})
	case session.ActForget:
		inBackground(ctx, e.w, func(ctx context.Context) (keep.ForgetPlan, error) { return s.PlanForget(ctx, []string{path}) }, func(p keep.ForgetPlan, err error) {
			if mine() {
				e.state.PlannedForget(p, textOf(err))
				e.refresh()
			}
		})
	}
}

// confirm does what was planned.
func (e *explorer) confirm() {
	if !e.state.Confirm() {
		return
	}
	e.stopScan() // one thing at a time
	s, act := e.system, e.state.Act
	ctx, cancel := context.WithCancel(e.w.life)
	e.abort = cancel
	progress := func(p keep.Progress) {
		e.w.bridge.call(func() {
			e.state.Progressed(p)
			e.refresh()
		})
	}
	switch act.Kind {
	case session.ActKeep, session.ActSync:
		inBackground(ctx, e.w, func(ctx context.Context) (keep.Result, error) {
			if act.Kind == session.ActSync {
				return s.Sync(ctx, nil, progress)
			}
			return s.Keep(ctx, act.KeepPlan, progress)
		}, func(r keep.Result, err error) {
			e.state.EndKeep(r, textOf(err))
			e.acted()
		})
	case session.ActForget:
		inBackground(ctx, e.w, func(ctx context.Context) (keep.ForgetResult, error) { return s.Forget(ctx, act.ForgetPlan) }, func(r keep.ForgetResult, err error) {
			e.state.EndForget(r, textOf(err))
			e.acted()
		})
	case session.ActDelete:
		inBackground(ctx, e.w, func(ctx context.Context) ([]keep.Forgotten, error) { return s.Delete(ctx, act.Path) }, func(list []keep.Forgotten, err error) {
			e.state.EndDelete(list, textOf(err))
			e.acted()
		})
	}
	e.refresh()
}

// acted looks anew at what an act has changed.
func (e *explorer) acted() {
	e.abort = nil
	e.look()
	e.scan()
}

// dismiss puts an act aside.
func (e *explorer) dismiss() {
	if e.abort != nil {
		e.abort()
		e.abort = nil
	}
	done := e.state.Act.State == session.ActDone
	if !e.state.Dismiss() {
		return
	}
	if done { // what was searched for is no longer there
		e.state.Search("")
		e.load()
	}
	e.refresh()
}
