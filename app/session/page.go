package session

import "slices"

// Page is one page of the window.
type Page string

// The pages, in order.
const (
	PageWelcome    Page = "welcome"    // language, keyboard, time zone; rehearsal
	PagePreflight  Page = "preflight"  // the machine
	PageDisk       Page = "disk"       // which disk, or how large a virtual one
	PageLayout     Page = "layout"     // the partition map
	PageEncryption Page = "encryption" // the passphrase
	PageAccount    Page = "account"    // host and users
	PageSystem     Page = "system"     // desktop, services, persistence
	PageReview     Page = "review"     // all of it, and the deliberate act
	PageInstall    Page = "install"    // the run
	PageDone       Page = "done"       // the verification report
)

// PageExplore shows what the next boot would forget. It is no step of an installation, so it is not among [Pages].
const PageExplore Page = "explore"

var pages = []Page{
	PageWelcome, PagePreflight, PageDisk, PageLayout, PageEncryption, PageAccount, PageSystem, PageReview, PageInstall, PageDone,
}

// Pages lists all pages in order.
func Pages() []Page { return slices.Clone(pages) }

// at is the place of a page, or -1.
func (p Page) at() int { return slices.Index(pages, p) }

// Show notes that the open page is before somebody's eyes: a rehearsal by one click passes pages that nobody has seen.
func (s *State) Show() {
	if s.shown == nil {
		s.shown = map[Page]bool{}
	}
	s.shown[s.Page] = true
}

// WasShown tells that a page was before somebody's eyes.
func (s *State) WasShown(p Page) bool { return s.shown[p] }

// Name is what the sidebar and the page itself call a page.
func (s *State) Name(p Page) Text {
	if p == PageInstall && s.Rehearsal {
		return say("Rehearsal")
	}
	return p.Title()
}

// Title is the page's name.
func (p Page) Title() Text {
	switch p {
	case PageWelcome:
		return say("Welcome")
	case PagePreflight:
		return say("Machine")
	case PageDisk:
		return say("Disk")
	case PageLayout:
		return say("Partitions")
	case PageEncryption:
		return say("Encryption")
	case PageAccount:
		return say("Computer and users")
	case PageSystem:
		return say("Desktop and storage")
	case PageReview:
		return say("Review")
	case PageInstall:
		return say("Installation")
	case PageDone:
		return say("Done")
	case PageExplore:
		return say("What the next boot would forget")
	}
	return Text{}
}
