package verify

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"lethe/engine/layout"
	"lethe/engine/tool"
)

// otherLoader allows a configuration of somebody's own to have another boot loader than systemd-boot, whose files are not known here.
// What fails only because of that is then not checked, provided that something else will start: an EFI program at the fallback
// path, or one on the ESP that an entry of the firmware starts. That it starts this system is not proved.
func (e esp) otherLoader(ctx context.Context, in Input, names loaderNames, checks bootChecks) bootChecks {
	if in.Configuration.Own == nil || context.Cause(ctx) != nil {
		return checks
	}
	_, fallback := e.systemdBoot(names.fallback, names.machine)
	_, own := e.systemdBoot(names.own, names.machine)
	starts := names.fallback
	if fallback != nil && !errors.Is(fallback, errOther) {
		if starts = e.startedProgram(ctx, in, names.machine); starts == "" {
			return checks
		}
	}
	excuse := func(c *Check) {
		if c.Status == Failed {
			c.Status = NotRehearsed
			c.Detail = fmt.Sprintf("not checked: your configuration has another boot loader than systemd-boot (the firmware starts %s)", starts)
		}
	}
	foreign := func(err error) bool { return errors.Is(err, errOther) }
	if fallback != nil && own != nil { // systemd-boot is nowhere
		foreign = func(err error) bool { return errors.Is(err, errOther) || errors.Is(err, fs.ErrNotExist) }
		excuse(&checks.entries)
		excuse(&checks.chosen)
	}
	if foreign(fallback) {
		excuse(&checks.fallback)
	}
	if foreign(own) {
		excuse(&checks.own)
	}
	return checks
}

// startedProgram is the EFI program on the ESP that an entry of the firmware starts by itself; empty when there is none.
func (e esp) startedProgram(ctx context.Context, in Input, machine uint16) string {
	entries, err := tool.ReadBootEntries(ctx, in.Tools)
	if err != nil {
		return "" // another check says so
	}
	p, _ := in.Layout.Find(layout.ESP)
	for _, entry := range entries {
		if entry.File == "" || !entry.Active || entry.Order == 0 || !strings.EqualFold(entry.PartUUID, p.PartUUID) {
			continue
		}
		if _, err := e.program(entry.File, machine); err == nil {
			return entry.File
		}
	}
	return ""
}
