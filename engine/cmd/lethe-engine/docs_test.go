package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine"
)

// TestDocs writes everything twice, as packages do, and looks for every command and flag in it.
func TestDocs(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "1795392000")
	first, second := t.TempDir(), t.TempDir()
	io := streams{os.Stdin, os.Stdout, os.Stderr}
	for _, folder := range []string{first, second} {
		if code := run([]string{"docs", folder}, io); code != 0 {
			t.Fatalf("exit code %d", code)
		}
	}
	read := func(folder, path string) string {
		text, err := os.ReadFile(filepath.Join(folder, path))
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	same := func(path string) string {
		if read(first, path) != read(second, path) {
			t.Errorf("%s is not reproducible", path)
		}
		return read(first, path)
	}
	for _, path := range []string{"bash-completion/completions/lethe-engine", "zsh/site-functions/_lethe-engine", "fish/vendor_completions.d/lethe-engine.fish"} {
		if !strings.Contains(same(path), "lethe-engine") {
			t.Errorf("%s is not about lethe-engine", path)
		}
	}
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		page := same("man/man1/" + pageName(c) + ".1")
		if !strings.HasPrefix(page, ".TH "+strings.ToUpper(pageName(c))+" 1 2026-11-23 ") {
			t.Errorf("the page of %s begins with %.60q", pageName(c), page)
		}
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(page, roff("--"+f.Name)) {
				t.Errorf("the page of %s does not have --%s", pageName(c), f.Name)
			}
		})
		for _, child := range availableBelow(c) {
			look(child)
		}
	}
	look(newRoot(io))
}

func TestDocsRefusesADateThatIsNone(t *testing.T) {
	t.Setenv("SOURCE_DATE_EPOCH", "yesterday")
	folder := filepath.Join(t.TempDir(), "share")
	if code := run([]string{"docs", folder}, streams{os.Stdin, os.Stdout, os.Stderr}); code != exitRefused {
		t.Errorf("exit code %d", code)
	}
	if _, err := os.Stat(folder); err == nil {
		t.Error("it wrote all the same")
	}
}

func TestManPage(t *testing.T) {
	c := &cobra.Command{
		Use: "x FILE", Short: `a \ and -`, Example: "  x file",
		Long: "First\nline.\n.TH not a request\n'nor this\n\nCodes:\n  0  good\n  1  bad\nand so on",
	}
	c.Flags().String("to", "here", "a `PLACE` to go")
	want := `.TH X 1 2026-01-02 "Lethe ` + engine.Release + `" "Lethe"
.SH NAME
x \- a \e and \-
.SH SYNOPSIS
.B x
[\fIoptions\fR] FILE
.SH DESCRIPTION
First
line.
\&.TH not a request
\&'nor this
.PP
Codes:
.EX
  0  good
  1  bad
.EE
and so on
.SH OPTIONS
.TP
\fB\-h\fR, \fB\-\-help\fR
help for x
.TP
\fB\-\-to\fR \fIPLACE\fR
a PLACE to go (default: here)
.SH EXAMPLES
.EX
  x file
.EE
`
	if got := manPage(c, time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)); got != want {
		t.Errorf("got %s", got)
	}
}
