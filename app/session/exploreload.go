package session

import (
	"container/heap"
	"context"
	"maps"
	"strings"

	"lethe/engine/persist"
)

// Ask is what a page shows of a tree: so many rows of each open folder, of certain marks, with certain words.
type Ask struct {
	Folders map[string]int
	Marks   map[Mark]bool
	Text    string
	ByOwner bool

	says func(Text) string // how owners are called, which a search is also about
}

func (a Ask) equal(b Ask) bool {
	return a.Text == b.Text && a.ByOwner == b.ByOwner && maps.Equal(a.Folders, b.Folders) && maps.Equal(a.Marks, b.Marks)
}

// Branch is what is shown of a folder.
type Branch struct {
	Rows   []persist.Row
	Hidden int64 // rows beyond these
	Small  int64 // entries that the tree has not kept apart, of the marks that are shown
}

// Part is something that takes up room.
type Part struct {
	Path   string
	Blocks int64 // bytes on the disk or in memory
}

// Loaded is what [Load] has read.
type Loaded struct {
	Total   persist.Sums
	Owners  []persist.OwnerSum
	Largest []Part

	dropped  persist.Sums // entries that the tree has not kept apart, in all folders
	full     bool         // a search ended because it had found enough
	ask      Ask
	branches map[string]Branch
	found    map[string]Branch // of a search: matches, and folders that lead to them
}

// Load reads from a tree what a page asks for. It may take as long as a search through all folders does, so it is called from any
// goroutine but Fyne's; a context that ends makes it incomplete. It may be called while a scan adds to the tree.
func Load(ctx context.Context, tree *persist.Tree, ask Ask) Loaded {
	l := Loaded{ask: ask, Owners: tree.Owners(), branches: map[string]Branch{}}
	l.Total, _ = tree.Sums("/")
	l.dropped = tree.Dropped("")
	for folder, most := range ask.Folders {
		if ctx.Err() != nil {
			return l
		}
		if folder == "" {
			l.branches[folder] = byOwner(tree, l.Owners, ask, most)
			continue
		}
		l.branches[folder] = ask.cut(tree, folder, most)
	}
	if words := wordsOf(ask.Text); len(words) > 0 && !ask.ByOwner {
		s := search{ctx: ctx, tree: tree, ask: ask, words: words, called: map[persist.Owner]string{}, found: map[string]Branch{"/": {}}, left: mostFound}
		s.in("/", 0)
		l.found, l.full = s.found, s.left <= 0
	}
	l.Largest = largest(ctx, tree)
	return l
}

// called is what the page calls an owner.
func (a Ask) called(o persist.Owner) string {
	switch {
	case o.Name == "":
		return ""
	case a.says == nil:
		return o.Name
	}
	return a.says(OwnerText(o))
}

// weight orders rows by the bytes of the marks that are shown.
func (a Ask) weight(s persist.Sums) (n int64) {
	for m, on := range a.Marks {
		if on {
			n += SumOf(s, m).Blocks
		}
	}
	return n
}

// count is how many entries of the marks that are shown are in the sums.
func (a Ask) count(s persist.Sums) (n int64) {
	for m, on := range a.Marks {
		if on {
			n += SumOf(s, m).Count
		}
	}
	return n
}

// has tells that something of the marks that are shown is in the sums.
func (a Ask) has(s persist.Sums) bool {
	return a.count(s) > 0
}

// shown are the rows of a folder that have something of the marks that are shown.
func (a Ask) shown(tree *persist.Tree, folder string) (rows []persist.Row, small int64) {
	all, _ := tree.Children(folder, a.weight)
	rows = all[:0]
	for i := range all {
		if a.has(all[i].Sums) {
			rows = append(rows, all[i])
		}
	}
	return rows, a.count(tree.Dropped(folder))
}

func (a Ask) cut(tree *persist.Tree, folder string, most int) Branch {
	rows, small := a.shown(tree, folder)
	return limited(rows, most, small)
}

// limited keeps the first rows in memory of their own, so that those beyond can go.
func limited(rows []persist.Row, most int, small int64) Branch {
	b := Branch{Rows: rows, Small: small}
	if len(rows) > most {
		b.Rows, b.Hidden = append([]persist.Row(nil), rows[:most]...), int64(len(rows)-most)
	}
	return b
}

// byOwner makes a row of every owner that would lose something.
func byOwner(tree *persist.Tree, owners []persist.OwnerSum, ask Ask, most int) Branch {
	words := wordsOf(ask.Text)
	var rows []persist.Row
	for _, o := range owners {
		if len(words) > 0 && !contains(o.Owner.Suggest+" "+ask.called(o.Owner), words) {
			continue
		}
		row := persist.Row{Path: o.Owner.Suggest, Finding: persist.Finding{Kind: persist.Missing, Path: o.Owner.Suggest, Owner: o.Owner}}
		row.Sums.Missing = o.Lost
		if sums, ok := tree.Sums(o.Owner.Suggest); ok { // what it would lose may lie in a folder, or be a file
			row.Sums, row.Folder = sums, true
		}
		rows = append(rows, row)
	}
	return limited(rows, most, 0)
}

// mostFound is how many matches a search shows.
const mostFound = 2000

// search finds rows by words.
type search struct {
	ctx   context.Context //nolint:containedctx // the search is the scope
	tree  *persist.Tree
	ask   Ask
	words []string
	// called are the names of owners so far: there are few of them beside the files.
	called map[persist.Owner]string
	found  map[string]Branch
	left   int
}

// owner is what the page calls an owner.
func (s *search) owner(o persist.Owner) string {
	o.Suggest = ""
	name, ok := s.called[o]
	if !ok {
		name = s.ask.called(o)
		s.called[o] = name
	}
	return name
}

// in looks into a folder and all below it, the biggest first, and tells whether there was a match.
func (s *search) in(folder string, depth int) bool {
	if s.left <= 0 || s.ctx.Err() != nil || depth > deepest {
		return false
	}
	rows, _ := s.ask.shown(s.tree, folder)
	var kept []persist.Row
	for _, row := range rows {
		switch {
		case contains(row.Path+" "+s.owner(row.Finding.Owner), s.words):
			s.left--
			kept = append(kept, row) // with all that is in it
		case row.Folder && s.in(row.Path, depth+1):
			kept = append(kept, row)
		}
		if s.left <= 0 {
			break
		}
	}
	if len(kept) > 0 {
		s.found[folder] = Branch{Rows: kept}
	}
	return len(kept) > 0
}

func wordsOf(text string) []string { return strings.Fields(strings.ToLower(text)) }

// contains tells that every word is in a text.
func contains(text string, words []string) bool {
	text = strings.ToLower(text)
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// largest goes from the root down to where the room of a tmpfs is taken up: a folder in which one part has most of it gives way to that part.
func largest(ctx context.Context, tree *persist.Tree) []Part {
	const parts, most, looks = 3, 0.6, 40
	queue := partQueue{{"/", 0}}
	var found []Part
	for i := 0; i < looks && len(queue) > 0 && len(found) < parts && ctx.Err() == nil; i++ {
		top, _ := heap.Pop(&queue).(Part)
		rows, _ := tree.Children(top.Path, inMemory)
		split := top.Path == "/" || strings.Count(top.Path, "/") < 2 // nobody is told that /home is large
		if len(rows) > 0 && float64(inMemory(rows[0].Sums)) >= most*float64(top.Blocks) {
			split = true
		}
		if !split || len(rows) == 0 {
			if top.Blocks > 0 {
				found = append(found, top)
			}
			continue
		}
		for _, row := range rows[:min(len(rows), parts+1)] {
			if size := inMemory(row.Sums); size > 0 {
				heap.Push(&queue, Part{row.Path, size})
			}
		}
	}
	return found
}

// inMemory is what of a folder lies on the ephemeral root.
func inMemory(s persist.Sums) int64 { return s.Lost().Blocks + s.Noise.Blocks }

// partQueue is a heap with the largest part on top.
type partQueue []Part

func (q partQueue) Len() int           { return len(q) }
func (q partQueue) Less(i, j int) bool { return q[i].Blocks > q[j].Blocks }
func (q partQueue) Swap(i, j int)      { q[i], q[j] = q[j], q[i] }

// Push is heap's.
func (q *partQueue) Push(x any) {
	if p, ok := x.(Part); ok {
		*q = append(*q, p)
	}
}

// Pop is heap's.
func (q *partQueue) Pop() any {
	last := (*q)[len(*q)-1]
	*q = (*q)[:len(*q)-1]
	return last
}
