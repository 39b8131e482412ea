// Package session is what the window is about, without the window: the page that is open, what the user has asked for so far, what is
// known of the machine, the plan, and the run. Pages show values from here and call methods here; nothing else decides anything.
//
// It guarantees that it never holds a secret, only whether one was typed and how strong it is; that what was typed survives going
// back and forth; that a real disk is planned for from confirmed facts only; and that a plan which no longer fits the wishes is no
// plan. It starts no goroutine, reads no file, knows no clock, and may be used from one goroutine only. Sentences are [Text]
// values, so that a page can translate them.
package session
