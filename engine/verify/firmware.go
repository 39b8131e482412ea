package verify

import (
	"context"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/tool"
)

// Linux Boot Manager is what bootctl calls its entry in the firmware.
const bootctlLabel = "Linux Boot Manager"

// bootctlFile is what bootctl lets its entry start.
var bootctlFile = regexp.MustCompile(`(?i)^\\EFI\\systemd\\systemd-boot[a-z0-9]+\.efi$`)

// Stale gives the entries of the firmware that lead to partitions that are no more. Its own are those that an earlier installation by
// Lethe made: systemd-boot under bootctl's label, from an ESP of the name that Lethe gives to esp. Only they may be
// removed without asking; foreign ones are for the user to judge. An entry that starts esp itself is neither.
func Stale(entries []tool.BootEntry, erased []Erased, esp layout.Partition) (own, foreign []tool.BootEntry) {
	for _, entry := range entries {
		i := slices.IndexFunc(erased, func(e Erased) bool { return e.PartUUID != "" && strings.EqualFold(e.PartUUID, entry.PartUUID) })
		if i < 0 || strings.EqualFold(entry.PartUUID, esp.PartUUID) {
			continue
		}
		ours := strings.EqualFold(erased[i].Type, layout.TypeESP) && erased[i].Label == esp.Name
		if ours && entry.Clear && entry.Label == bootctlLabel && bootctlFile.MatchString(entry.File) {
			own = append(own, entry)
		} else {
			foreign = append(foreign, entry)
		}
	}
	return own, foreign
}

// firmwareJob looks at the firmware's own list. Lacking an entry is no failure: the fallback path is made for that.
func firmwareJob(ctx context.Context, in Input) []Check {
	const name = "boot entry of the firmware"
	by := command.ListBootEntries().Name
	p, _ := in.Layout.Find(layout.ESP)
	entries, err := tool.ReadBootEntries(ctx, in.Tools)
	first := judge(ctx, name, by, func() (string, error) {
		if err != nil {
			return fallback(err.Error()), nil
		}
		return in.Mounted.started(entries, p), nil
	})
	if err != nil {
		return []Check{first}
	}
	return []Check{first, judge(ctx, "stale entries of the firmware", by, func() (string, error) {
		return describeStale(Stale(entries, in.Mounted.Erased, p)), nil
	})}
}

// fallback says how the machine boots without an entry.
func fallback(why string) string {
	return fmt.Sprintf("boots by the fallback path (%s): %s", loaders[runtime.GOARCH].fallback, why)
}

// started says which entry starts the ESP.
func (m *Mounted) started(entries []tool.BootEntry, esp layout.Partition) string {
	idle := ""
	for _, entry := range entries {
		switch {
		case entry.PartUUID == "" || !strings.EqualFold(entry.PartUUID, esp.PartUUID):
		case entry.Active && entry.Order > 0:
			return fmt.Sprintf("%s starts it, number %d in the firmware's order", entryName(entry), entry.Order)
		default:
			idle = entryName(entry) + " is switched off or not in the firmware's order"
		}
	}
	switch {
	case idle != "":
		return fallback(idle)
	case m.readOnlyVariables():
		return fallback("the firmware has no entry for it, and its variables are mounted read-only")
	}
	return fallback("the firmware has no entry for it; its memory may be full or closed to changes")
}

// readOnlyVariables tells whether nobody could make an entry.
func (m *Mounted) readOnlyVariables() bool {
	infos, err := m.mounts()
	if err != nil {
		return false // another check says so
	}
	for _, info := range infos {
		if info.FSType == "efivarfs" {
			return slices.Contains(strings.Split(info.Options, ","), "ro") || slices.Contains(strings.Split(info.VFSOptions, ","), "ro")
		}
	}
	return false
}

// describeStale lists entries that lead nowhere now.
func describeStale(own, foreign []tool.BootEntry) string {
	var parts []string
	say := func(entries []tool.BootEntry, what string) {
		if len(entries) == 0 {
			return
		}
		var names []string
		for _, entry := range entries {
			names = append(names, entryName(entry))
		}
		parts = append(parts, strings.Join(names, ", ")+what)
	}
	say(own, " of an earlier installation by Lethe, which can go")
	say(foreign, ", which may be removed with efibootmgr")
	if len(parts) == 0 {
		return "none: no entry leads to a partition that was erased"
	}
	return "to partitions that were erased lead " + strings.Join(parts, "; and ")
}

// entryName names an entry for people.
func entryName(e tool.BootEntry) string { return fmt.Sprintf("Boot%s “%s”", e.Number, e.Label) }
