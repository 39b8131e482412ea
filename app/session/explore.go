package session

import (
	"maps"
	"path"
	"strings"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// ExplorePhase is how the scan stands.
type ExplorePhase string

// The phases of a scan. What was found until then is shown in all of them.
const (
	ExploreIdle     ExplorePhase = ""
	ExploreScanning ExplorePhase = "scanning"
	ExploreDone     ExplorePhase = "done"
	ExploreStopped  ExplorePhase = "stopped"
	ExploreFailed   ExplorePhase = "failed"
)

// Mark is what stands between an entry and the next boot, as a row wears it and the filter names it.
type Mark string

// The marks.
const (
	MarkLost    Mark = "lost"
	MarkDiffers Mark = "differs"
	MarkOrphan  Mark = "orphan"
	MarkKept    Mark = "kept"
	MarkNoise   Mark = "noise"
	MarkPending Mark = "pending" // copied, and not shown by the system before it is rebuilt; no filter
)

// Marks lists the marks that the filter has.
func Marks() []Mark { return []Mark{MarkLost, MarkDiffers, MarkOrphan, MarkKept, MarkNoise} }

// SumOf gives the sum that a mark is about.
func SumOf(s persist.Sums, m Mark) persist.Tally {
	switch m {
	case MarkLost:
		return s.Missing
	case MarkDiffers:
		return s.Differs
	case MarkOrphan:
		return s.Orphans
	case MarkKept:
		return s.Kept
	case MarkNoise:
		return s.Noise
	}
	return persist.Tally{}
}

// Explore is the page that shows what the next boot would forget. It knows the open folders and a thousand rows of each, however
// many entries there are; [Load] reads the rest from a persist.Tree when it is asked for.
type Explore struct {
	// MadeUp tells that all of it is a made-up system for rehearsing; AsRoot that root's eyes were used.
	MadeUp, AsRoot bool
	// KeepsRoot tells that no boot empties the root of this machine: there is nothing to look at before a made-up system is asked for.
	KeepsRoot bool
	Phase     ExplorePhase
	Progress  persist.Progress
	// Summary is that of the last scan that ended, and Error why one failed.
	Summary persist.Summary
	Error   string
	// Text is what paths or owners have to contain.
	Text string
	// ByOwner lists what is lost by whom it belongs to, and not by folder.
	ByOwner bool
	// Waiting are copies that the system does not show yet; Forgotten is what was moved away and not deleted.
	Waiting   []keep.Pending
	Forgotten []keep.Forgotten
	// Rebuild is the command that makes the system keep what waits.
	Rebuild string
	// Act is what is being done to an entry.
	Act Act
	// Cursor is the key of the row that is chosen, "" for none.
	Cursor string
	// Says puts a text into the window's language, so that a search finds owners by what they are called there. It is called from any
	// goroutine; nil leaves them in English.
	Says func(Text) string
	// Seeking tells that a scan looks for entries that were counted and not kept apart.
	Seeking bool

	marks  map[Mark]bool
	open   map[string]bool
	shut   map[string]bool // folders that a search opened and somebody closed
	limits map[string]int
	loaded Loaded
	sought Ask                      // the search for which everything was looked at
	names  map[string]persist.Owner // by the path worth keeping
	rows   []rowAt
	at     map[string]int // rows by path
}

// firstRows is how many rows of a folder are shown at first, and how many come with each step.
const firstRows = 1000

// NewExplore begins with everything that would be lost, and with orphans.
func NewExplore(madeUp bool) *Explore {
	return &Explore{
		MadeUp: madeUp, marks: map[Mark]bool{MarkLost: true, MarkDiffers: true, MarkOrphan: true},
		open: map[string]bool{}, shut: map[string]bool{}, limits: map[string]int{}, names: map[string]persist.Owner{}, at: map[string]int{},
	}
}

// Shows tells whether a mark is shown.
func (e *Explore) Shows(m Mark) bool { return e.marks[m] }

// Show switches a mark on or off. It tells whether a new scan is needed, since what is kept is not looked for unless it is shown.
func (e *Explore) Show(m Mark, on bool) (scan bool) {
	if e.marks[m] == on {
		return false
	}
	e.marks[m] = on
	e.flatten()
	return m == MarkKept && on && e.loaded.Total.Kept.Count == 0
}

// Total are the sums over everything found so far.
func (e *Explore) Total() persist.Sums { return e.loaded.Total }

// Largest is what takes up most of the ephemeral root.
func (e *Explore) Largest() []Part { return e.loaded.Largest }

// Search shows only what has every word of a text in its path, or belongs to an owner with them.
func (e *Explore) Search(text string) {
	e.Text = text
	e.shut = map[string]bool{}
	e.flatten()
}

// SetByOwner lists by owner or by folder.
func (e *Explore) SetByOwner(on bool) {
	e.ByOwner = on
	e.flatten()
}

// BeginScan forgets what an earlier scan found, but not what is open.
func (e *Explore) BeginScan() {
	e.Phase, e.Progress, e.Error = ExploreScanning, persist.Progress{}, ""
	e.Seeking, e.sought = false, Ask{}
}

// EndScan takes what a scan came to; stopped tells that somebody cancelled it.
func (e *Explore) EndScan(s persist.Summary, stopped bool, err string) {
	e.Summary, e.Phase = s, ExploreDone
	switch {
	case stopped:
		e.Phase = ExploreStopped
	case err != "":
		e.Phase, e.Error = ExploreFailed, err
	}
}

// Ask is what [Load] has to read for the page as it is now.
func (e *Explore) Ask() Ask {
	ask := Ask{Marks: maps.Clone(e.marks), Text: e.Text, ByOwner: e.ByOwner, says: e.Says, Folders: map[string]int{rootOf(e.ByOwner): e.limit(rootOf(e.ByOwner))}}
	for folder := range e.open {
		ask.Folders[folder] = e.limit(folder)
	}
	return ask
}

// rootOf is the key of the rows that stand in no folder.
func rootOf(byOwner bool) string {
	if byOwner {
		return ""
	}
	return "/"
}

func (e *Explore) limit(folder string) int { return max(e.limits[folder], firstRows) }

// Take shows what was loaded. It tells whether it is what the page asks for now.
func (e *Explore) Take(l Loaded) (fits bool) {
	e.loaded = l
	e.names = map[string]persist.Owner{}
	for _, o := range l.Owners {
		e.names[o.Owner.Suggest] = o.Owner
	}
	e.flatten()
	return l.ask.equal(e.Ask())
}

// Toggle opens or closes a folder, and tells whether its rows have to be loaded.
func (e *Explore) Toggle(folder string) (load bool) {
	if e.isOpen(folder) {
		e.close(folder)
		return false
	}
	return e.Open(folder)
}

// Open opens a folder, and tells whether its rows have to be loaded.
func (e *Explore) Open(folder string) (load bool) {
	delete(e.shut, folder)
	e.open[folder] = true
	_, there := e.branch(folder)
	e.flatten()
	return !there
}

func (e *Explore) close(folder string) {
	delete(e.open, folder)
	if e.forced(folder) {
		e.shut[folder] = true
	}
	e.flatten()
}

func (e *Explore) isOpen(folder string) bool {
	return e.open[folder] || e.forced(folder) && !e.shut[folder]
}

// forced tells that a search opened a folder.
func (e *Explore) forced(folder string) bool {
	_, found := e.loaded.found[folder]
	return found && e.searching()
}

func (e *Explore) searching() bool { return e.Text != "" && !e.ByOwner && e.loaded.ask.Text == e.Text }

// More shows more rows of a folder; they have to be loaded.
func (e *Explore) More(folder string) { e.limits[folder] = 4 * e.limit(folder) }

// Reveal opens all folders above a path and puts the cursor on it; rows have to be loaded.
func (e *Explore) Reveal(name string) {
	e.Text, e.ByOwner, e.Cursor = "", false, name
	for folder := path.Dir(name); folder != "/" && folder != "."; folder = path.Dir(folder) {
		e.open[folder] = true
	}
	e.flatten()
}

// OwnerOf gives whose a path is, where that is known: the owner of the entry, or of the nearest folder above it.
func (e *Explore) OwnerOf(name string) (persist.Owner, bool) {
	if i, ok := e.at[name]; ok && e.rows[i].row != nil {
		if owner := e.rows[i].row.Finding.Owner; owner.Name != "" {
			return owner, true
		}
	}
	for at := name; len(at) > 1; at = at[:max(strings.LastIndexByte(at, '/'), 0)] {
		if owner, ok := e.names[at]; ok {
			return owner, true
		}
	}
	return persist.Owner{}, false
}

// Pending gives the copy that waits for a rebuild and has a path in it.
func (e *Explore) Pending(name string) (keep.Pending, bool) {
	return keep.WaitsIn(e.Waiting, name)
}
