package plan

import (
	"fmt"
	"strings"
	"unicode"

	"lethe/engine/command"
	"lethe/engine/device"
)

// Text is the plan for people: the disk, what is lost, the partition map, and the steps with their commands.
func (p Plan) Text(mapText string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Disk   %s\n", p.Describe())
	fmt.Fprintf(&b, "       fingerprint %s\n", p.Fingerprint)
	if p.Verdict.State != device.Eligible {
		fmt.Fprintf(&b, "       %s: %s\n", p.Verdict.State, visible(p.Verdict.Reason))
	}
	b.WriteString("\nWill be lost\n")
	switch {
	case p.Continues:
		b.WriteString("  nothing: the installation goes on where it stopped\n")
	case len(p.Erase) == 0:
		b.WriteString("  nothing: the disk is blank\n")
		if p.Grade != device.Confirmed {
			b.WriteString("  as far as can be seen without privilege\n")
		}
	}
	for _, loss := range p.Erase {
		fmt.Fprintf(&b, "  %s", loss.What)
		if loss.Name != "" && !strings.Contains(loss.What, loss.Name) {
			fmt.Fprintf(&b, " on %s", loss.Name)
		}
		if loss.Used != "" {
			fmt.Fprintf(&b, ", %s", loss.Used)
		}
		b.WriteByte('\n')
	}
	b.WriteString("\n" + mapText + "\n")
	for _, note := range p.Notes {
		fmt.Fprintf(&b, "Note: %s\n", visible(note))
	}
	b.WriteString("\nSteps\n")
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "%2d. %s\n", i+1, visible(s.Title))
		if s.NotRehearsed != "" {
			fmt.Fprintf(&b, "      not rehearsed (%s)\n", s.NotRehearsed)
		}
		for _, c := range s.Commands {
			fmt.Fprintf(&b, "      $ %s\n", strings.ReplaceAll(visible(short(c)), "\n", "\n        "))
		}
	}
	p.configuration(&b)
	return b.String()
}

// configuration lists the files that are written, and shows what is added to a repository of the user's own.
func (p Plan) configuration(b *strings.Builder) {
	if own := p.Configuration.Own; own != nil {
		fmt.Fprintf(b, "\nAdded to your configuration (commit %s)\n%s", visible(own.Rev), visible(strings.ReplaceAll(own.Diff, "\t", "    ")))
		return
	}
	b.WriteString("\nNixOS configuration (export writes it, --json shows it whole)\n")
	for _, f := range p.Configuration.Files.Files {
		fmt.Fprintf(b, "  %s (%d lines)\n", visible(f.Path), strings.Count(string(f.Text), "\n"))
	}
}

// Describe names the disk in one line.
func (p Plan) Describe() string {
	parts := []string{device.Clean(p.Target.Path)}
	for _, text := range []string{p.Target.Model, p.Target.Serial} {
		if text = device.Clean(text); text != "" {
			parts = append(parts, text)
		}
	}
	kind := string(p.Target.Kind)
	if p.Transport != "" && p.Transport != "file" {
		kind = device.Clean(p.Transport) + " " + kind
	}
	return fmt.Sprintf("%s (%s, %s)", strings.Join(parts, " · "), p.Target.Bytes.Human(), kind)
}

// visible replaces what a terminal would obey or hide; a path may hold anything.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && !unicode.IsGraphic(r) {
			return '�'
		}
		return r
	}, text)
}

// short is a command as a line, with a long input left out.
func short(c command.Command) string {
	const most = 16
	if lines := strings.Count(c.Input, "\n"); lines > most {
		c.Input = ""
		return fmt.Sprintf("%s < … (%d lines)", c.Shell(), lines)
	}
	return c.Shell()
}
