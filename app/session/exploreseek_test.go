package session_test

import (
	"context"
	"fmt"
	"testing"

	"lethe/app/session"
	"lethe/engine/persist"
)

// many are so many findings that a tree drops the small ones, with a setting in /root among them.
func many() []persist.Finding {
	list := []persist.Finding{
		lies(persist.Missing, "/root/.gitconfig", 1, "", "settings of git|/root/.gitconfig"), lies(persist.Missing, "/root/.cached", 1, "a cache: it is filled anew", "|"),
	}
	for i := range 100 {
		list = append(list, lies(persist.Missing, fmt.Sprintf("/root/big-%d", i), 1000, "", "|"))
	}
	for i := range 120_000 {
		list = append(list, lies(persist.Missing, fmt.Sprintf("/srv/%04d/file-%06d", i/40, i), int64(i%40+1), "", "files that this machine serves|/srv"))
	}
	return list
}

// sought has a scan look for what is not listed, as the window does.
func sought(t *testing.T, e *session.Explore, tree *persist.Tree, folder string, list []persist.Finding) {
	t.Helper()
	want, ok := e.BeginSeek(folder)
	if _, again := e.BeginSeek(folder); !ok || again || !e.Seeking {
		t.Fatalf("sought: %v, twice at once: %v", ok, again)
	}
	want.Begin(tree)
	for at := 0; at < len(list) && want.Take(list[at:min(at+512, len(list))]); at += 512 {
	}
	want.End(tree)
	e.EndSeek(want, "")
	e.Take(session.Load(context.Background(), tree, e.Ask()))
}

// TestExploreListsWhatIsSmall asks for the small entries of a folder: they come, and not those that nobody misses.
func TestExploreListsWhatIsSmall(t *testing.T) {
	list := many()
	tree := persist.NewTree()
	tree.Add(list)
	e := session.NewExplore(false)
	e.Open("/root")
	e.Take(session.Load(context.Background(), tree, e.Ask()))
	rest := e.Row(e.Count() - 1)
	for i := range e.Count() {
		if r := e.Row(i); r.Small > 0 {
			rest = r
		}
	}
	if e.Index("/root/.gitconfig") >= 0 || rest.Path != "/root" || rest.Small == 0 || !rest.Rest() {
		t.Fatalf("nothing is hidden, so this tests nothing: %+v", rest)
	}
	sought(t, e, tree, "/root", list)
	for i := range e.Count() {
		if r := e.Row(i); r.Small > 0 {
			t.Errorf("%+v is still not listed", r)
		}
	}
	if e.Index("/root/.gitconfig") < 0 || e.Index("/root/.cached") >= 0 {
		t.Errorf("shown: %q", drawn(e))
	}
}

// TestExploreSearchesWhatIsSmall says that only what is listed was searched, and then finds a setting that is not; of very many matches it says
// that there are more.
func TestExploreSearchesWhatIsSmall(t *testing.T) {
	list := many()
	tree := persist.NewTree()
	tree.Add(list)
	e := session.NewExplore(false)
	search := func(text string) {
		e.Search(text)
		e.Take(session.Load(context.Background(), tree, e.Ask()))
	}
	for _, text := range []string{"gitconfig", "settings git"} { // by its name, and by its owner
		search(text)
		if first := e.Row(0); e.Count() != 1 || !first.Unsearched || first.Small == 0 || !first.Rest() {
			t.Fatalf("%s: %d rows, %+v", text, e.Count(), first)
		}
		sought(t, e, tree, "", list)
		wantRows(t, e, "/root", ">.gitconfig")
		tree = persist.NewTree()
		tree.Add(list)
		e.BeginScan()
		e.EndScan(persist.Summary{}, false, "")
	}
	search("nothing like this")
	sought(t, e, tree, "", list)
	wantRows(t, e)
	search("nothing like thi")
	if e.Count() != 1 || !e.Row(0).Unsearched {
		t.Errorf("of another search it is said that everything was looked at: %q", drawn(e))
	}
	search("file-0")
	sought(t, e, tree, "", list)
	if first := e.Row(0); first.Full != 2000 || !first.Rest() {
		t.Errorf("of too many matches: %+v", first)
	}
	e.BeginScan()
	if _, ok := e.BeginSeek(""); ok {
		t.Error("something is sought while everything is")
	}
}
