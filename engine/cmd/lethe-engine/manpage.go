package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"lethe/engine"
)

// cobra's own man pages go through Markdown, which knows no placeholder of a flag and joins the lines of a table. Hence these.

// pageName is what one gives to man.
func pageName(c *cobra.Command) string { return strings.ReplaceAll(c.CommandPath(), " ", "-") }

// manPage is the manual page of a command, in roff's man macros.
func manPage(c *cobra.Command, date time.Time) string {
	c.InitDefaultHelpFlag()
	var b strings.Builder
	fmt.Fprintf(&b, ".TH %s 1 %s \"Lethe %s\" \"Lethe\"\n", strings.ToUpper(pageName(c)), date.Format(time.DateOnly), engine.Release)
	fmt.Fprintf(&b, ".SH NAME\n%s \\- %s\n", roff(pageName(c)), roff(c.Short))
	b.WriteString(".SH SYNOPSIS\n" + synopsis(c))
	b.WriteString(".SH DESCRIPTION\n" + description(c))
	b.WriteString(".SH OPTIONS\n")
	c.NonInheritedFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Hidden {
			b.WriteString(option(f))
		}
	})
	if c.Example != "" {
		b.WriteString(".SH EXAMPLES\n" + verbatim(strings.Split(c.Example, "\n")))
	}
	if related := seeAlso(c); related != "" {
		b.WriteString(".SH SEE ALSO\n" + related)
	}
	return b.String()
}

func synopsis(c *cobra.Command) string {
	arguments := strings.TrimPrefix(c.Use, c.Name())
	if len(availableBelow(c)) > 0 {
		arguments += " COMMAND"
	}
	return ".B " + roff(c.CommandPath()) + "\n[\\fIoptions\\fR]" + roff(arguments) + "\n"
}

// description is the long text: paragraphs are filled, indented lines stay as they are.
func description(c *cobra.Command) string {
	text := c.Long
	if text == "" {
		text = c.Short + "."
	}
	var b strings.Builder
	for i, paragraph := range strings.Split(text, "\n\n") {
		if i > 0 {
			b.WriteString(".PP\n")
		}
		b.WriteString(filled(strings.Split(paragraph, "\n")))
	}
	return b.String()
}

// filled is a paragraph, whose indented lines stay as they are.
func filled(lines []string) string {
	var b strings.Builder
	for len(lines) > 0 {
		n, indented := 1, strings.HasPrefix(lines[0], " ")
		for n < len(lines) && strings.HasPrefix(lines[n], " ") == indented {
			n++
		}
		if indented {
			b.WriteString(verbatim(lines[:n]))
		} else {
			b.WriteString(roff(strings.Join(lines[:n], "\n")) + "\n")
		}
		lines = lines[n:]
	}
	return b.String()
}

func verbatim(lines []string) string {
	return ".EX\n" + roff(strings.Join(lines, "\n")) + "\n.EE\n"
}

// option is one flag with its placeholder, its use, and its default where that says something.
func option(f *pflag.Flag) string {
	placeholder, usage := pflag.UnquoteUsage(f)
	head := `\fB` + roff("--"+f.Name) + `\fR`
	if f.Shorthand != "" {
		head = `\fB` + roff("-"+f.Shorthand) + `\fR, ` + head
	}
	if placeholder != "" {
		head += ` \fI` + roff(placeholder) + `\fR`
	}
	switch f.DefValue {
	case "", "false", "[]", "0":
	default:
		usage += " (default: " + f.DefValue + ")"
	}
	return ".TP\n" + head + "\n" + roff(usage) + "\n"
}

func availableBelow(c *cobra.Command) []*cobra.Command {
	var list []*cobra.Command
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			list = append(list, child)
		}
	}
	return list
}

func seeAlso(c *cobra.Command) string {
	var names []string
	if c.HasParent() {
		names = append(names, pageName(c.Parent()))
	}
	for _, child := range availableBelow(c) {
		names = append(names, pageName(child))
	}
	var b strings.Builder
	for i, name := range names {
		b.WriteString(".BR " + roff(name) + " (1)")
		if i < len(names)-1 {
			b.WriteString(" ,")
		}
		b.WriteString("\n")
	}
	return b.String()
}

// roff quotes text: backslashes and hyphens are commands or other signs, and so is a dot or an apostrophe that begins a line.
func roff(text string) string {
	text = strings.NewReplacer(`\`, `\e`, "-", `\-`).Replace(text)
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if strings.HasPrefix(line, ".") || strings.HasPrefix(line, "'") {
			lines[i] = `\&` + line
		}
	}
	return strings.Join(lines, "\n")
}
