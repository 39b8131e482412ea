package widget

import (
	"fmt"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// TestPointing tells what mouse and keyboard are on, of blocks, steps and lines, and when that ends.
func TestPointing(t *testing.T) {
	a := test.NewTempApp(t)
	a.Settings().SetTheme(look.Fixed(theme.VariantLight))
	var told []string
	tell := func(what string) { told = append(told, what) }
	diskmap := NewReadOnlyMap(planned(40))
	diskmap.OnPoint = tell
	list := NewStepList(steps(), func(string) {})
	list.OnPoint = tell
	code := NewCodeView(Nix, flake)
	code.OnPoint = func(line int) { tell(fmt.Sprint(line)) }
	win := test.NewTempWindow(t, container.NewVBox(diskmap, list, code))
	win.Resize(fyne.NewSize(600, 900))
	at := func(o fyne.CanvasObject, x, y float32) {
		test.MoveMouse(win.Canvas(), a.Driver().AbsolutePositionForObject(o).AddXY(x, y))
	}
	expect := func(want ...string) {
		t.Helper()
		if got, want := strings.Join(told, " "), strings.Join(want, " "); got != want {
			t.Errorf("was told %q, not %q", got, want)
		}
		told = nil
	}
	blocks := planned(40).Blocks
	at(diskmap.bar, 3, 20)
	expect(blocks[0].ID)
	at(diskmap.bar, 9, 30)
	expect()
	at(list.rows[2], 30, 8)
	expect("", "encrypt")
	at(code.lines.body, 60, cell().Height*3+2)
	expect("", "4")
	at(code.lines.body, 90, cell().Height*3+2)
	expect()
	at(diskmap.legend[1], 5, 5)
	expect("0", blocks[1].ID)
	test.MoveMouse(win.Canvas(), fyne.NewPos(1, 899))
	expect("")
	win.Canvas().Focus(list)
	list.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
	expect("check", "wipe")
	win.Canvas().Focus(code.lines.body)
	expect("", "1")
	win.Canvas().Unfocus()
	expect("0")
}

// TestPointedTextStays does not scroll a text away under the mouse that points at it.
func TestPointedTextStays(t *testing.T) {
	test.NewTempApp(t)
	code := NewCodeView(Nix, strings.Repeat("line\n", 200))
	win := test.NewTempWindow(t, code)
	win.Resize(fyne.NewSize(300, 200))
	code.OnPoint = func(int) { code.SetHighlighted(LineRange{150, 152}) }
	test.MoveMouse(win.Canvas(), fyne.NewPos(80, 40))
	if code.lines.scroll.Offset.Y != 0 {
		t.Errorf("the text scrolled to %.0f", code.lines.scroll.Offset.Y)
	}
	test.MoveMouse(win.Canvas(), fyne.NewPos(-5, -5))
	code.SetHighlighted(LineRange{150, 152})
	if code.lines.scroll.Offset.Y == 0 {
		t.Error("what lights up is out of view")
	}
}
