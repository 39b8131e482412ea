package layout

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"lethe/engine/quantity"
)

// MapStyle says how [Layout.Map] draws.
type MapStyle struct {
	ASCII  bool // no box drawing and no check marks
	Colour bool // ANSI colours on the marks
}

// Map draws the disk as text: a bar of about width columns (at least 40), a row for each partition and for
// the LUKS payload, with a mark on each boundary, and the grain. The rows do not shrink with width; they need
// about 80 columns. Nothing of the disk's own text is printed, so it is safe for a terminal. The levels shown
// are those that the layout carries; [Layout.Check] proves them.
func (l Layout) Map(width int, style MapStyle) string {
	var b strings.Builder
	b.WriteString(l.bar(max(40, min(width, 1000)), style))
	b.WriteString("\n")
	writeTable(&b, l.rows(style))
	fmt.Fprintf(&b, "\n%s\n", style.legend())
	fmt.Fprintf(&b, "Grain %d sectors of %d bytes, offset %d; usable sectors %d to %d.\n",
		l.Grain.Optimal, l.SectorSize, l.Grain.Offset, l.FirstUsable, l.LastUsable)
	return b.String()
}

// cell is one field of the table; shown may carry colour and has the width of text.
type cell struct {
	text, shown string
	right       bool
}

func plain(text string) cell  { return cell{text: text, shown: text} }
func number(text string) cell { return cell{text: text, shown: text, right: true} }

func (l Layout) rows(style MapStyle) [][]cell {
	rows := [][]cell{{
		number("#"), plain("role"), number("first"), number("last"), number("sectors"), number("size"), plain("start"), plain("end"),
	}}
	for _, p := range l.Partitions {
		rows = append(rows, l.row(strconv.Itoa(p.Number), p.Role.title(), p.First, p.Last, style.mark(p.Start.Level), style.mark(p.End.Level)))
		if p.Role == Nix && l.LUKS != nil {
			rows = append(rows, l.row("", style.branch()+"LUKS payload", l.LUKS.Payload.Sector, p.Last, style.mark(l.LUKS.Payload.Level), style.mark(p.End.Level)))
		}
	}
	return rows
}

func (l Layout) row(n, title string, first, last quantity.Sectors, start, end cell) []cell {
	sectors := last - first + 1
	return []cell{
		number(n), plain(title), number(sectorText(first)), number(sectorText(last)), number(sectorText(sectors)),
		number(l.SectorSize.Of(sectors).Human()), start, end,
	}
}

func sectorText(s quantity.Sectors) string { return strconv.FormatUint(uint64(s), 10) }

// writeTable pads columns by what is seen, not by the bytes of colour codes.
func writeTable(b *strings.Builder, rows [][]cell) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(c.text))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(c.text))
			if i > 0 {
				line.WriteString("  ")
			}
			if c.right {
				line.WriteString(pad + c.shown)
			} else {
				line.WriteString(c.shown + pad)
			}
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// title names a role for people; a role that nobody knows is not printed.
func (r Role) title() string {
	switch r {
	case ESP:
		return "ESP"
	case Swap:
		return "swap"
	case Nix:
		return "nix"
	}
	return "?"
}

func (s MapStyle) branch() string {
	if s.ASCII {
		return "`- "
	}
	return "└ "
}

// mark draws a level.
func (s MapStyle) mark(level Level) cell {
	sign, ascii, colour := "✗", "x", "31"
	switch level {
	case Aligned:
		sign, ascii, colour = "✓", "ok", "32"
	case Minimal:
		sign, ascii, colour = "~", "~", "33"
	}
	if s.ASCII {
		sign = ascii
	}
	c := plain(sign)
	if s.Colour {
		c.shown = "\x1b[" + colour + "m" + sign + "\x1b[0m"
	}
	return c
}

func (s MapStyle) legend() string {
	return fmt.Sprintf("%s aligned   %s minimal   %s misaligned", s.mark(Aligned).shown, s.mark(Minimal).shown, s.mark(Misaligned).shown)
}
