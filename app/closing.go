package main

import (
	"context"

	"fyne.io/fyne/v2/lang"

	"lethe/app/session"
)

// running tells that a run is under way.
func (w *window) running() bool { return w.stop != nil }

// askToCancel stops the run, if that is really wanted.
func (w *window) askToCancel() {
	if !w.running() || w.state.Run.Stopping {
		return
	}
	w.shell.ask(question{
		title: w.ofRun(lang.L("Cancel the installation?"), lang.L("Cancel the rehearsal?")), text: w.consequence(),
		yes: w.ofRun(lang.L("Cancel the installation"), lang.L("Cancel the rehearsal")), no: w.goesOn(), grave: true, ofRun: true,
		then: w.cancel,
	})
}

// ofRun chooses the words for what runs.
func (w *window) ofRun(installation, rehearsal string) string {
	if w.state.Rehearsal {
		return rehearsal
	}
	return installation
}

// goesOn is the answer that changes nothing.
func (w *window) goesOn() string {
	return w.ofRun(lang.L("Go on installing"), lang.L("Go on rehearsing"))
}

// consequence says what a cancel leaves.
func (w *window) consequence() string {
	switch {
	case w.state.Watching:
		return lang.L("The other program is asked to stop at its next safe point. It says itself what that leaves of the disk.")
	case w.state.Rehearsal:
		return lang.L("The virtual disk is left unfinished. Nothing else is touched, and you can begin again.")
	case w.erased():
		return lang.L("What was on the disk is gone already. If you stop now, the disk is unfinished and does not start; you can begin again.")
	}
	return lang.L("Nothing has been written to the disk yet. If you stop now, it stays as it is.")
}

// erased tells that a step which erases has begun.
func (w *window) erased() bool {
	if w.state.Plan == nil {
		return false
	}
	for _, s := range w.state.Run.Steps {
		if planned, ok := w.state.Plan.Find(s.ID); ok && planned.Erases && s.State != session.StepWaiting {
			return true
		}
	}
	return false
}

// cancel stops the run at its next safe point.
func (w *window) cancel() {
	if !w.running() {
		return
	}
	w.state.Run.Stopping = true
	w.stop(context.Canceled)
	w.refresh()
}

// askToClose closes the window, at once where nothing runs.
func (w *window) askToClose() {
	if !w.running() || w.state.Watching {
		w.close()
		return
	}
	w.shell.ask(question{
		title: lang.L("Close the window?"), text: w.consequence() + "\n" + lang.L("The window closes when the engine has reached a safe point."),
		yes: lang.L("Stop and close"), no: w.goesOn(), grave: true, ofRun: true,
		then: func() {
			w.leaving = true
			w.cancel()
			if !w.running() {
				w.close()
			}
		},
	})
}

// close ends the program, unless it is ending already. What runs is not asked about any more.
func (w *window) close() {
	if w.life.Err() != nil {
		return
	}
	w.leaving = true
	w.win.Hide() // to let go of everything may take a while
	w.quit()
}

// finish lets go of what the window holds: secrets, the virtual disk, the root side, and what is under way. It is the last thing that is done on Fyne's
// goroutine; nothing is dispatched to that any more.
func (w *window) finish() {
	w.end()
	w.secrets.Wipe()
	handed := w.endRun()
	for {
		w.background.Wait()
		if !handed {
			w.runs.Wait()
		}
		if !w.bridge.rest() { // what was done last may have to be undone
			break
		}
	}
	w.secrets.Wipe()
	w.dropStage()
	w.explorer.close()
	w.dropHost()
	w.background.Wait()
}

// endRun has a rehearsal stop at its next safe point, and leaves an installation to the root side: that cancels it, or finishes it by itself where it
// has come that far. It tells whether the run goes on without the window.
func (w *window) endRun() (handed bool) {
	switch {
	case !w.running() || w.state.Watching:
		return false
	case w.state.Rehearsal || w.host == nil:
		w.stop(context.Canceled)
		return false
	}
	handed = hangUp(w.host) != nil
	w.host = nil
	if handed {
		w.given.Wipe()
	}
	return handed
}
