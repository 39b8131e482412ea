package main

import (
	"lethe/app/session"
	"lethe/engine/keyboard"
	"lethe/engine/secret"
)

// judgement is what a secret was judged by: it holds as long as all of it is the same.
type judgement struct {
	held   *secret.Secret
	keymap *keyboard.Map
}

// judge tells the session of every secret that is kept whether the console of the wished keymap has all of its characters. The keymap may be
// chosen after the secret was typed, and is read in the background.
func (w *window) judge() {
	keymap := w.keys.of(w.state.Draft.Wishes.WithDefaults().Locale.ConsoleKeymap)
	w.judgeOne(session.PassphraseID, keymap, &w.state.Draft.Passphrase)
	for i := range w.state.Draft.Accounts {
		a := &w.state.Draft.Accounts[i]
		w.judgeOne(a.ID, keymap, &a.Password)
	}
}

func (w *window) judgeOne(id string, keymap *keyboard.Map, typed *session.Typed) {
	held, ok := w.secrets.Get(id)
	if !ok || held == nil {
		delete(w.judged, id)
		return // its page judges what is being typed
	}
	now, before := judgement{held, keymap}, w.judged[id]
	if before == now {
		return
	}
	w.judged[id] = now
	if before.held == held && before.keymap != nil {
		typed.Accepted = false // of another keymap
	}
	typed.Missing = false
	if keymap != nil {
		w.withCharacters(id, func(characters []rune) { typed.Missing = keyboard.Lacks(*keymap, characters) })
	}
}

// movedIn is moved for a secret that is kept.
func (w *window) movedIn(keymap, id string) (moved []keyboard.Moved, known bool) {
	w.withCharacters(id, func(characters []rune) { moved, known = w.keys.moved(keymap, characters) })
	return moved, known
}

// withCharacters lends the characters of a kept secret, without their order, and clears them.
func (w *window) withCharacters(id string, use func(characters []rune)) {
	held, ok := w.secrets.Get(id)
	if !ok || held == nil {
		return
	}
	_ = held.Use(func(text []byte) error { // which fails only where there is nothing to judge any more
		characters := keyboard.Distinct(text)
		defer clear(characters)
		use(characters)
		return nil
	})
}
