package widget

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// NoticeLevel is how much something matters.
type NoticeLevel string

// The levels of notices and of log lines.
const (
	Info NoticeLevel = "info"
	Good NoticeLevel = "good"
	Warn NoticeLevel = "warn"
	Bad  NoticeLevel = "bad"
)

// noticeLook gives icon, its colour, and the colour behind a notice.
func noticeLook(level NoticeLevel) (look.Icon, fyne.ThemeColorName, fyne.ThemeColorName) {
	switch level {
	case Good:
		return look.IconCheck, theme.ColorNameSuccess, look.ColorGoodTint
	case Warn:
		return look.IconWarn, theme.ColorNameWarning, look.ColorWarnTint
	case Bad:
		return look.IconCross, theme.ColorNameError, look.ColorBadTint
	}
	return look.IconInfo, theme.ColorNamePrimary, look.ColorInfoTint
}

// Notice is a box with an icon and a text. It is hidden while the text is empty.
type Notice struct {
	fw.BaseWidget
	level NoticeLevel
	back  *canvas.Rectangle
	icon  *picture
	text  *paragraph
	row   *beside
}

// NewNotice makes a notice.
func NewNotice(level NoticeLevel, text string) *Notice {
	n := &Notice{
		back: canvas.NewRectangle(theme.Color(look.ColorInfoTint)), icon: newPicture(theme.InfoIcon(), 20),
		text: newParagraph("", theme.SizeNameText, theme.ColorNameForeground, fyne.TextStyle{}),
	}
	n.back.CornerRadius = look.Radius
	n.row = newBeside(n.icon, n.text, 12, 0)
	n.ExtendBaseWidget(n)
	n.set(level, text)
	return n
}

// Set changes both.
func (n *Notice) Set(level NoticeLevel, text string) {
	if n.level != level || n.text.text != text {
		n.set(level, text)
	}
}

func (n *Notice) set(level NoticeLevel, text string) {
	n.level = level
	icon, colour, _ := noticeLook(level)
	n.icon.set(icon.In(colour))
	n.text.setText(text)
	if text == "" {
		n.Hide()
		return
	}
	n.Show()
	n.Refresh()
}

const noticePad float32 = 12

func (n *Notice) heightFor(width float32) float32 {
	return n.row.heightFor(width-2*noticePad) + 2*noticePad
}

// CreateRenderer is Fyne's.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	return &noticeRenderer{n, container.NewWithoutLayout(n.back, n.row)}
}

type noticeRenderer struct {
	n       *Notice
	content *fyne.Container
}

func (r *noticeRenderer) Layout(size fyne.Size) {
	_, _, tint := noticeLook(r.n.level)
	r.n.back.FillColor = theme.Color(tint)
	show(r.n.back, fyne.Position{}, size)
	show(r.n.row, fyne.NewPos(noticePad, noticePad), fyne.NewSize(size.Width-2*noticePad, size.Height-2*noticePad))
}

func (r *noticeRenderer) MinSize() fyne.Size {
	width := max(r.n.Size().Width, 160)
	return fyne.NewSize(160, r.n.heightFor(width))
}

func (r *noticeRenderer) Refresh() {
	r.Layout(r.n.Size())
	r.n.back.Refresh()
	r.n.row.Refresh()
}

func (r *noticeRenderer) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{r.n.back, r.n.row} }
func (r *noticeRenderer) Destroy()                     {}
