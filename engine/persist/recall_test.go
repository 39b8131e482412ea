package persist_test

import (
	"fmt"
	"testing"

	"lethe/engine/persist"
)

// TestRecall gives back what a tree of many has dropped, once and no more: the sums stay, and what was never counted is not taken.
func TestRecall(t *testing.T) {
	const folders, perFolder = 3000, 40
	tree := persist.NewTree()
	in := func(folder int) (list []persist.Finding) {
		for i := range perFolder {
			f := finding(fmt.Sprintf("/srv/%04d/file-%02d", folder, i), persist.Missing, int64(i+1)*4096)
			if i%4 == 0 {
				f.Noise = "a cache"
			}
			list = append(list, f)
		}
		return list
	}
	for i := range folders {
		tree.Add(in(i))
	}
	const folder = "/srv/0042"
	before, _ := tree.Sums("/")
	rows, more := tree.Children(folder, nil)
	dropped := tree.Dropped(folder)
	if more == 0 || int64(len(rows))+more != perFolder || dropped.All().Count != more || dropped.Noise.Count == 0 || dropped.Missing.Count+dropped.Noise.Count != more {
		t.Fatalf("%d rows, %d more, dropped %+v", len(rows), more, dropped)
	}
	all := tree.Dropped("")
	tree.Recall(append(in(42), finding(folder+"/came-since", persist.Orphan, 1), finding("/elsewhere/x", persist.Missing, 1)))
	tree.Recall(in(42))
	rows, more = tree.Children(folder, nil)
	if len(rows) != perFolder || more != 0 || tree.Dropped(folder) != (persist.Sums{}) {
		t.Errorf("%d rows, %d more", len(rows), more)
	}
	if after, _ := tree.Sums("/"); after != before {
		t.Errorf("the sums were %+v, and are %+v", before, after)
	}
	if now := tree.Dropped(""); now.All().Count != all.All().Count-dropped.All().Count {
		t.Errorf("of %d dropped entries, %d are left", all.All().Count, now.All().Count)
	}
	if tree.Dropped("/nothing") != (persist.Sums{}) {
		t.Error("from a folder that is not there, something was dropped")
	}
}
