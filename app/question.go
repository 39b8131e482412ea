package main

import (
	"context"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

// question is something that the user has to decide before anything else.
type question struct {
	title, text string
	yes, no     string // yes may be empty: then there is only one way
	grave       bool   // yes cannot be undone
	ofRun       bool   // it is no question any more once the run has ended
	then        func()
	otherwise   func()
	// extra stands between text and answers, and focus has the keyboard; both may be nil.
	extra fyne.CanvasObject
	focus fyne.Focusable
}

// asked is a question that is on the screen.
type asked struct {
	popup  *fw.PopUp
	cancel func()
	yes    func()
	typed  bool // Enter in what it asks for is yes
	ofRun  bool
}

// questionWidth is how wide a question is.
const questionWidth = 460

// put shows a question. Its answers have the keyboard; Escape is no.
func (s *shell) put(q question) *asked {
	a := &asked{}
	done := func(f func()) func() {
		return func() {
			a.popup.Hide()
			if s.asked == a {
				s.asked = nil
			}
			if f != nil {
				f()
			}
		}
	}
	a.cancel = done(q.otherwise)
	no := control.NewButton(q.no, nil, a.cancel)
	buttons := container.NewHBox(layout.NewSpacer(), no)
	a.yes, a.typed, a.ofRun = done(q.then), q.focus != nil, q.ofRun
	if q.yes != "" {
		importance := fw.HighImportance
		if q.grave {
			importance = fw.DangerImportance
		}
		buttons.Add(control.Important(q.yes, nil, importance, a.yes))
	}
	heading := fw.NewLabelWithStyle(q.title, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	heading.SizeName = theme.SizeNameSubHeadingText
	text := fw.NewLabel(q.text)
	text.Wrapping = fyne.TextWrapWord
	inner := container.New(layout.NewCustomPaddedVBoxLayout(look.SmallGap), heading, text)
	if q.extra != nil {
		inner.Add(q.extra)
	}
	inner.Add(buttons)
	body := container.New(layout.NewCustomPaddedLayout(look.Gap, look.Gap, look.Gap, look.Gap), inner)
	a.popup = fw.NewModalPopUp(body, s.w.win.Canvas())
	a.popup.Resize(fyne.NewSize(questionWidth, body.MinSize().Height))
	a.popup.Show()
	a.popup.Resize(fyne.NewSize(questionWidth, body.MinSize().Height))
	if q.focus != nil {
		s.w.win.Canvas().Focus(q.focus)
		return a
	}
	s.w.win.Canvas().Focus(no)
	return a
}

// confirm answers yes where Enter in what is asked for means that; it tells whether it did.
func (s *shell) confirm() bool {
	if s.asked == nil || !s.asked.typed || s.picker != nil {
		return false
	}
	s.asked.yes()
	return true
}

// ask puts a question, unless one is put already.
func (s *shell) ask(q question) {
	if s.asked == nil && s.waiting == nil {
		s.asked = s.put(q)
	}
}

// runEnded takes back what was asked about the run.
func (s *shell) runEnded() {
	if s.asked != nil && s.asked.ofRun {
		s.asked.cancel()
	}
}

// wait says that something takes a while, and lets the user give up.
func (s *shell) wait(text string, giveUp context.CancelFunc) {
	s.waiting = s.put(question{title: lang.L("One moment"), text: text, no: lang.L("Cancel"), otherwise: giveUp})
	s.refresh()
}

// waited takes the waiting off the screen.
func (s *shell) waited() {
	if s.waiting != nil {
		s.waiting.popup.Hide()
		s.waiting = nil
	}
	s.refresh()
}

// escape answers no to what is asked; it tells whether anything was.
func (s *shell) escape() bool {
	switch {
	case s.picker != nil:
		s.picker.Dismiss()
	case s.asked != nil:
		s.asked.cancel()
	case s.waiting != nil:
		s.waiting.cancel()
	default:
		return false
	}
	return true
}

// busy tells that a question is on the screen, so that keys are not the page's.
func (s *shell) busy() bool {
	return s.asked != nil || s.waiting != nil || s.w.win.Canvas().Overlays().Top() != nil
}
