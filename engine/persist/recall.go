package persist

import "strings"

// cuts are how many leaves were dropped: missing, differing, orphaned, kept, noise.
type cuts [5]uint32

// sums are the numbers alone: the sizes of what was dropped are in the sums of its folder.
func (c cuts) sums() Sums {
	count := func(slot int) Tally { return Tally{Count: int64(c[slot])} }
	return Sums{Missing: count(0), Differs: count(1), Orphans: count(2), Kept: count(3), Noise: count(4)}
}

// slotOf is where a leaf is counted once it is dropped, as [Sums.of] has it.
func (t *Tree) slotOf(l leaf) int {
	switch {
	case l.kind == Kept:
		return 3
	case t.labels[l.label].noise != "":
		return 4
	case l.kind == Missing:
		return 0
	case l.kind == Differs:
		return 1
	}
	return 2
}

// Dropped counts the entries right in a folder that the tree has not kept apart; "" is those of all folders. They have no sizes here.
func (t *Tree) Dropped(folder string) Sums {
	t.mu.Lock()
	defer t.mu.Unlock()
	if folder == "" {
		return t.cut.sums()
	}
	at, ok := t.find(folder)
	if !ok {
		return Sums{}
	}
	return t.nodes[at].cut.sums()
}

// Recall keeps entries apart that were dropped, as another scan has found them anew. It takes only what is counted already: sums stay as
// they are, and what has come since waits for the next tree. It is for a tree to which nothing is added any more, since that may drop them again.
func (t *Tree) Recall(findings []Finding) {
	t.mu.Lock()
	defer t.mu.Unlock()
	there := map[uint32]map[string]struct{}{} // names in the folders that something is recalled in
	for i := range findings {
		f := &findings[i]
		cut := strings.LastIndexByte(f.Path, '/')
		at, ok := t.find(f.Path[:max(cut, 1)])
		if !ok {
			continue
		}
		b, name := &t.nodes[at], f.Path[cut+1:]
		names, ok := there[at]
		if !ok {
			names = make(map[string]struct{}, len(b.leaves))
			for _, l := range b.leaves {
				names[l.name] = struct{}{}
			}
			there[at] = names
		}
		l := t.leafOf(f, name)
		slot := t.slotOf(l)
		if _, is := names[name]; is || b.cut[slot] == 0 {
			continue
		}
		names[l.name] = struct{}{}
		b.leaves = append(b.leaves, l)
		b.cut[slot]--
		t.cut[slot]--
		t.leaves++
	}
}
