package main

import (
	"crypto/rand"
	"slices"

	"lethe/app/session"
)

// try rehearses at once, with what was chosen so far and usual values for the rest. The passphrase is random and nobody's, so the
// wishes of before come back afterwards.
func (w *window) try() {
	draft := w.state.Draft
	draft.Wishes.Users = slices.Clone(draft.Wishes.Users)
	draft.Accounts = slices.Clone(draft.Accounts)
	w.quick, w.work.Quick = &draft, true
	w.current().Leave()
	w.state.SetRehearsal(true)
	w.state.Draft.Wishes.Users = slices.Clone(draft.Wishes.Users)
	if users := w.state.Draft.Wishes.Users; len(users) > 0 && users[0].Name == "" {
		users[0].Name = "ada"
	}
	w.state.Set(session.ChoiceEncryption, true)
	w.acts.Keep(session.PassphraseID, []byte(rand.Text()))
	w.state.Draft.Passphrase = session.Typed{First: true, Second: true, Same: true, Score: 4, Accepted: true} // nobody will type it
	for w.state.Page != session.PageReview && w.state.Next() {
		continue
	}
	w.turn() // to where something is in the way, or to the review, which makes the plan
}

// rehearseAgain begins a rehearsal that failed or was cancelled once more: on a new disk, with what was chosen for it.
func (w *window) rehearseAgain() {
	if w.quick != nil { // its passphrase was nobody's, so it gets another one
		w.retry()
		w.try()
		return
	}
	w.retry()
	w.again = w.state.Page == session.PageReview
}

// goOn begins a rehearsal by one click, or once more, as soon as its plan is there.
func (w *window) goOn() {
	again := w.again
	w.again = false
	if (w.quick != nil || again) && w.state.Page == session.PageReview && w.state.CanNext() {
		w.begin()
	}
}
