package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/secret"
)

// begin runs the plan.
func (w *window) begin() {
	secrets, err := w.gather()
	if err != nil {
		w.shell.tell(page.Engine(err.Error()))
		return
	}
	if !w.state.Begin() || !w.state.Next() {
		secrets.Wipe()
		return
	}
	w.run(secrets)
}

// run runs the session's plan, and wipes the secrets at its end.
func (w *window) run(secrets *secret.Store) {
	w.work.Saved, w.work.SaveError = "", ""
	ctx, stop := context.WithCancelCause(context.Background()) // a run ends by itself or because somebody says so, not with the window
	w.stop, w.given = stop, secrets
	w.awake(!w.state.Rehearsal)
	made, rehearsal, host, ahead := *w.state.Plan, w.stage, w.host, w.ahead
	w.runs.Go(inTwo(ctx, w, func(ctx context.Context) (left, error) {
		defer secrets.Wipe()
		if rehearsal != nil {
			result, err := rehearsal.Run(ctx, secrets, w.bridge)
			return left{string(result.State), result.State.Sentence()}, err
		}
		if ahead != nil {
			<-ahead // one thing at a time
		}
		if err := host.Accept(ctx, made); err != nil { // the disk may have changed since it was read
			nothing := engine.Result{State: "untouched"}
			return left{string(nothing.State), nothing.State.Sentence()}, err
		}
		result, err := host.Install(ctx, made, secrets, w.bridge)
		return left{string(result.State), result.State.Sentence()}, err
	}, w.ended))
	w.turn()
}

// gather puts copies of the secrets that the plan needs under the plan's own names.
func (w *window) gather() (*secret.Store, error) {
	store := secret.NewStore()
	for _, need := range w.state.Secrets() {
		kept, ok := w.secrets.Get(need.ID)
		if !ok || kept == nil {
			store.Wipe()
			return nil, fmt.Errorf("cannot begin: the %s was not given; go back and type it", need.Plan)
		}
		if err := kept.Use(func(text []byte) error { store.Put(need.Plan, secret.New(bytes.Clone(text))); return nil }); err != nil {
			store.Wipe()
			return nil, fmt.Errorf("cannot begin: %w", err)
		}
	}
	return store, nil
}

// left is what a run leaves of the disk: its state, and the same in a sentence.
type left struct{ state, sentence string }

// ended is called after the last event of a run.
func (w *window) ended(disk left, err error) {
	w.stop, w.given = nil, nil
	w.awake(false)
	w.shell.runEnded()
	if run := &w.state.Run; err != nil && !run.Ended() {
		if run.Stopping && errors.Is(err, context.Canceled) {
			run.Cancel(disk.state, disk.sentence)
		}
		run.Fail(w.secrets.Redact(err.Error()), disk.state, disk.sentence)
	}
	watched := w.state.Watching
	switch {
	case w.leaving:
		w.close()
	default:
		if w.state.Run.Outcome == session.OutcomeDone && !watched {
			w.state.Next()
		}
		w.turn()
	}
}

// retry goes back to where a run that failed or was cancelled can be begun again.
func (w *window) retry() {
	if w.quick != nil { // the passphrase was nobody's
		w.restart()
		return
	}
	if !w.state.Retry(w.seed()) {
		return
	}
	if !w.state.Rehearsal {
		w.dropHost() // another one reads the disks anew
	}
	delete(w.pages, session.PageInstall)
	delete(w.pages, session.PageReview)
	w.turn()
}
