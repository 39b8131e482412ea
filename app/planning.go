package main

import (
	"context"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/plan"
)

// planned is a plan, and in a rehearsal the virtual disk that it is for.
type planned struct {
	plan  plan.Plan
	stage stage
}

// plan makes the plan where there is none that fits.
func (w *window) plan() {
	if w.state.Fresh() && (!w.state.Rehearsal || w.stage != nil) {
		return
	}
	if w.planning != nil {
		w.planning()
	}
	ctx, cancel := context.WithCancel(w.life)
	w.planning = cancel
	w.work.Planning, w.work.PlanError, w.work.Exported, w.work.ExportError = true, "", "", ""
	old := w.stage
	w.stage, w.work.Image, w.work.Repo = nil, "", ""
	w.refresh()
	inBackground(ctx, w, w.planner(old), func(p planned, err error) {
		if ctx.Err() != nil { // another one is being made, or the window is closed
			w.dispose(p.stage)
			return
		}
		cancel()
		w.planning, w.work.Planning = nil, false
		if err != nil {
			w.work.PlanError = err.Error()
		} else {
			w.take(p)
		}
		w.refresh()
		if w.state.Page == session.PageReview && w.win.Canvas().Focused() == nil {
			w.beginPage(w.current().First()) // which could not be seen without the plan
		}
		w.goOn()
	})
}

// planner is the work of making a plan for the session as it is now.
func (w *window) planner(old stage) func(context.Context) (planned, error) {
	request, rehearsal := w.state.Request(), w.state.Rehearsal
	size, sector := w.state.Draft.Image, w.state.Draft.Sector
	disk, _ := w.state.Target()
	root := w.root
	return func(ctx context.Context) (planned, error) {
		if request.Wishes.Repo.Source == "" {
			request.Medium, _ = engine.ReadMediumLock(root) // one that cannot be read is no worse than none
		}
		if old != nil {
			if err := old.Remove(); err != nil {
				return planned{}, err
			}
		}
		if rehearsal {
			s, err := w.engine.Prepare(ctx, engine.Rehearsal{Size: size, Sector: sector, Request: request})
			if err != nil {
				return planned{}, err
			}
			return planned{s.Plan(), s}, nil
		}
		request.LockInputs = request.Wishes.Repo.Source == "" && !request.Locked()
		p, err := w.engine.Plan(ctx, disk, request)
		return planned{plan: p}, err
	}
}

// take shows a plan.
func (w *window) take(p planned) {
	w.stage = p.stage
	if p.stage != nil {
		w.work.Image, w.work.Repo = p.plan.Target.Path, p.stage.Repo()
	}
	w.state.SetPlan(p.plan)
	if w.state.Page == session.PageReview && !w.state.Fresh() { // the wishes were changed meanwhile
		w.plan()
		return
	}
	w.prepare()
}

// prepare lets the root side derive the key while the review is read, so that nobody waits for it.
func (w *window) prepare() {
	if w.state.Rehearsal || w.host == nil || w.state.Plan == nil || w.state.Plan.Layout.LUKS == nil {
		return
	}
	secrets, err := w.gather()
	if err != nil {
		return // what is missing is asked for elsewhere
	}
	h, p, before, ready := w.host, *w.state.Plan, w.ahead, make(chan struct{})
	w.ahead = ready
	w.background.Go(func() {
		defer close(ready)
		defer secrets.Wipe()
		if before != nil {
			<-before
		}
		_ = h.Prepare(w.life, p, secrets) // the installation does without it
	})
}

// dropStage removes the virtual disk, unless it is to be kept.
func (w *window) dropStage() {
	s := w.stage
	w.stage = nil
	if !w.keepImage {
		w.dispose(s)
	}
	w.keepImage = false
}

// dispose removes a virtual disk in the background.
func (w *window) dispose(s stage) {
	if s != nil {
		w.background.Go(func() { _ = s.Remove() })
	}
}
