package widget

import (
	"math"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/look"
)

// Fact is one line of a [FactList].
type Fact struct {
	ID    string // of where it leads to; several may lead to the same
	Label string
	Text  string
}

// FactList shows what was chosen, a label and what it says on each line. A line is opened by click, or with the arrow keys and
// Space; Enter is the window's.
type FactList struct {
	choices
	// OnOpen is called with the ID of the line.
	OnOpen func(id string)

	facts []Fact
}

// NewFactList makes a list that has no lines yet.
func NewFactList(open func(id string)) *FactList {
	f := &FactList{OnOpen: open}
	f.setUp(f, -2*rowInset, math.MaxFloat32, fyne.NewSize(8, 4), func(index int) bool {
		f.OnOpen(f.facts[index].ID)
		return true
	})
	return f
}

// SetFacts shows other lines.
func (f *FactList) SetFacts(facts []Fact) {
	if slices.Equal(f.facts, facts) {
		return
	}
	f.facts = slices.Clone(facts)
	width := float32(0)
	for _, fact := range facts {
		width = max(width, fyne.MeasureText(fact.Label, theme.TextSize(), fyne.TextStyle{}).Width+1)
	}
	var contents []choiceContent
	for _, fact := range facts {
		contents = append(contents, newFactBody(fact, width))
	}
	f.setRows(contents)
	for _, row := range f.rows {
		row.setStanding(standing{flat: true})
	}
}

// TypedKey moves the cursor and opens.
func (f *FactList) TypedKey(e *fyne.KeyEvent) {
	if control.Enters(e) {
		f.handOn(e)
		return
	}
	f.choices.TypedKey(e)
}

// newFactBody is the inside of a line, with the label in a column of that width.
func newFactBody(fact Fact, width float32) *panel {
	label := newParagraph(fact.Label, theme.SizeNameText, look.ColorMuted, fyne.TextStyle{})
	text := newParagraph(fact.Text, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{})
	b := &panel{content: newColumn(0, newBeside(container.New(&narrow{width}, label), text, 12, 0))}
	b.ExtendBaseWidget(b)
	return b
}

// narrow gives one text a width of its own.
type narrow struct{ width float32 }

// MinSize is Fyne's.
func (n *narrow) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(n.width, heightOf(objects[0], n.width))
}

// Layout is Fyne's.
func (n *narrow) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
