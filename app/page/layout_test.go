package page_test

import (
	"testing"

	"fyne.io/fyne/v2"

	"lethe/app/session"
	"lethe/app/widget"
)

// TestSizesSayOneThing says one thing about what is typed, and draws no layout that is not the typed one.
func TestSizesSayOneThing(t *testing.T) {
	d := newStand(t, usual, rehearsal(t, session.PageLayout), nil)
	entry := find[*widget.SizeEntry](t, d)
	typed := func(text string) {
		t.Helper()
		d.win.Canvas().Focus(nil)
		d.win.Canvas().Focus(entry.Focusable()) // which marks the text
		d.write(text)
	}
	typed("100")
	d.shows("Write the unit behind it: 100 MiB or 100 GiB.", "ESP ?", "nix ?", "-cannot plan", "-cannot fit", "-cannot read", "-no room", "-not a size")
	typed("100MB")
	d.shows("The EFI system partition needs at least 260 MiB", "ESP ?", "-cannot plan", "-cannot fit", "-cannot read", "-no room", "-Write the unit", "-not a size")
	typed("60GiB")
	d.shows("The EFI system partition never needs more than 16 GiB", "ESP ?", "-cannot plan", "-cannot fit", "-cannot read", "-no room", "-wish for")
	typed("1 GB")
	d.shows("1 GB is 953 MiB.", "ESP 953 MiB", "-cannot plan", "-cannot fit", "-cannot read", "-no room", "-ESP ?")
	d.win.Canvas().Focus(nil)
	d.win.Canvas().Focus(entry.Focusable())
	entry.Focusable().TypedKey(&fyne.KeyEvent{Name: fyne.KeyDelete}) // an empty field gives the size back to Lethe
	d.shows("ESP 1 GiB", "-partition is", "-ESP ?")
	typed("16GiB")
	d.state.SetSize(session.FieldSwap, "20GiB")
	d.shows("These sizes take 36 GiB of 40 GiB. The system needs at least 8 GiB beside them.", "ESP ?")
}

// TestSizesSpeakGerman has a decimal comma also where a size is said in other units.
func TestSizesSpeakGerman(t *testing.T) {
	german(t)
	d := newStand(t, usual, rehearsal(t, session.PageLayout), nil)
	d.win.Canvas().Focus(find[*widget.SizeEntry](t, d).Focusable())
	d.write("2 GB")
	d.shows("2 GB sind 1,86 GiB.", "-1.86")
}
