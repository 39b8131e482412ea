package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
)

// exploreKeeps stands for the whole page on a machine whose root no boot empties. It has no number: nothing was counted.
type exploreKeeps struct {
	box    fyne.CanvasObject
	button *control.Button
}

func newExploreKeeps(acts *ExploreActs) *exploreKeeps {
	k := &exploreKeeps{}
	k.button = control.Important(lang.L("Look at a made-up system"), theme.SearchIcon(), fw.HighImportance, func() { acts.MakeUp() })
	k.box = panel(
		flush(paragraph(lang.L("There is neither /nix/persist nor /etc/lethe/persistence.json here, and an impermanent system that Lethe installed has both."))),
		flush(paragraph(lang.L("On a made-up system you can try all of it: see what would be lost, keep it, forget it. It lies in a temporary folder and changes nothing on this machine."))),
		container.NewHBox(k.button),
		flush(muted(lang.L("Two folders of your own are compared in a terminal: lethe-engine persist --root FOLDER --persist FOLDER"))),
	)
	return k
}
