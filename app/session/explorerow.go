package session

import (
	"strings"
	"time"

	"lethe/engine/persist"
)

// rowAt is a row in its place. Without a row it stands for what of a folder is not listed.
type rowAt struct {
	row    *persist.Row
	depth  int
	folder string // that it is right in
	rest   Branch // for what is not listed
	search bool   // what is not listed is what a search could not see; with nothing of it, the search has found enough
}

// ExploreRow is one line of the tree.
type ExploreRow struct {
	// Key tells the row from all others. It is the path, but for a row that stands for what is not listed, whose path is its folder's.
	Key   string
	Path  string
	Name  string // the last part of the path
	Owner Text   // whose it is; by folder, empty where nobody knows
	// ByOwner tells that the row stands for an owner, whose path it is.
	ByOwner bool
	Depth   int
	// Folder tells that there is something in it, and Open that it is shown.
	Folder, Open bool
	Marks        []MarkSum // what is in it, in the order of [Marks]
	Bytes        int64     // on the disk or in memory, of the marks that are shown
	Count        int64     // entries, likewise
	// Share is the part of all that would be lost; where nothing of it would be, the part of all the rest that is shown.
	Share float64
	Lost  bool // Share is about what would be lost
	// Modified is zero for folders.
	Modified time.Time
	Noise    Text // why nobody misses it
	// Hidden are rows of Path, a folder, which come when one asks for more; Small are entries too small to be listed one by one.
	// A row that has one of them stands for nothing else.
	Hidden, Small int64
	// Unsearched tells that Small are entries of all folders, which a search has not looked at, and Full is how many matches a search is
	// content with, where there may be more.
	Unsearched bool
	Full       int64
}

// Rest tells that a row stands for what is not listed.
func (r ExploreRow) Rest() bool { return r.Hidden > 0 || r.Small > 0 || r.Full > 0 }

// MarkSum is a mark with what it is about.
type MarkSum struct {
	Mark Mark
	persist.Tally
}

// Count is the number of rows.
func (e *Explore) Count() int { return len(e.rows) }

// Index gives the row of a path or key, -1 where it is not shown.
func (e *Explore) Index(name string) int {
	if i, ok := e.at[name]; ok {
		return i
	}
	return -1
}

// flatten lists what is open, in order.
func (e *Explore) flatten() {
	e.rows = e.rows[:0]
	clear(e.at)
	if e.searching() {
		e.listUnsearched()
	}
	e.list(rootOf(e.ByOwner), 0)
}

// listUnsearched begins with what a search has not looked at, which nobody would see below many matches.
func (e *Explore) listUnsearched() {
	small := e.loaded.ask.count(e.loaded.dropped)
	switch {
	case e.loaded.full:
		e.rows = append(e.rows, rowAt{search: true})
		e.at[restOf("")] = 0
	case small > 0 && !e.searchedAll():
		e.rows = append(e.rows, rowAt{search: true, rest: Branch{Small: small}})
		e.at[restOf("")] = 0
	}
}

// restOf is the key of the row for what is not listed of a folder. No path is like it.
func restOf(folder string) string { return folder + "/\x00" }

// deepest is how many folders inside each other are shown; a tree of files can be deeper than any stack.
const deepest = 200

func (e *Explore) list(folder string, depth int) {
	b, ok := e.branch(folder)
	if !ok || depth > deepest {
		return
	}
	for i := range b.Rows {
		row := &b.Rows[i]
		if e.count(row.Sums) == 0 {
			continue
		}
		if _, twice := e.at[row.Path]; !twice {
			e.at[row.Path] = len(e.rows)
		}
		e.rows = append(e.rows, rowAt{row: row, depth: depth, folder: folder})
		if row.Folder && e.isOpen(row.Path) {
			e.list(row.Path, depth+1)
		}
	}
	if b.Hidden > 0 || b.Small > 0 {
		e.at[restOf(folder)] = len(e.rows)
		e.rows = append(e.rows, rowAt{depth: depth, folder: folder, rest: b})
	}
}

// branch gives what is shown of a folder.
func (e *Explore) branch(folder string) (Branch, bool) {
	if e.searching() {
		if b, ok := e.loaded.found[folder]; ok {
			return b, true
		}
	}
	b, ok := e.loaded.branches[folder]
	return b, ok
}

// count and bytes are over the marks that are shown.
func (e *Explore) count(s persist.Sums) (n int64) {
	for m, on := range e.marks {
		if on {
			n += SumOf(s, m).Count
		}
	}
	return n
}

func (e *Explore) bytes(s persist.Sums) (n int64) {
	for m, on := range e.marks {
		if on {
			n += SumOf(s, m).Blocks
		}
	}
	return n
}

// Row gives a row by its place.
func (e *Explore) Row(index int) ExploreRow {
	at := e.rows[index]
	switch {
	case at.row == nil && at.search && at.rest.Small == 0:
		return ExploreRow{Key: restOf(""), Full: mostFound}
	case at.row == nil && at.search:
		return ExploreRow{Key: restOf(""), Small: at.rest.Small, Unsearched: true}
	case at.row == nil:
		return ExploreRow{Key: restOf(at.folder), Path: at.folder, Depth: at.depth, Hidden: at.rest.Hidden, Small: at.rest.Small}
	}
	row := at.row
	r := ExploreRow{
		Key: row.Path, Path: row.Path, Name: name(row.Path, at.depth), Depth: at.depth, Folder: row.Folder, Open: row.Folder && e.isOpen(row.Path),
		Bytes: e.bytes(row.Sums), Count: e.count(row.Sums), Noise: Phrase(row.Finding.Noise),
	}
	if !row.Folder {
		r.Modified = row.Finding.Modified
	}
	for _, m := range Marks() {
		if sum := SumOf(row.Sums, m); e.marks[m] && sum.Count > 0 {
			r.Marks = append(r.Marks, MarkSum{m, sum})
		}
	}
	if p, ok := e.Pending(row.Path); ok {
		r.Marks = append([]MarkSum{{Mark: MarkPending, Tally: persist.Tally{Count: int64(p.Entries)}}}, r.Marks...)
	}
	r.Share, r.Lost = e.share(row.Sums)
	owner := row.Finding.Owner
	if row.Folder {
		owner = e.names[row.Path]
	}
	r.ByOwner = e.ByOwner && at.depth == 0
	if r.ByOwner || owner.Kind != persist.Unknown {
		r.Owner = OwnerText(owner)
	}
	return r
}

// name is what a path is called at a depth.
func name(full string, depth int) string {
	base := full[strings.LastIndexByte(full, '/')+1:]
	if depth == 0 {
		return "/" + base
	}
	return base
}

// share gives the part that something has of what would be lost, or of the rest.
func (e *Explore) share(s persist.Sums) (part float64, lost bool) {
	all := e.loaded.Total
	if s.Lost().Count > 0 && (e.marks[MarkLost] || e.marks[MarkDiffers]) {
		return fraction(s.Lost(), all.Lost()), true
	}
	return fraction(rest(s, e.marks), rest(all, e.marks)), false
}

func rest(s persist.Sums, marks map[Mark]bool) (t persist.Tally) {
	for _, m := range []Mark{MarkOrphan, MarkKept, MarkNoise} {
		if marks[m] {
			sum := SumOf(s, m)
			t.Count, t.Blocks = t.Count+sum.Count, t.Blocks+sum.Blocks
		}
	}
	return t
}

// fraction compares by bytes, or by number where nothing has any.
func fraction(part, all persist.Tally) float64 {
	switch {
	case all.Blocks > 0:
		return float64(part.Blocks) / float64(all.Blocks)
	case all.Count > 0:
		return float64(part.Count) / float64(all.Count)
	}
	return 0
}
