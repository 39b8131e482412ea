package widget

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/look"
)

// LogLine is one line of a [LogView].
type LogLine struct {
	Time  string // "12:03:41"; may be empty
	Level NoticeLevel
	Text  string
}

// mostLog is how many lines are kept; the oldest go first.
const mostLog = 5000

// LogView shows the last 5000 lines of a log. It follows the end unless it was scrolled away, breaks long lines rather than cut
// them, and shows only the lines that contain the filter. Ctrl+C copies the selected lines; [LogView.Text]
// gives all that match. The entry for the filter and a button to copy are the page's.
type LogView struct {
	fw.BaseWidget
	all    []LogLine
	filter string
	rows   []logRow
	wrap   int // columns that rows were broken for
	follow bool
	lines  *lines
	back   *canvas.Rectangle
}

// logRow is a part of a line that fits the width.
type logRow struct {
	line       int // in all
	text       string
	first      bool // of its line
	timeSpaces int
}

// NewLogView makes an empty log.
func NewLogView() *LogView {
	l := &LogView{follow: true, back: canvas.NewRectangle(theme.Color(look.ColorSurface))}
	l.lines = newLines(func() int { return len(l.rows) }, l.row, l.text)
	l.lines.marginColumns = 1
	l.lines.scrolled = func() { l.follow = l.lines.atEnd() }
	l.ExtendBaseWidget(l)
	return l
}

// Append adds lines at the end. It costs as much as the lines added; call it with many at once.
func (l *LogView) Append(lines ...LogLine) {
	if len(lines) > mostLog {
		lines = lines[len(lines)-mostLog:]
	}
	l.all = append(l.all, lines...)
	if len(l.all) > mostLog+mostLog/10 { // in bulk, so that a full log does not break all its lines anew each time
		l.all = append([]LogLine(nil), l.all[len(l.all)-mostLog:]...)
		l.breakAll()
	} else {
		l.breakFrom(len(l.all) - len(lines))
	}
	l.show()
}

// Clear removes all lines.
func (l *LogView) Clear() {
	l.all, l.rows, l.follow = nil, nil, true
	l.show()
}

// SetFilter shows only lines that contain a text, whatever its case; the empty text shows all.
func (l *LogView) SetFilter(text string) {
	if l.filter == strings.ToLower(text) {
		return
	}
	l.filter = strings.ToLower(text)
	l.breakAll()
	l.show()
}

// Text gives the lines that match the filter.
func (l *LogView) Text() string {
	var b strings.Builder
	for _, line := range l.all {
		if l.matches(line) {
			b.WriteString(line.String())
			b.WriteByte('\n')
		}
	}
	return b.String()
}

// String is the line as it is copied.
func (l LogLine) String() string {
	if l.Time == "" {
		return l.Text
	}
	return l.Time + " " + l.Text
}

// Focusable gives what takes the focus.
func (l *LogView) Focusable() fyne.Focusable { return l.lines.body }

func (l *LogView) matches(line LogLine) bool {
	return l.filter == "" || strings.Contains(strings.ToLower(line.String()), l.filter)
}

func (l *LogView) show() {
	l.lines.changed()
	if l.follow {
		l.lines.scroll.ScrollToBottom()
		l.lines.body.update()
	}
}

func (l *LogView) breakAll() {
	l.rows = l.rows[:0]
	l.breakFrom(0)
}

// breakFrom breaks lines into rows, from an index on.
func (l *LogView) breakFrom(index int) {
	for i := index; i < len(l.all); i++ {
		if l.matches(l.all[i]) {
			l.breakLine(i)
		}
	}
}

func (l *LogView) breakLine(index int) {
	indent := 0
	if t := l.all[index].Time; t != "" {
		indent = utf8.RuneCountInString(t) + 1
	}
	room := max(l.wrap-indent, 20)
	rest, first := strings.ReplaceAll(l.all[index].Text, "\t", "    "), true
	for first || rest != "" {
		part := rest
		if utf8.RuneCountInString(rest) > room {
			part = cutAt(rest, room)
		}
		l.rows = append(l.rows, logRow{line: index, text: part, first: first, timeSpaces: indent})
		rest, first = strings.TrimPrefix(rest[len(part):], " "), false
	}
}

// cutAt gives so many characters of a text, or fewer to end at a space in the last third.
func cutAt(text string, count int) string {
	end := 0
	for i := range text {
		if count == 0 {
			break
		}
		count--
		end = i
	}
	_, size := utf8.DecodeRuneInString(text[end:])
	end += size
	if space := strings.LastIndexByte(text[:end], ' '); space > end*2/3 {
		return text[:space]
	}
	return text[:end]
}

// row gives a row to be drawn: the time muted, a mark for what is no mere information.
func (l *LogView) row(index int) textLine {
	row := l.rows[index]
	line := l.all[row.line]
	colour := theme.ColorNameForeground
	if line.Level == Warn || line.Level == Bad || line.Level == Good {
		_, colour, _ = noticeLook(line.Level)
	}
	pieces := []piece{{column: row.timeSpaces, text: row.text, colour: colour, bold: line.Level == Bad}}
	if row.first && line.Time != "" {
		pieces = append(pieces, piece{text: line.Time, colour: look.ColorMuted})
	}
	if !row.first {
		return textLine{pieces: pieces}
	}
	return textLine{pieces: pieces, margin: logMark(line.Level)}
}

// logMark tells levels apart without colour.
func logMark(level NoticeLevel) string {
	switch level {
	case Warn:
		return "!"
	case Bad:
		return "✗"
	}
	return ""
}

// text gives the whole lines of which rows are selected.
func (l *LogView) text(first, last int) string {
	var b strings.Builder
	seen := -1
	for _, row := range l.rows[first : last+1] {
		if row.line != seen {
			b.WriteString(l.all[row.line].String())
			b.WriteByte('\n')
			seen = row.line
		}
	}
	return b.String()
}

// CreateRenderer is Fyne's.
func (l *LogView) CreateRenderer() fyne.WidgetRenderer { return &logRenderer{l} }

type logRenderer struct{ l *LogView }

func (r *logRenderer) Layout(size fyne.Size) {
	r.l.back.Resize(size)
	r.l.lines.Resize(size)
	if r.l.follow {
		defer r.l.show()
	}
	if columns := r.l.lines.columns(); columns != r.l.wrap {
		r.l.wrap = columns
		r.l.breakAll()
		r.l.show()
	}
}
func (r *logRenderer) MinSize() fyne.Size { return fyne.NewSize(200, 120) }
func (r *logRenderer) Refresh() {
	r.l.back.FillColor, r.l.back.CornerRadius = theme.Color(look.ColorSurface), look.Radius
	r.l.back.StrokeColor, r.l.back.StrokeWidth = theme.Color(look.ColorOutline), 1
	r.l.back.Refresh()
	r.l.lines.Refresh()
}
func (r *logRenderer) Destroy() {}
func (r *logRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.l.back, r.l.lines}
}
