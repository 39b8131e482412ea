package widget

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	"pgregory.net/rapid"

	"lethe/app/look"
)

func TestParagraphBreaks(t *testing.T) {
	open(t, light(400, 100), func() fyne.CanvasObject { return NewHeading("a", "b") })
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("aWé …\nxyz1 "))).Draw(t, "text")
		width := rapid.Float32Range(20, 300).Draw(t, "width")
		rows := breakLines(text, width, 14, fyne.TextStyle{})
		for _, row := range rows {
			if w := fyne.MeasureText(row, 14, fyne.TextStyle{}).Width; w > width && utf8.RuneCountInString(row) > 1 {
				t.Fatalf("%q is %v wide, more than %v", row, w, width)
			}
		}
		letters := func(s string) string { return strings.Join(strings.Fields(s), "") }
		if letters(strings.Join(rows, "")) != letters(text) {
			t.Fatalf("%q became %q", text, rows)
		}
	})
}

func TestLogFollowsTheEnd(t *testing.T) {
	var l *LogView
	c := open(t, light(620, 260), func() fyne.CanvasObject {
		l = NewLogView()
		return l
	})
	l.Append(log(200)...)
	if !l.lines.atEnd() {
		t.Fatal("the log does not follow")
	}
	c.Focus(l.Focusable())
	press(l.lines.body, fyne.KeyHome)
	at := l.lines.scroll.Offset.Y
	l.Append(log(10)...)
	if l.lines.scroll.Offset.Y != at || l.lines.atEnd() {
		t.Error("the log moved although it had been scrolled")
	}
	press(l.lines.body, fyne.KeyEnd)
	l.Append(log(10)...)
	if !l.lines.atEnd() {
		t.Error("the log does not follow again")
	}
}

func TestLogKeepsFiveThousand(t *testing.T) {
	var l *LogView
	open(t, light(620, 260), func() fyne.CanvasObject {
		l = NewLogView()
		return l
	})
	for i := range 120 {
		var lines []LogLine
		for j := range 100 {
			lines = append(lines, LogLine{Text: fmt.Sprint("n", 100*i+j)})
		}
		l.Append(lines...)
	}
	if n := len(l.all); n < mostLog || n > mostLog+mostLog/10 {
		t.Errorf("%d lines are kept", n)
	}
	if !strings.HasSuffix(l.Text(), "n11999\n") || len(l.rows) != len(l.all) {
		t.Error("the last line is missing, or rows do not match lines")
	}
	if n := len(l.lines.body.rows); n > 40 {
		t.Errorf("%d rows of objects for what is in view", n)
	}
	l.SetFilter("N1199")
	if got := l.Text(); got != "n1199\nn11990\nn11991\nn11992\nn11993\nn11994\nn11995\nn11996\nn11997\nn11998\nn11999\n" && strings.Count(got, "\n") != 10 {
		t.Errorf("the filter gives %q", got)
	}
	l.Clear()
	l.SetFilter("")
	if l.Text() != "" || len(l.rows) != 0 {
		t.Error("the log is not empty")
	}
}

func TestLogBreaksLongLinesWithoutLoss(t *testing.T) {
	var l *LogView
	open(t, light(620, 260), func() fyne.CanvasObject {
		l = NewLogView()
		return l
	})
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringOf(rapid.RuneFrom([]rune("abö 漢/"))).Draw(t, "text")
		l.Clear()
		l.Append(LogLine{Time: "12:00:00", Text: text})
		got := ""
		for _, row := range l.rows {
			if n := utf8.RuneCountInString(row.text); n > max(l.wrap-9, 20) {
				t.Fatalf("a row of %d characters", n)
			}
			got += row.text
		}
		if strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(text, " ", "") {
			t.Fatalf("%q became %q", text, got)
		}
	})
}

func TestLinesCopy(t *testing.T) {
	var v *CodeView
	c := open(t, light(620, 300), func() fyne.CanvasObject {
		v = NewCodeView(Nix, flake)
		return v
	})
	var heard []int
	v.OnLine = func(line int) { heard = append(heard, line) }
	c.FocusNext()
	body := v.lines.body
	if c.Focused() != fyne.Focusable(body) {
		t.Fatalf("Tab reached %T", c.Focused())
	}
	press(body, fyne.KeyDown)
	body.KeyDown(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	press(body, fyne.KeyDown)
	body.KeyUp(&fyne.KeyEvent{Name: desktop.KeyShiftLeft})
	clip := test.NewClipboard()
	body.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clip})
	if got := clip.Content(); got != "{ config, lib, pkgs, ... }:\nlet\n" {
		t.Errorf("copied %q", got)
	}
	body.TypedShortcut(&fyne.ShortcutSelectAll{})
	body.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clip})
	if clip.Content() != flake {
		t.Errorf("all is %q", clip.Content())
	}
	body.MouseDown(&desktop.MouseEvent{Button: desktop.MouseButtonPrimary, PointEvent: fyne.PointEvent{Position: fyne.NewPos(50, 4.5*cell().Height)}})
	if len(heard) != 2 || heard[0] != 2 || heard[1] != 5 {
		t.Errorf("heard lines %v", heard)
	}
	v.SetText(Plain, "")
	press(body, fyne.KeyEnd, fyne.KeyUp)
	body.TypedShortcut(&fyne.ShortcutCopy{Clipboard: clip})
}

func TestHighlightScrolls(t *testing.T) {
	var v *CodeView
	open(t, light(620, 200), func() fyne.CanvasObject {
		v = NewCodeView(TOML, strings.Repeat("[a]\nb = 1\n", 200))
		return v
	})
	v.SetHighlighted(LineRange{300, 302})
	top := 299 * cell().Height
	if off := v.lines.scroll.Offset.Y; off > top || off+v.lines.scroll.Size().Height < top+cell().Height {
		t.Errorf("line 300 is at %v, in view is %v", top, off)
	}
	if v.row(300).back != look.ColorCodeLine || v.row(302).back != "" {
		t.Error("the wrong lines are marked")
	}
}

func TestColours(t *testing.T) {
	for _, c := range []struct {
		language Language
		text     string
		want     string // one letter per character: k keyword, s string, c comment, n number, f other
	}{
		{Nix, `let x = "a${b}"; # c`, "kkkfffffsssssssffccc"},
		{Nix, `inherit' letter`, "fffffffffffffff"},
		{Nix, "a = ''x ''${y} '''z'' + 1", "ffffsssssssssssssssssfffn"},
		{TOML, `k = 'a#b' # c`, "ffffsssssfccc"},
		{TOML, `[disk]`, "kkkkkk"},
		{Shell, `if "a\"b" ; then`, "kkfssssssfffkkkk"},
		{Diff, "+x", "gg"},
	} {
		letters := map[fyne.ThemeColorName]string{
			look.ColorCodeKeyword: "k", look.ColorCodeString: "s", look.ColorCodeComment: "c",
			look.ColorCodeNumber: "n", theme.ColorNameForeground: "f", theme.ColorNameSuccess: "g",
		}
		got, text := "", ""
		colours := colourer{language: c.language}
		for _, p := range colours.line(c.text) {
			got += strings.Repeat(letters[p.colour], utf8.RuneCountInString(p.text))
			text += p.text
		}
		if got != c.want || text != c.text {
			t.Errorf("%s %q:\n got %s\nwant %s", c.language, c.text, got, c.want)
		}
	}
}

func TestColoursLoseNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		language := rapid.SampledFrom([]Language{Nix, TOML, Shell, Plain, Diff}).Draw(t, "language")
		colours := colourer{language: language}
		for range 3 {
			line := rapid.StringOf(rapid.RuneFrom([]rune("a'\"$\\/*#{1 é[let"))).Draw(t, "line")
			got, column := "", 0
			for _, p := range colours.line(line) {
				if p.column != column {
					t.Fatalf("a piece of %q begins at column %d, want %d", line, p.column, column)
				}
				got += p.text
				column += utf8.RuneCountInString(p.text)
			}
			if got != line {
				t.Fatalf("%q became %q", line, got)
			}
		}
	})
}

func BenchmarkLogAppend(b *testing.B) {
	var l *LogView
	open(b, light(820, 300), func() fyne.CanvasObject {
		l = NewLogView()
		return l
	})
	lines := log(500)
	for b.Loop() {
		l.Append(lines...)
	}
}
