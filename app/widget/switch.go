package widget

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
)

var (
	_ fyne.Focusable    = (*Switch)(nil)
	_ fyne.Disableable  = (*Switch)(nil)
	_ desktop.Hoverable = (*Switch)(nil)
)

// Switch is an on/off control with a label and a sentence that says what it does. Where it cannot be changed it is disabled and
// shows why.
type Switch struct {
	fw.BaseWidget
	control.Stop
	// OnChanged is called for the user's changes only.
	OnChanged func(on bool)

	on, focused, hovered    bool
	reason                  string
	track, knob, ring       *canvas.Rectangle
	label, sentence, refuse *paragraph
	texts                   *fyne.Container
}

const (
	trackWidth  float32 = 40
	trackHeight float32 = 22
	switchGap   float32 = 14
	switchPad   float32 = 4 // for the ring
)

// NewSwitch makes a switch that is off. The sentence may be empty.
func NewSwitch(label, sentence string, changed func(on bool)) *Switch {
	s := &Switch{
		OnChanged: changed,
		track:     canvas.NewRectangle(color.Transparent), knob: canvas.NewRectangle(color.Transparent), ring: canvas.NewRectangle(color.Transparent),
		label:    newParagraph(label, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{Bold: true}),
		sentence: newParagraph(sentence, theme.SizeNameText, look.ColorMuted, fyne.TextStyle{}),
		refuse:   newParagraph("", theme.SizeNameText, theme.ColorNameWarning, fyne.TextStyle{}),
	}
	s.texts = newColumn(2, s.label, s.sentence, s.refuse)
	s.ExtendBaseWidget(s)
	s.SetReason("")
	return s
}

// SetOn sets the switch without calling OnChanged.
func (s *Switch) SetOn(on bool) {
	if s.on != on {
		s.on = on
		s.Refresh()
	}
}

// On tells whether the switch is on.
func (s *Switch) On() bool { return s.on }

// SetSentence changes the sentence below the label.
func (s *Switch) SetSentence(text string) {
	if s.sentence.text != text {
		s.sentence.setText(text)
		s.Refresh()
	}
}

// SetReason disables the switch and shows why; the empty reason enables it.
func (s *Switch) SetReason(reason string) {
	if s.reason == reason && s.refuse.Hidden == (reason == "") {
		return
	}
	s.reason = reason
	s.refuse.setText(reason)
	s.refuse.Hidden = reason == ""
	s.Refresh()
}

// Disabled tells whether there is a reason.
func (s *Switch) Disabled() bool { return s.reason != "" }

// Enable takes the reason away.
func (s *Switch) Enable() { s.SetReason("") }

// Disable does nothing without a reason; use [Switch.SetReason].
func (s *Switch) Disable() {}

func (s *Switch) flip() {
	if s.Disabled() {
		return
	}
	s.SetOn(!s.on)
	if s.OnChanged != nil {
		s.OnChanged(s.on)
	}
}

// Tapped flips the switch; its whole area can be clicked.
func (s *Switch) Tapped(*fyne.PointEvent) {
	if !s.Disabled() {
		s.FocusByClick(s)
	}
	s.flip()
}

// FocusGained shows the ring.
func (s *Switch) FocusGained() {
	s.focused = true
	s.Refresh()
	s.Reached(s)
}

// FocusLost hides it.
func (s *Switch) FocusLost() {
	s.focused = false
	s.Refresh()
}

// TypedRune takes no letters.
func (s *Switch) TypedRune(rune) {}

// TypedKey flips with Space and hands on the rest.
func (s *Switch) TypedKey(e *fyne.KeyEvent) {
	if e.Name == fyne.KeySpace {
		s.flip()
		return
	}
	control.HandOn(s, e)
}

// MouseIn shows that it can be clicked.
func (s *Switch) MouseIn(*desktop.MouseEvent) {
	s.hovered = true
	s.Refresh()
}

// MouseMoved is part of the interface.
func (s *Switch) MouseMoved(*desktop.MouseEvent) {}

// MouseOut ends it.
func (s *Switch) MouseOut() {
	s.hovered = false
	s.Refresh()
}

func (s *Switch) heightFor(width float32) float32 {
	c, ok := s.texts.Layout.(*column)
	if !ok {
		return 0
	}
	return max(trackHeight, c.height(s.texts.Objects, width-2*switchPad-trackWidth-switchGap)) + 2*switchPad
}

// CreateRenderer is Fyne's.
func (s *Switch) CreateRenderer() fyne.WidgetRenderer { return &switchRenderer{s} }

type switchRenderer struct{ s *Switch }

func (r *switchRenderer) Layout(size fyne.Size) {
	s := r.s
	show(s.ring, fyne.NewPos(0, 0), fyne.NewSize(trackWidth+2*switchPad, trackHeight+2*switchPad))
	show(s.track, fyne.NewPos(switchPad, switchPad), fyne.NewSize(trackWidth, trackHeight))
	const side = trackHeight - 8
	x := switchPad + 4
	if s.on {
		x = switchPad + trackWidth - side - 4
	}
	show(s.knob, fyne.NewPos(x, switchPad+4), fyne.NewSquareSize(side))
	left := 2*switchPad + trackWidth + switchGap - switchPad
	s.texts.Move(fyne.NewPos(left, switchPad+1))
	s.texts.Resize(fyne.NewSize(size.Width-left-switchPad, size.Height-2*switchPad))
	r.colour()
}

func (r *switchRenderer) colour() {
	s := r.s
	s.track.CornerRadius, s.knob.CornerRadius, s.ring.CornerRadius = trackHeight/2, trackHeight/2, trackHeight/2+switchPad
	track, knob, edge := theme.ColorNameInputBackground, look.ColorMuted, theme.ColorNameInputBorder
	if s.on {
		track, knob, edge = theme.ColorNamePrimary, theme.ColorNameForegroundOnPrimary, theme.ColorNamePrimary
	}
	label := theme.ColorNameForeground
	if s.Disabled() {
		track, knob, edge, label = theme.ColorNameDisabledButton, theme.ColorNameDisabled, theme.ColorNameDisabled, look.ColorMuted
	}
	if s.hovered && !s.Disabled() {
		edge = theme.ColorNameForeground
	}
	s.track.FillColor, s.track.StrokeColor, s.track.StrokeWidth = theme.Color(track), theme.Color(edge), 1.5
	s.knob.FillColor = theme.Color(knob)
	s.ring.StrokeColor, s.ring.StrokeWidth = theme.Color(look.ColorRing), look.FocusWidth
	s.ring.Hidden = !s.focused
	s.label.setColour(label)
}

func (r *switchRenderer) MinSize() fyne.Size {
	return fyne.NewSize(trackWidth+switchGap+120, r.s.heightFor(max(r.s.Size().Width, 240)))
}

func (r *switchRenderer) Refresh() {
	r.Layout(r.s.Size())
	for _, o := range r.Objects() {
		o.Refresh()
	}
}
func (r *switchRenderer) Destroy() {}
func (r *switchRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.s.ring, r.s.track, r.s.knob, r.s.texts}
}
