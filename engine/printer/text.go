package printer

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"lethe/engine/event"
	"lethe/engine/verify"
)

// Style is how text is printed.
type Style struct {
	Colour bool
	Bar    bool // a progress bar, for terminals
	// Cancel says how to cancel: "Ctrl-C cancels".
	Cancel string
}

// Text prints events for people.
type Text struct {
	out   io.Writer
	style Style
	bar   *progressbar.ProgressBar
	pace  pace
	title string // of the step that the bar is at
	aside string // what stands beside the bar
}

// barSteps is the resolution of the bar.
const barSteps = 1000

// NewText makes a text printer.
func NewText(out io.Writer, style Style) *Text {
	t := &Text{out: out, style: style}
	if style.Bar {
		t.bar = progressbar.NewOptions(barSteps,
			progressbar.OptionSetWriter(out), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionEnableColorCodes(false), progressbar.OptionSetPredictTime(false),
			progressbar.OptionSetElapsedTime(false), progressbar.OptionThrottle(50*time.Millisecond))
	}
	return t
}

// Event prints one event.
func (t *Text) Event(e event.Event) {
	switch e.Kind {
	case event.StepStart:
		t.progress(e)
	case event.StepDone:
		t.stepDone(e)
	case event.Checked:
		t.line("    %s %s", t.mark(e.Status), checkText(e))
	case event.Progress:
		t.progress(e)
	case event.Stalled:
		t.line("    %s", strings.TrimSpace(t.paint("33", e.Text)+" "+e.Next+" "+t.style.Cancel))
	case event.StepFailed:
		if e.Status == event.Cancelled {
			t.line("  %s %s: %s", t.mark(e.Status), e.Title, e.Status)
			return
		}
		t.line("  %s %s", t.mark(string(verify.Failed)), e.Title)
	case event.UndoFailed:
		t.line("  %s cannot undo %s: %s", t.mark(string(verify.Failed)), e.Title, e.Text)
	case event.RunDone, event.RunFailed, event.RunCancelled:
		if t.bar != nil {
			_ = t.bar.Finish()
		}
	}
}

// stepDone prints the finished step with its time.
func (t *Text) stepDone(e event.Event) {
	if e.Status != "" {
		t.line("  %s %s: %s (%s)", t.mark(e.Status), e.Title, e.Status, e.Text)
		return
	}
	t.line("  %s %s  %s", t.mark(string(verify.Passed)), e.Title, t.paint("2", fmt.Sprintf("%.2f s", float64(e.Millis)/1000)))
}

// checkText is a check in one line; a failed one is shown whole.
func checkText(e event.Event) string {
	if e.Status == string(verify.Passed) {
		return fmt.Sprintf("%s: %s", e.Title, e.Text)
	}
	return fmt.Sprintf("%s: %s: %s", e.Title, e.Status, strings.ReplaceAll(e.Text, "\n", "\n      "))
}

// progress moves the bar. Without one, what a long step is at is printed now and then.
func (t *Text) progress(e event.Event) {
	if t.bar == nil {
		if text := t.pace.line(e); text != "" {
			t.line("    %s", text)
		}
		return
	}
	if e.Work != nil || e.Title != t.title {
		t.title, t.aside = e.Title, describe(e)
	}
	t.bar.Describe(t.aside)
	_ = t.bar.Set(int(e.Done * barSteps))
}

// describe is what stands beside the bar: the title and the first of the figures, so that both fit on a line.
func describe(e event.Event) string {
	if e.Work == nil {
		return e.Title
	}
	if first, _, _ := strings.Cut(e.Work.String(), ", "); first != "" {
		return e.Title + ": " + first
	}
	return e.Title
}

// line prints above the bar.
func (t *Text) line(format string, args ...any) {
	if t.bar != nil {
		_ = t.bar.Clear()
	}
	fmt.Fprintf(t.out, format+"\n", args...)
	if t.bar != nil {
		_ = t.bar.RenderBlank()
	}
}

// mark is a sign that does not depend on colour.
func (t *Text) mark(status string) string {
	switch verify.Status(status) {
	case verify.Passed:
		return t.paint("32", "✓")
	case verify.Failed:
		return t.paint("31", "✗")
	}
	return t.paint("33", "–")
}

// paint adds an ANSI colour where that is wanted.
func (t *Text) paint(code, text string) string {
	if !t.style.Colour {
		return text
	}
	return "\x1b[" + code + "m" + text + "\x1b[0m"
}
