package page

import (
	"path"
	"strconv"
	"strings"
	"time"

	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/event"
	"lethe/engine/quantity"
)

// treeRow is a row of the session as the tree shows it.
func treeRow(s *session.Explore, r session.ExploreRow, now time.Time) widget.TreeRow {
	row := widget.TreeRow{
		Name: plain(r.Name), Detail: plain(Say(r.Owner)), Depth: r.Depth, Folder: r.Folder, Open: r.Open,
		Share: r.Share, Hollow: !r.Lost, Percent: percent(r.Share), Size: size(r.Bytes),
	}
	if r.ByOwner {
		row.Name, row.Detail = row.Detail, plain(r.Path)
	}
	switch {
	case r.Rest():
		row.Note = restNote(s, r)
		return row
	case r.Folder, r.Modified.IsZero(): // of a single entry that is listed by its owner no age is known
		row.Right = lang.N("{{.Count}} entries", int(r.Count), map[string]any{"Count": grouped(r.Count)})
	default:
		row.Right = age(now.Sub(r.Modified))
	}
	for _, m := range r.Marks {
		row.Badges = append(row.Badges, badge(m.Mark))
	}
	if len(row.Badges) > 3 {
		row.Badges = row.Badges[:3]
	}
	return row
}

// restNote says what is not listed, and that it comes when one asks for it.
func restNote(s *session.Explore, r session.ExploreRow) string {
	small := map[string]any{"Count": grouped(r.Small)}
	switch {
	case r.Full > 0:
		return lang.L("These are the first {{.Count}} matches. Type more to find others.", map[string]any{"Count": grouped(r.Full)})
	case r.Hidden > 0:
		return lang.N("Show more: {{.Count}} are not listed yet.", int(r.Hidden), map[string]any{"Count": grouped(r.Hidden)})
	case s.Seeking:
		return lang.L("Looking…")
	case s.Phase == session.ExploreScanning:
		return lang.N("and {{.Count}} smaller ones, which can be listed once everything was looked at", int(r.Small), small)
	case r.Unsearched:
		return lang.N("Search {{.Count}} small entries too: so far only what is listed was searched.", int(r.Small), small)
	}
	return lang.N("Show the other {{.Count}}, which are smaller.", int(r.Small), small)
}

// badge is a mark as a word with a sign of its own shape.
func badge(m session.Mark) widget.TreeBadge {
	icon, colour := look.IconWaiting, look.ColorMuted
	switch m {
	case session.MarkLost:
		icon, colour = look.IconCross, theme.ColorNameError
	case session.MarkDiffers:
		icon, colour = look.IconNear, theme.ColorNameWarning
	case session.MarkKept:
		icon, colour = look.IconCheck, theme.ColorNameSuccess
	case session.MarkNoise:
		icon = look.IconSkipped
	case session.MarkPending:
		icon, colour = look.IconWorking, theme.ColorNamePrimary
	}
	return widget.TreeBadge{Icon: icon, Colour: colour, Text: markWord(m)}
}

// markWord is a mark in a word.
func markWord(m session.Mark) string {
	switch m {
	case session.MarkLost:
		return lang.L("lost")
	case session.MarkDiffers:
		return lang.L("differs")
	case session.MarkOrphan:
		return lang.L("orphan")
	case session.MarkKept:
		return lang.L("kept")
	case session.MarkNoise:
		return lang.L("not missed")
	}
	return lang.L("pending")
}

// markMeans is a mark in a sentence.
func markMeans(m session.Mark) string {
	switch m {
	case session.MarkLost:
		return lang.L("It is only on the root, and gone at the next boot.")
	case session.MarkDiffers:
		return lang.L("The disk has another version of it. The one on the root, often the newer one, is gone at the next boot.")
	case session.MarkOrphan:
		return lang.L("It is on the disk, and the configuration no longer keeps it: nobody sees it, and it takes up room. Keep it again, or forget it.")
	case session.MarkKept:
		return lang.L("It outlives the next boot.")
	case session.MarkNoise:
		return lang.L("It is gone at the next boot too, and made anew when it is needed: caches, sockets and the like.")
	}
	return ""
}

// markLabel is a mark with a number, for the filter.
func markLabel(m session.Mark, count int64) string {
	if count == 0 {
		return markWord(m)
	}
	return lang.L("{{.Word}} ({{.Count}})", map[string]string{"Word": markWord(m), "Count": grouped(count)})
}

// plain makes a name printable on one line: names of files are any bytes.
func plain(text string) string {
	return strings.ReplaceAll(event.Plain(strings.ToValidUTF8(text, "\uFFFD")), "\n", "⏎")
}

// percent is a share; less than one is not nothing.
func percent(share float64) string {
	switch {
	case share <= 0:
		return ""
	case share < 0.01:
		return lang.L("< 1 %")
	}
	return lang.L("{{.Percent}} %", map[string]any{"Percent": int(share*100 + 0.5)})
}

func size(bytes int64) string { return look.Number(quantity.Bytes(max(bytes, 0)).Human()) }

// grouped writes a number with its thousands apart.
func grouped(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "\u00a0" + digits[i:]
	}
	return digits
}

// age is how long ago something was changed, in the largest unit that says something.
func age(d time.Duration) string {
	const day = 24 * time.Hour
	count := func(n time.Duration) (int, map[string]any) { return int(n), map[string]any{"Count": int(n)} }
	switch {
	case d < time.Minute:
		return lang.L("just now")
	case d < time.Hour:
		n, data := count(d / time.Minute)
		return lang.N("{{.Count}} minutes", n, data)
	case d < 2*day:
		n, data := count(d / time.Hour)
		return lang.N("{{.Count}} hours", n, data)
	case d < 60*day:
		n, data := count(d / day)
		return lang.N("{{.Count}} days", n, data)
	case d < 730*day:
		n, data := count(d / (30 * day))
		return lang.N("{{.Count}} months", n, data)
	}
	n, data := count(d / (365 * day))
	return lang.N("{{.Count}} years", n, data)
}

// beginning is as many whole words of a text as fit, for a place where an ellipsis follows anyway.
func beginning(text string, most int) string {
	runes := []rune(plain(text))
	if len(runes) <= most {
		return string(runes)
	}
	cut := string(runes[:most])
	if space := strings.LastIndexByte(cut, ' '); space > 0 && runes[most] != ' ' {
		cut = cut[:space]
	}
	return strings.TrimRight(cut, " ,:")
}

// shortPath keeps the beginning and the end of a path.
func shortPath(name string, most int) string {
	name = plain(name)
	runes := []rune(name)
	if len(runes) <= most {
		return name
	}
	base := []rune(path.Base(name))
	if len(base)+2 >= most {
		return "…" + string(runes[len(runes)-most+1:])
	}
	return string(runes[:most-len(base)-2]) + "…/" + string(base)
}
