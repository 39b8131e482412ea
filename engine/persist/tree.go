package persist

import (
	"cmp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Tree is findings rolled up by folder. It may be asked while a scan still adds to it. It keeps every folder's sums, and of the entries
// of a folder the biggest: at first 256 of each, and fewer once there are many, so that a million findings take some 20 MiB. What it dropped it
// has counted, and [Tree.Recall] takes it in again.
type Tree struct {
	mu      sync.Mutex
	nodes   []branch
	index   map[step]uint32
	labels  []label // owners and noise of leaves
	known   map[label]uint32
	leaves  int // in all branches
	perNode int // most leaves of a branch
	cut     cuts
	owners  map[Owner]*Tally

	path string // the folder of the last finding, and its branch
	at   uint32
}

// step is a name in a folder.
type step struct {
	parent uint32
	name   string
}

// branch is one folder.
type branch struct {
	parent   uint32
	name     string
	sums     Sums
	children []uint32
	leaves   []leaf
	cut      cuts // leaves that were dropped
}

// leaf is one entry that is no folder.
type leaf struct {
	name         string
	size, blocks int64
	modified     int64 // in seconds since 1970
	label        uint32
	uid, gid     uint32
	kind         Kind
	of           Type
}

type label struct {
	noise string
	owner Owner
}

// Sums are what is in a folder, at any depth. An entry is in one of them.
type Sums struct {
	Missing Tally `json:"missing"`
	Differs Tally `json:"differs"`
	Orphans Tally `json:"orphans"`
	Kept    Tally `json:"kept"`
	Noise   Tally `json:"noise"`
}

// Lost is what the next boot would forget, without noise.
func (s Sums) Lost() Tally { return s.Missing.plus(s.Differs) }

// All is everything together.
func (s Sums) All() Tally { return s.Lost().plus(s.Orphans).plus(s.Kept).plus(s.Noise) }

// of gives the sum that a finding belongs to.
func (s *Sums) of(f *Finding) *Tally {
	switch {
	case f.Kind == Kept:
		return &s.Kept
	case f.Noise != "":
		return &s.Noise
	case f.Kind == Missing:
		return &s.Missing
	case f.Kind == Differs:
		return &s.Differs
	}
	return &s.Orphans
}

// Row is one line below a folder.
type Row struct {
	Path   string `json:"-"` // byte-exact
	Folder bool   `json:"folder"`
	Sums   Sums   `json:"sums"`
	// Finding is the entry itself where it is no folder.
	Finding Finding `json:"finding,omitzero"`
}

// Name is the last part of the path.
func (r Row) Name() string { return r.Path[strings.LastIndexByte(r.Path, '/')+1:] }

const (
	leavesPerBranch = 256
	mostLeaves      = 64 << 10
	mostOwners      = 10_000
)

// NewTree makes an empty one.
func NewTree() *Tree {
	return &Tree{
		nodes: []branch{{}}, index: map[step]uint32{}, known: map[label]uint32{}, perNode: leavesPerBranch, owners: map[Owner]*Tally{},
		path: "/",
	}
}

// Add takes in findings. It keeps none of the parcel's memory.
func (t *Tree) Add(findings []Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var sums Sums
	for i := range findings {
		f := &findings[i]
		cut := strings.LastIndexByte(f.Path, '/')
		if folder := f.Path[:max(cut, 1)]; folder != t.path {
			t.raise(&sums)
			t.path, t.at = strings.Clone(folder), t.reach(folder)
		}
		sums.of(f).add(f.Size, f.Blocks)
		t.grow(f, f.Path[cut+1:])
		t.credit(f)
	}
	t.raise(&sums)
}

// raise adds sums to the current branch and all above it.
func (t *Tree) raise(sums *Sums) {
	if *sums == (Sums{}) {
		return
	}
	for at := t.at; ; at = t.nodes[at].parent {
		s := &t.nodes[at].sums
		s.Missing, s.Differs, s.Orphans = s.Missing.plus(sums.Missing), s.Differs.plus(sums.Differs), s.Orphans.plus(sums.Orphans)
		s.Kept, s.Noise = s.Kept.plus(sums.Kept), s.Noise.plus(sums.Noise)
		if at == 0 {
			break
		}
	}
	*sums = Sums{}
}

// reach gives the branch of a folder, which is made where it is not there.
func (t *Tree) reach(folder string) uint32 {
	at := uint32(0)
	for name := range strings.SplitSeq(strings.Trim(folder, "/"), "/") {
		if name == "" {
			continue
		}
		next, ok := t.index[step{at, name}]
		if !ok {
			next = uint32(len(t.nodes))
			name = strings.Clone(name)
			t.nodes = append(t.nodes, branch{parent: at, name: name})
			t.index[step{at, name}] = next
			t.nodes[at].children = append(t.nodes[at].children, next)
		}
		at = next
	}
	return at
}

// grow adds a leaf to the current branch.
func (t *Tree) grow(f *Finding, name string) {
	b := &t.nodes[t.at]
	if len(b.leaves) >= 2*t.perNode {
		t.trim(b)
	}
	b.leaves = append(b.leaves, t.leafOf(f, name))
	if t.leaves++; t.leaves > mostLeaves {
		t.perNode = max(t.perNode/2, 1)
		for i := range t.nodes {
			t.trim(&t.nodes[i])
		}
	}
}

func (t *Tree) leafOf(f *Finding, name string) leaf {
	return leaf{
		name: strings.Clone(name), size: f.Size, blocks: f.Blocks, modified: f.Modified.Unix(), label: t.labelOf(f), uid: f.UID, gid: f.GID, kind: f.Kind, of: f.Type,
	}
}

// trim drops all but the biggest leaves of a branch.
func (t *Tree) trim(b *branch) {
	if len(b.leaves) <= t.perNode {
		return
	}
	slices.SortFunc(b.leaves, func(x, y leaf) int {
		return cmp.Or(cmp.Compare(y.blocks, x.blocks), cmp.Compare(y.size, x.size), strings.Compare(x.name, y.name))
	})
	for _, l := range b.leaves[t.perNode:] {
		slot := t.slotOf(l)
		b.cut[slot]++
		t.cut[slot]++
	}
	t.leaves -= len(b.leaves) - t.perNode
	b.leaves = slices.Clone(b.leaves[:t.perNode])
}

func (t *Tree) labelOf(f *Finding) uint32 {
	l := label{f.Noise, f.Owner}
	if n, ok := t.known[l]; ok {
		return n
	}
	if len(t.labels) >= mostOwners {
		l.owner = Owner{Name: f.Owner.Name, Kind: f.Owner.Kind} // what to suggest is then the entry itself
		if n, ok := t.known[l]; ok {
			return n
		}
	}
	l.owner.Suggest, l.owner.Name = strings.Clone(l.owner.Suggest), strings.Clone(l.owner.Name)
	t.labels = append(t.labels, l)
	t.known[l] = uint32(len(t.labels) - 1)
	return uint32(len(t.labels) - 1)
}

// credit adds to what an owner would lose.
func (t *Tree) credit(f *Finding) {
	if f.Noise != "" || f.Kind != Missing && f.Kind != Differs || f.Owner.Suggest == "" {
		return
	}
	sum, ok := t.owners[f.Owner]
	if !ok {
		if len(t.owners) >= mostOwners {
			return
		}
		sum = &Tally{}
		owner := f.Owner
		owner.Suggest = strings.Clone(owner.Suggest)
		t.owners[owner] = sum
	}
	sum.add(f.Size, f.Blocks)
}

// OwnerSum is what an owner would lose.
type OwnerSum struct {
	Owner Owner `json:"owner"`
	Lost  Tally `json:"lost"`
}

// Owners lists who would lose something that is worth keeping, the most first.
func (t *Tree) Owners() []OwnerSum {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := make([]OwnerSum, 0, len(t.owners))
	for owner, sum := range t.owners {
		list = append(list, OwnerSum{owner, *sum})
	}
	slices.SortFunc(list, func(a, b OwnerSum) int {
		return cmp.Or(cmp.Compare(b.Lost.Blocks, a.Lost.Blocks), cmp.Compare(b.Lost.Count, a.Lost.Count), strings.Compare(a.Owner.Suggest, b.Owner.Suggest))
	})
	return list
}

// Sums gives what is in a folder, "/" for everything. ok is false where nothing was found in it.
func (t *Tree) Sums(folder string) (Sums, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.find(folder)
	return t.nodes[at].sums, ok
}

func (t *Tree) find(folder string) (uint32, bool) {
	at := uint32(0)
	for name := range strings.SplitSeq(strings.Trim(folder, "/"), "/") {
		if name == "" {
			continue
		}
		next, ok := t.index[step{at, name}]
		if !ok {
			return 0, false
		}
		at = next
	}
	return at, true
}

// Children lists what is right in a folder, the biggest first by order, and how many smaller entries the tree has not kept apart.
// A nil order is by what is lost, in bytes on the disk or in memory.
func (t *Tree) Children(folder string, order func(Sums) int64) (list []Row, more int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if order == nil {
		order = func(s Sums) int64 { return s.Lost().Blocks }
	}
	at, ok := t.find(folder)
	if !ok {
		return nil, 0
	}
	b := &t.nodes[at]
	prefix := strings.TrimSuffix(folder, "/") + "/"
	for _, child := range b.children {
		list = append(list, Row{Path: prefix + t.nodes[child].name, Folder: true, Sums: t.nodes[child].sums})
	}
	for _, l := range b.leaves {
		list = append(list, t.row(prefix, l))
	}
	slices.SortStableFunc(list, func(x, y Row) int {
		return cmp.Or(cmp.Compare(order(y.Sums), order(x.Sums)), cmp.Compare(y.Sums.All().Blocks, x.Sums.All().Blocks),
			cmp.Compare(y.Sums.All().Size, x.Sums.All().Size), strings.Compare(x.Path, y.Path))
	})
	return list, b.cut.sums().All().Count
}

func (t *Tree) row(prefix string, l leaf) Row {
	known := t.labels[l.label]
	r := Row{Path: prefix + l.name, Finding: Finding{
		Kind: l.kind, Path: prefix + l.name, Type: l.of, Size: l.size, Blocks: l.blocks, Modified: time.Unix(l.modified, 0), UID: l.uid, GID: l.gid,
		Noise: known.noise, Owner: known.owner,
	}}
	r.Sums.of(&r.Finding).add(l.size, l.blocks)
	return r
}
