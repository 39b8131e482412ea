package layout

import (
	"strings"
)

// bar draws the partitions side by side, width columns in all. Lengths follow size, but a box is never narrower than its title.
func (l Layout) bar(width int, style MapStyle) string {
	if len(l.Partitions) == 0 || len(l.Partitions) > width/10 {
		return ""
	}
	titles := make([]string, len(l.Partitions))
	sizes := make([]float64, len(l.Partitions))
	for i, p := range l.Partitions {
		titles[i] = p.Role.title()
		sizes[i] = float64(p.Sectors())
	}
	widths := share(width-len(titles)-1, titles, sizes)
	if style.ASCII {
		return rule("+", "-", "+", "+", widths) + boxes("|", titles, widths) + rule("+", "-", "+", "+", widths)
	}
	return rule("┌", "─", "┬", "┐", widths) + boxes("│", titles, widths) + rule("└", "─", "┴", "┘", widths)
}

// share gives every box room for its title and a space on both sides, and the rest of the columns by size.
// What rounding leaves goes to the largest.
func share(columns int, titles []string, sizes []float64) []int {
	widths := make([]int, len(sizes))
	total, largest, free := 0.0, 0, columns
	for i, size := range sizes {
		widths[i] = len(titles[i]) + 2
		free -= widths[i]
		total += size
		if size > sizes[largest] {
			largest = i
		}
	}
	spare := max(0, free)
	for i, size := range sizes {
		more := 0
		if total > 0 {
			more = min(spare, int(float64(free)*size/total))
		}
		widths[i] += more
		spare -= more
	}
	widths[largest] += spare
	return widths
}

func rule(left, line, joint, right string, widths []int) string {
	parts := make([]string, len(widths))
	for i, w := range widths {
		parts[i] = strings.Repeat(line, w)
	}
	return left + strings.Join(parts, joint) + right + "\n"
}

func boxes(wall string, titles []string, widths []int) string {
	var b strings.Builder
	for i, title := range titles {
		b.WriteString(wall + " " + title + strings.Repeat(" ", widths[i]-len(title)-1))
	}
	b.WriteString(wall + "\n")
	return b.String()
}
