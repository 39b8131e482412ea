package widget

import (
	"image/color"
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// Card is one choice of a [CardList].
type Card struct {
	ID     string
	Icon   fyne.Resource // may be nil
	Title  string
	Lines  []string
	Badge  string // a short word at the right, such as "removable"; may be empty
	Reason string // why it cannot be chosen; empty means that it can
}

// CardList offers cards of which one is chosen. Cards that cannot be chosen show why and can still be reached. It is as high as
// its cards, up to 440, and scrolls beyond.
type CardList struct {
	choices
	// OnSelect is called for the user's choices only.
	OnSelect func(id string)

	cards    []Card
	bodies   []*cardBody
	selected string
}

// NewCardList makes a list of cards of which none is chosen.
func NewCardList(cards []Card, selected func(id string)) *CardList {
	c := &CardList{OnSelect: selected}
	c.setUp(c, look.SmallGap-2*rowInset, 440, fyne.NewSize(16, 12), c.pick)
	c.SetCards(cards)
	return c
}

// SetCards shows other cards; the choice is kept while a card with its ID can be chosen.
func (c *CardList) SetCards(cards []Card) {
	if slices.EqualFunc(c.cards, cards, sameCard) && len(c.rows) == len(cards) {
		return
	}
	c.cards = slices.Clone(cards)
	c.bodies = nil
	var contents []choiceContent
	for _, card := range c.cards {
		body := newCardBody(card)
		c.bodies = append(c.bodies, body)
		contents = append(contents, body)
	}
	c.setRows(contents)
	c.Select(c.selected)
}

func sameCard(a, b Card) bool {
	return a.ID == b.ID && a.Icon == b.Icon && a.Title == b.Title && a.Badge == b.Badge && a.Reason == b.Reason && slices.Equal(a.Lines, b.Lines)
}

// Select chooses a card without calling OnSelect. An ID that there is not, or whose card cannot be chosen, chooses none.
func (c *CardList) Select(id string) {
	c.selected = ""
	for i, card := range c.cards {
		chosen := card.ID == id && card.Reason == ""
		if chosen {
			c.selected, c.cursor = id, i
		}
		c.rows[i].setStanding(standing{chosen: chosen, refused: card.Reason != ""})
		c.bodies[i].setChosen(chosen)
	}
	c.paint()
}

// Selected gives the chosen card's ID, or the empty string.
func (c *CardList) Selected() string { return c.selected }

func (c *CardList) pick(index int) (used bool) {
	card := c.cards[index]
	if card.Reason != "" {
		return true // or Enter would go on with another card than the one it is on
	}
	changed := c.selected != card.ID
	c.Select(card.ID)
	if changed && c.OnSelect != nil {
		c.OnSelect(card.ID)
	}
	return changed
}

const cardIcon float32 = 32

// cardBody is the inside of a card: the mark of the choice, an icon, the title with the badge, lines and the reason.
type cardBody struct {
	fw.BaseWidget
	card  Card
	dot   *canvas.Circle
	core  *canvas.Circle
	icon  *picture
	badge *canvas.Text
	texts *fyne.Container
	title *paragraph
}

func newCardBody(card Card) *cardBody {
	b := &cardBody{
		card: card, dot: canvas.NewCircle(color.Transparent), core: canvas.NewCircle(color.Transparent),
		badge: canvas.NewText(card.Badge, nil), icon: newPicture(card.Icon, cardIcon),
	}
	colour := theme.ColorNameForeground
	if card.Reason != "" {
		colour = look.ColorMuted
	}
	b.title = newParagraph(card.Title, theme.SizeNameText, colour, fyne.TextStyle{Bold: true})
	b.texts = newColumn(1, b.title)
	for _, line := range card.Lines {
		b.texts.Add(newParagraph(line, theme.SizeNameText, look.ColorMuted, fyne.TextStyle{}))
	}
	if card.Reason != "" {
		icon := newPicture(look.IconWarn.In(theme.ColorNameWarning), 16)
		reason := newParagraph(card.Reason, theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{})
		b.texts.Add(newBeside(icon, reason, 6, 2))
	}
	b.icon.Hidden = card.Icon == nil
	b.core.Hide()
	b.ExtendBaseWidget(b)
	return b
}

func (b *cardBody) setChosen(chosen bool) {
	b.core.Hidden = !chosen
	b.Refresh()
}

const dotSide float32 = 18

// left gives where the texts begin.
func (b *cardBody) left() float32 {
	if b.card.Icon == nil {
		return dotSide + 12
	}
	return dotSide + 12 + cardIcon + 14
}

func (b *cardBody) textWidth(width float32) float32 {
	width -= b.left()
	if b.card.Badge != "" {
		width -= fyne.MeasureText(b.card.Badge, theme.CaptionTextSize(), fyne.TextStyle{}).Width + look.Gap
	}
	return width
}

func (b *cardBody) heightFor(width float32) float32 {
	c, ok := b.texts.Layout.(*column)
	if !ok {
		return 0
	}
	height := c.height(b.texts.Objects, b.textWidth(width))
	if b.card.Icon != nil {
		height = max(height, cardIcon)
	}
	return max(height, dotSide)
}

// CreateRenderer is Fyne's.
func (b *cardBody) CreateRenderer() fyne.WidgetRenderer { return &cardRenderer{b} }

type cardRenderer struct{ b *cardBody }

func (r *cardRenderer) Layout(size fyne.Size) {
	b, line := r.b, r.b.title.lineHeight()
	middle := size.Height / 2
	if b.card.Icon == nil {
		middle = line / 2
	}
	show(b.dot, fyne.NewPos(0, middle-dotSide/2), fyne.NewSquareSize(dotSide))
	b.core.Move(fyne.NewPos(5, middle-dotSide/2+5))
	b.core.Resize(fyne.NewSquareSize(dotSide - 10))
	b.icon.Move(fyne.NewPos(dotSide+12, middle-cardIcon/2))
	b.icon.Resize(fyne.NewSquareSize(cardIcon))
	b.texts.Move(fyne.NewPos(b.left(), max(0, (size.Height-r.b.heightOfTexts(size.Width))/2)))
	b.texts.Resize(fyne.NewSize(b.textWidth(size.Width), r.b.heightOfTexts(size.Width)))
	width := fyne.MeasureText(b.card.Badge, theme.CaptionTextSize(), fyne.TextStyle{}).Width
	write(b.badge, b.card.Badge, theme.CaptionTextSize(), look.ColorMuted, size.Width-width, 1, width+1)
	r.colour()
}

func (b *cardBody) heightOfTexts(width float32) float32 {
	if c, ok := b.texts.Layout.(*column); ok {
		return c.height(b.texts.Objects, b.textWidth(width))
	}
	return 0
}

func (r *cardRenderer) colour() {
	edge := theme.ColorNameInputBorder
	if !r.b.core.Hidden {
		edge = theme.ColorNamePrimary
	}
	r.b.dot.StrokeColor, r.b.dot.StrokeWidth = theme.Color(edge), 1.5
	r.b.dot.Hidden = r.b.card.Reason != ""
	r.b.core.FillColor = theme.Color(theme.ColorNamePrimary)
	r.b.dot.Refresh()
	r.b.core.Refresh()
}

func (r *cardRenderer) MinSize() fyne.Size {
	return fyne.NewSize(100, r.b.heightFor(max(r.b.Size().Width, 200)))
}

func (r *cardRenderer) Refresh() {
	r.Layout(r.b.Size())
	r.b.texts.Refresh()
}
func (r *cardRenderer) Destroy() {}
func (r *cardRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.b.dot, r.b.core, r.b.icon, r.b.texts, r.b.badge}
}
