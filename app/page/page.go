package page

import (
	"time"

	"fyne.io/fyne/v2"

	"lethe/app/session"
	"lethe/engine/flake/locale"
	"lethe/engine/keyboard"
)

// Page is one page of the window.
type Page interface {
	// Content is what is shown between the heading and the buttons.
	Content() fyne.CanvasObject
	// Sentence says under the heading what the page is for.
	Sentence() string
	// Refresh shows the session as it is now.
	Refresh()
	// Reveal shows also the problems of fields that nobody has touched yet, and gives the first field that stops Next; nil where
	// there is none to go to.
	Reveal() fyne.Focusable
	// First takes the focus when the page is opened; it may be nil.
	First() fyne.Focusable
	// Leave is called before another page is opened.
	Leave()
}

// Acts is what pages ask of the main program. None of them may be nil.
type Acts struct {
	// Changed is called after every change of the draft.
	Changed func()
	// Try runs a whole rehearsal at once, with what was chosen so far and usual values for the rest.
	Try func()
	// Next does what the button Next does, and Open opens a page that was open before.
	Next func()
	Open func(p session.Page)
	// Keep takes a secret over by its id in the session, and clears text.
	Keep func(id string, text []byte)
	// Forget wipes a secret.
	Forget func(id string)
	// Has tells that a secret was kept.
	Has func(id string) bool
	// Moved tells which characters lie on other keys under a console keymap than in this session; known is false where nobody can
	// tell, or not yet; what that keymap does not have at all may be known even then.
	Moved func(keymap string, characters []rune) (moved []keyboard.Moved, known bool)
	// MovedIn is Moved for a secret that was kept.
	MovedIn func(keymap, id string) (moved []keyboard.Moved, known bool)
	// Focus gives something the focus, once it can be seen; nil is nothing.
	Focus func(f fyne.Focusable)
	// Look reads the disks anew.
	Look func()
	// Export writes the configuration to a folder or an archive, which the user names.
	Export func(archive bool)
	// Cancel stops the run, after a question that says what that means.
	Cancel func()
	// Again begins a rehearsal that failed or was cancelled once more, with the same choices.
	Again func()
	// Retry leads back to where a run that failed can be tried again.
	Retry func()
	// Continue goes on with an installation that stopped in or after nixos-install, and KeepWaiting with a program that is silent.
	Continue, KeepWaiting func()
	// SaveReport writes a report of the run to a file, which the user names.
	SaveReport func()
	// Copy puts a text on the clipboard.
	Copy func(text string)
	// OpenFolder shows a folder in the desktop's file manager.
	OpenFolder func(path string)
	// KeepImage tells whether the virtual disk stays when the window is closed.
	KeepImage func(keep bool)
	// Restart begins a new session with the same wishes.
	Restart func()
	// Reboot starts the machine again.
	Reboot func()
	// Close closes the window.
	Close func()
	// Explore is what the page that shows what would be lost asks for; it may be empty on other pages.
	Explore ExploreActs
	// OpenExplore opens that page.
	OpenExplore func()
}

// ExploreActs is what the explorer asks of the main program.
type ExploreActs struct {
	// Scan begins anew, and Stop ends a scan; what was found until then stays.
	Scan, Stop func()
	// Load reads the rows that the page asks for now, and shows them.
	Load func()
	// Keep and Forget plan an act for a path; Sync and Delete ask for one that needs no plan. Delete takes a date.
	Keep, Forget, Delete func(path string)
	Sync                 func()
	// Confirm does what was planned, Abort stops it, and Dismiss puts it aside.
	Confirm, Abort, Dismiss func()
	// AsRoot scans with root's permission.
	AsRoot func()
	// Seek lists the entries of a folder that were counted and not listed, or "" those that the search is about.
	Seek func(folder string)
	// MakeUp looks at a made-up system in place of this one.
	MakeUp func()
}

// Room is what every page gets.
type Room struct {
	State *session.State
	Acts  *Acts
	// Explore is what is known of what the next boot would forget; nil where that page is not opened.
	Explore *session.Explore
	// Work is what the main program is at.
	Work *Work
	// Lists is what can be chosen as language, time zone and keyboard; it is empty until it was read.
	Lists *locale.Lists
	// Do runs a function on Fyne's goroutine; Now is the clock of the events.
	Do  func(func())
	Now func() time.Time
}

// Work is what the main program is at in the background. It changes on Fyne's goroutine only.
type Work struct {
	// Planning tells that a plan is being made; PlanError says why there is none.
	Planning  bool
	PlanError string
	// Exported says where the configuration was written to last, and ExportError why it was not.
	Exported, ExportError string
	// Saved says where the report was written to, and SaveError why it was not.
	Saved, SaveError string
	// Image is where the virtual disk of the rehearsal lies, and Repo where its configuration does; empty where there is none.
	Image, Repo string
	// Quick tells that the rehearsal was started by one click, with a passphrase that nobody knows.
	Quick bool
	// Rebooting tells that the machine was asked to start again; RebootError says why it did not.
	Rebooting   bool
	RebootError string
	// FolderError says that a folder could not be shown, and where it is.
	FolderError string
}

// New makes the page of that name.
func New(name session.Page, room Room) Page {
	switch name {
	case session.PagePreflight:
		return newPreflight(room)
	case session.PageDisk:
		return newDisk(room)
	case session.PageLayout:
		return newLayout(room)
	case session.PageEncryption:
		return newEncryption(room)
	case session.PageAccount:
		return newAccount(room)
	case session.PageSystem:
		return newSystem(room)
	case session.PageReview:
		return newReview(room)
	case session.PageInstall:
		return newInstall(room)
	case session.PageDone:
		return newDone(room)
	case session.PageExplore:
		return newExplore(room)
	}
	return newWelcome(room)
}
