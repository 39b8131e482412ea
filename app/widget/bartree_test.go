package widget

import (
	"fmt"
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// rowsOf makes so many rows of which every tenth is an open folder.
func rowsOf(n int) func(int) TreeRow {
	return func(i int) TreeRow {
		if i%10 == 0 {
			return TreeRow{Name: fmt.Sprintf("folder %d", i), Detail: "an owner", Folder: true, Open: true, Share: 0.5, Percent: "50 %", Size: "3 MiB", Right: "9 entries"}
		}
		return TreeRow{
			Name: fmt.Sprintf("file %d", i), Depth: 1, Share: 0.01, Hollow: i%2 == 0, Percent: "1 %", Size: "4 KiB", Right: "2 days",
			Badges: []TreeBadge{{look.IconCross, theme.ColorNameError, "lost"}},
		}
	}
}

func openTree(t testing.TB, n int) (*BarTree, fyne.Canvas) {
	t.Helper()
	var tree *BarTree
	c := open(t, light(720, 300), func() fyne.CanvasObject {
		tree = NewBarTree(func() int { return n }, rowsOf(n), "Nothing is here.")
		return tree
	})
	return tree, c
}

func TestBarTreePicture(t *testing.T) {
	tree, c := openTree(t, 40)
	tree.Changed(0)
	c.Focus(tree.Focusable())
	golden(t, "bartree-light", c)
}

// TestBarTreeMakesWhatIsSeen has as many objects for a million rows as for forty, wherever one scrolls.
func TestBarTreeMakesWhatIsSeen(t *testing.T) {
	tree, _ := openTree(t, 1_000_000)
	tree.Changed(0)
	for _, to := range []int{999_999, 0, 500_000} {
		tree.Reveal(to)
		if n := len(tree.body.rows); n > 12 {
			t.Errorf("at row %d there are objects for %d rows", to, n)
		}
		first, end := tree.body.inView()
		if to < first || to >= end {
			t.Errorf("row %d is not among %d to %d", to, first, end)
		}
	}
}

func TestBarTreeKeys(t *testing.T) {
	tree, c := openTree(t, 40)
	var moved, toggled, deleted, entered []int
	var typed []rune
	tree.OnMove = func(i int) { moved = append(moved, i) }
	tree.OnToggle = func(i int) { toggled = append(toggled, i) }
	tree.OnDelete = func(i int) { deleted = append(deleted, i) }
	tree.OnEnter = func(i int) bool { entered = append(entered, i); return i != 1 }
	tree.OnType = func(r rune) { typed = append(typed, r) }
	heard := 0
	c.SetOnTypedKey(func(e *fyne.KeyEvent) {
		if e.Name == fyne.KeyReturn {
			heard++
		}
	})
	c.Focus(tree.Focusable())
	press(tree.body, fyne.KeyDown, fyne.KeyReturn, fyne.KeyLeft, fyne.KeyReturn, fyne.KeyDelete, fyne.KeyLeft, fyne.KeySpace, fyne.KeyRight, fyne.KeyEnd, fyne.KeyHome)
	tree.body.TypedRune('f')
	tree.body.TypedRune(' ')
	for what, got := range map[string][2][]int{
		"moved": {moved, {0, 1, 0, 1, 39, 0}}, "toggled": {toggled, {0, 0}}, "deleted": {deleted, {0}}, "entered": {entered, {1, 0}},
	} {
		if !slices.Equal(got[0], got[1]) {
			t.Errorf("%s %v, not %v", what, got[0], got[1])
		}
	}
	if string(typed) != "f" || heard != 1 {
		t.Errorf("typed %q, and the window heard %d Enters", string(typed), heard)
	}
}

func TestBarTreeMouse(t *testing.T) {
	tree, c := openTree(t, 40)
	var moved, toggled []int
	tree.OnMove = func(i int) { moved = append(moved, i) }
	tree.OnToggle = func(i int) { toggled = append(toggled, i) }
	click := func(x, y float32) {
		tree.body.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(x, y)}})
	}
	click(treePad+4, 10*treeRowHeight+5) // on the arrow
	click(200, 11*treeRowHeight+5)       // a file
	click(200, 20*treeRowHeight+5)       // a folder, twice
	click(200, 20*treeRowHeight+5)
	click(200, 400*treeRowHeight) // below all of them
	if want := []int{10, 11, 20, 20}; !slices.Equal(moved, want) {
		t.Errorf("moved to %v", moved)
	}
	if want := []int{10, 20}; !slices.Equal(toggled, want) {
		t.Errorf("toggled %v", toggled)
	}
	if c.Focused() != tree.Focusable() {
		t.Error("a click does not give it the focus")
	}
}

func TestBarTreeSaysThatItIsEmpty(t *testing.T) {
	tree, c := openTree(t, 0)
	tree.Changed(-1)
	c.Focus(tree.Focusable())
	press(tree.body, fyne.KeyDown, fyne.KeyRight, fyne.KeyDelete)
	if !tree.said.Visible() || tree.said.Text != "Nothing is here." {
		t.Errorf("it says %q", tree.said.Text)
	}
}

func TestGaugePicture(t *testing.T) {
	var g *Gauge
	c := open(t, light(420, 60), func() fyne.CanvasObject { g = NewGauge(); return g })
	g.Set(GaugePart{"gone", 0.9, theme.ColorNameError, false})
	g.Set(GaugePart{"would be missed 205 MiB", 0.3, theme.ColorNamePrimary, false}, GaugePart{"not missed 60 MiB", 0.15, look.ColorOther, true}, GaugePart{"more than there is", 0.9, look.ColorFree, false})
	golden(t, "gauge-light", c)
}
