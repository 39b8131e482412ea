package widget

import (
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// Step is one line of a [StepList].
type Step struct {
	ID     string
	Title  string
	Detail string // a second, smaller line; may be empty
	State  State
}

// StepList shows steps with their states. Where OnSelect is set one can be chosen by click, or with the arrow keys and Space. It
// scrolls beyond a height of 360 when it is given no more.
type StepList struct {
	choices
	OnSelect func(id string)
	// OnPoint is called with the step that the mouse is on, or else the keyboard; the empty ID is that there is none.
	OnPoint func(id string)

	steps  []Step
	bodies []*stepBody
	lit    map[string]bool
}

// NewStepList makes a list of steps.
func NewStepList(steps []Step, selected func(id string)) *StepList {
	s := &StepList{OnSelect: selected}
	s.setUp(s, -2*rowInset, 360, fyne.NewSize(10, 6), func(index int) bool {
		if s.OnSelect != nil {
			s.OnSelect(s.steps[index].ID)
		}
		return s.OnSelect != nil
	})
	s.pointed = func(index int) {
		switch {
		case s.OnPoint == nil:
		case index < 0 || index >= len(s.steps):
			s.OnPoint("")
		default:
			s.OnPoint(s.steps[index].ID)
		}
	}
	s.SetSteps(steps)
	return s
}

// ShowAll lets the list be as high as its steps, so that it never scrolls inside of what scrolls.
func (s *StepList) ShowAll() { s.most = math.MaxFloat32 }

// SetSteps shows other steps, or other states of the same; the latter costs only what changed.
func (s *StepList) SetSteps(steps []Step) {
	same := len(steps) == len(s.steps) && len(s.bodies) == len(steps)
	s.steps = slices.Clone(steps)
	if !same {
		s.bodies = nil
		var contents []choiceContent
		for range steps {
			body := newStepBody()
			s.bodies = append(s.bodies, body)
			contents = append(contents, body)
		}
		s.setRows(contents)
	}
	higher := false
	for i, step := range s.steps {
		higher = s.bodies[i].set(step) || higher
	}
	if higher {
		s.list.Refresh()
	}
	s.stand()
}

// SetHighlighted marks the steps with these IDs and no others.
func (s *StepList) SetHighlighted(ids ...string) {
	s.lit = map[string]bool{}
	for _, id := range ids {
		s.lit[id] = true
	}
	s.stand()
}

// ScrollTo brings a step into view.
func (s *StepList) ScrollTo(id string) {
	for i, step := range s.steps {
		if step.ID == id {
			s.reveal(i)
		}
	}
}

func (s *StepList) stand() {
	for i, step := range s.steps {
		s.rows[i].setStanding(standing{flat: true, lit: s.lit[step.ID], refused: s.OnSelect == nil})
	}
}

// stepBody is the inside of a row.
type stepBody struct {
	panel
	step          Step
	icon          *picture
	title, detail *paragraph
}

func newStepBody() *stepBody {
	b := &stepBody{
		icon:   newPicture(theme.BrokenImageIcon(), 18),
		title:  newParagraph("", theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{}),
		detail: newParagraph("", theme.SizeNameCaptionText, look.ColorMuted, fyne.TextStyle{}),
	}
	texts := &panel{content: newColumn(1, b.title, b.detail)}
	texts.ExtendBaseWidget(texts)
	b.content = newColumn(0, newBeside(b.icon, texts, 10, 1))
	b.ExtendBaseWidget(b)
	return b
}

// set shows a step, and tells whether its height may have changed.
func (b *stepBody) set(step Step) bool {
	if b.step == step && b.title.text == step.Title {
		return false
	}
	higher := b.step.Detail != step.Detail || b.title.text != step.Title
	icon, colour := stateIcon(step.State), look.ColorMuted
	if icon == "" {
		icon = look.IconWaiting
	} else {
		colour = stateColour(step.State)
	}
	if b.step.State != step.State || b.title.text == "" {
		b.icon.set(icon.In(colour))
	}
	b.step = step
	b.title.style.Bold = step.State == Working
	b.title.setColour(theme.ColorNameForeground)
	if step.State == Waiting || step.State == Skipped {
		b.title.setColour(look.ColorMuted)
	}
	b.title.setText(step.Title)
	b.detail.setText(step.Detail)
	b.detail.Hidden = step.Detail == ""
	b.settle()
	return higher
}
