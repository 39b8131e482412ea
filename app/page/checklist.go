package page

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
	"lethe/app/session"
)

// checkList shows what was verified, as high as it is: the page scrolls, and nothing in it.
type checkList struct {
	box    *fyne.Container
	checks []session.Check
}

func newCheckList() *checkList {
	return &checkList{box: container.New(layout.NewCustomPaddedVBoxLayout(-theme.InnerPadding()))}
}

// show lists checks, where they are others than those that are shown.
func (l *checkList) show(checks []session.Check) {
	if slices.Equal(l.checks, checks) {
		return
	}
	l.checks = slices.Clone(checks)
	l.box.RemoveAll()
	for _, c := range checks {
		l.box.Add(checkLine(c))
	}
}

// checkLine is the mark and the name of a check, and beside them what was seen.
func checkLine(c session.Check) fyne.CanvasObject {
	icon, name, detail := look.IconSkipped.In(look.ColorMuted), paragraph(Engine(c.Name)), muted(Engine(c.Detail))
	switch c.Status {
	case session.CheckPassed:
		icon = look.IconCheck.In(theme.ColorNameSuccess)
	case session.CheckFailed:
		icon = look.IconCross.In(theme.ColorNameError)
		name.TextStyle.Bold = true
		detail.paint(theme.ColorNameForeground)
	}
	mark := container.New(layout.NewCustomPaddedLayout(theme.InnerPadding(), 0, 0, 0), container.NewVBox(fw.NewIcon(icon)))
	return divided(2, 3, container.NewBorder(nil, nil, mark, nil, name), detail)
}
