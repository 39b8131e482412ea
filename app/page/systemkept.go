package page

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/flake"
)

// keptLine is one path that is kept, and why.
type keptLine struct{ path, why string }

// keptLines lists what is kept by the choices of the page. What is typed below it is not in it: a list that follows every letter would move the
// field away under who types, and half a path, such as /, hides all that is in it.
func keptLines(w config.Config) []keptLine {
	w.Persistence.Directories, w.Persistence.HomeDirectories = nil, nil
	kept, err := flake.PersistenceFor(w)
	if err != nil {
		return nil // the problem of the page says it
	}
	var list []keptLine
	add := func(before string, places flake.Places) {
		for _, k := range append(places.Directories, places.Files...) {
			why := Say(session.Phrase(k.Why))
			if why == "" {
				why = lang.L("your files")
			}
			list = append(list, keptLine{before + k.Path, why})
		}
	}
	add("", kept.System)
	add("~/", kept.Home)
	return list
}

// showKept writes the list anew where it has changed.
func (p *system) showKept() {
	list := keptLines(p.room.State.Wishes())
	if len(list) == len(p.kept) {
		same := true
		for i := range list {
			same = same && list[i] == p.kept[i]
		}
		if same {
			return
		}
	}
	p.kept = list
	p.keptBox.RemoveAll()
	for _, k := range list {
		path := fw.NewLabelWithStyle(k.path, fyne.TextAlignLeading, fyne.TextStyle{Monospace: true})
		path.Wrapping = fyne.TextWrapBreak
		p.keptBox.Add(beside(flush(path), flush(muted(k.why))))
	}
}

// homeMeans says what a way to keep the settings of a home comes to.
func homeMeans(home string) string {
	if home == "minimal" {
		return lang.L("Only the settings listed here stay. All others of a program are as after its first start at every boot, until you keep them too.")
	}
	return lang.L("The folders in which programs store their settings are kept whole: ~/.config, ~/.local/share and ~/.local/state.")
}

// underCheck moves a text to where the label of a box to tick begins.
func underCheck(text fyne.CanvasObject) fyne.CanvasObject {
	inset := theme.InnerPadding()
	return container.New(layout.NewCustomPaddedLayout(-inset-2, 0, theme.IconInlineSize()+inset/2, 0), text)
}
