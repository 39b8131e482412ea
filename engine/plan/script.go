package plan

import (
	"fmt"
	"strings"
	"unicode"

	"lethe/engine/command"
	"lethe/engine/device"
)

// Script is the plan as an annotated bash script that a person could read and run instead of Lethe. It
// asks for the disk's path before it erases anything. cryptsetup asks for the passphrase itself.
func (p Plan) Script() string {
	var b strings.Builder
	b.WriteString("#!/usr/bin/env bash\n")
	comment(&b, "Written by Lethe for "+p.Describe())
	comment(&b, "Fingerprint of that disk: "+p.Fingerprint)
	if p.Grade != device.Confirmed {
		comment(&b, "This is a preview, made without reading what is on the disk.")
	}
	comment(&b, "This ERASES the disk:")
	for _, loss := range p.Erase {
		comment(&b, "  - "+loss.What)
	}
	for _, note := range p.Notes {
		comment(&b, "Note: "+note)
	}
	if strings.ContainsAny(p.Target.Path, "$`") {
		b.WriteString("# shellcheck disable=SC2016 # the path is meant as it is written\n")
	}
	b.WriteString("set -euo pipefail\nexport LC_ALL=C PATH=\"$PATH:/usr/sbin:/sbin\"\n\n")
	p.guard(&b)
	for i, s := range p.Steps {
		fmt.Fprintf(&b, "\n# %d. %s\n", i+1, device.Clean(s.Title))
		comment(&b, s.Why)
		if s.NotRehearsed != "" {
			comment(&b, "Left out here: "+s.NotRehearsed+".")
		}
		for _, c := range s.Commands {
			b.WriteString(c.Shell() + "\n")
		}
	}
	b.WriteString("\necho 'Done.'\n")
	return b.String()
}

// guard stops the script where the disk is not the planned one or is in use.
func (p Plan) guard(b *strings.Builder) {
	disk := command.Quote(p.Target.Path)
	size := "blockdev --getsize64"
	if p.Target.Kind == device.KindImage {
		size = "stat --format=%s --"
		fmt.Fprintf(b, "mkdir -p -- %s\n", command.Quote(StateDir(p.Target.Path)))
	}
	fmt.Fprintf(b, "if [ \"$(%s %s)\" != %d ]; then\n  echo 'This is not the planned disk: its size differs.' >&2\n  exit 1\nfi\n", size, disk, uint64(p.Target.Bytes))
	if p.Target.Kind == device.KindDisk {
		fmt.Fprintf(b, "if lsblk --noheadings --output MOUNTPOINTS %s | grep -q '[^[:space:]]'; then\n  echo 'The disk is in use: unmount it first.' >&2\n  exit 1\nfi\n", disk)
	}
	fmt.Fprintf(b, "printf 'Everything on %%s will be lost. Type its path to go on: ' %s\nIFS= read -r answer\n", disk)
	fmt.Fprintf(b, "if [ \"$answer\" != %s ]; then\n  echo 'Nothing was changed.' >&2\n  exit 1\nfi\n", disk)
}

// comment writes text as one comment line, whatever it holds.
func comment(b *strings.Builder, text string) {
	clean := strings.Map(func(r rune) rune {
		if !unicode.IsGraphic(r) { // line ends and what hides or reorders text
			return ' '
		}
		return r
	}, text)
	b.WriteString("# " + clean + "\n")
}
