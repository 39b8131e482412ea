package tool

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
)

// BootEntry is one way to start that the firmware remembers.
type BootEntry struct {
	Number string // four upper-case hex digits, as in Boot0001
	Active bool   // the firmware may start it by itself
	Label  string // cleaned
	// PartUUID is the partition that it starts from, in lower case; for an MBR the kernel's XXXXXXXX-NN. Entries of other kinds,
	// such as network and optical drives, have none.
	PartUUID string
	File     string // on that partition, cleaned, with backslashes; empty for the fallback path
	Order    int    // its place in BootOrder, from 1; 0 when it has none
	// Clear tells that number, label and path can be told apart beyond doubt and that the label is shown as it is. An entry that
	// is not clear may carry a label made to look like another entry; it must not be removed.
	Clear bool
}

// ReadBootEntries lists the entries of the firmware, in the order in which efibootmgr prints them. A machine that was not
// started by UEFI is an error.
func ReadBootEntries(ctx context.Context, r Runner) ([]BootEntry, error) {
	c := command.ListBootEntries()
	if len(r.Missing(c.Name)) > 0 {
		return nil, fmt.Errorf("cannot read the firmware's boot entries: program %s: %w", c.Name, ErrNotFound)
	}
	result, err := r.Run(ctx, Call{Command: c})
	if err != nil {
		return nil, fmt.Errorf("cannot read the firmware's boot entries: %w", err)
	}
	return parseBootEntries(result.Stdout)
}

// What efibootmgr prints: "Boot0001* label<tab>path", and from version 18 on the path once more, as bytes.
var (
	entryLine  = regexp.MustCompile(`^Boot([0-9A-Fa-f]{4})([* ]) (.*)$`)
	pathPrefix = "      dp: "
	dataPrefix = "    data: "
)

// mostEntries bounds what is taken from the firmware; numbers have four hex digits.
const mostEntries = 1 << 16

// parseBootEntries reads the output of versions 17 and 18. Labels are printed raw, line ends included, so that one can
// look like several entries: whatever is not plain is marked as not clear.
func parseBootEntries(text []byte) ([]BootEntry, error) {
	var entries []BootEntry
	var order string
	pathSeen := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\n")
		found := entryLine.FindStringSubmatch(line)
		switch last := len(entries) - 1; {
		case found != nil && len(entries) == mostEntries:
			return nil, errors.New("cannot read efibootmgr's answer: it lists more entries than there are numbers")
		case found != nil:
			entries, pathSeen = append(entries, entryOf(found)), false
		case last < 0:
			if list, ok := strings.CutPrefix(line, "BootOrder: "); ok {
				order = list
			}
		case strings.HasPrefix(line, pathPrefix):
			entries[last].readBytes(strings.TrimPrefix(line, pathPrefix), pathSeen)
			pathSeen = true
		case !strings.HasPrefix(line, dataPrefix):
			entries[last].Clear = false
		}
	}
	place(entries, order)
	return entries, nil
}

// entryOf makes an entry of its first line.
func entryOf(found []string) BootEntry {
	label, path, _ := strings.Cut(found[3], "\t")
	e := BootEntry{
		Number: strings.ToUpper(found[1]), Active: found[2] == "*",
		Label: device.Clean(label), Clear: strings.Count(found[3], "\t") == 1,
	}
	path = path[strings.LastIndex(path, "\t")+1:]
	partUUID, file := readPath(path)
	e.PartUUID, e.File = partUUID, device.Clean(file)
	e.Clear = e.Clear && e.Label == label
	return e
}

// readBytes takes the path as bytes, which unlike the text is the same in every version and holds nothing but the path.
func (e *BootEntry) readBytes(text string, again bool) {
	partUUID, file, err := readDevicePath(text)
	if err != nil {
		e.Clear = false
		return
	}
	if again || partUUID != e.PartUUID || device.Clean(file) != file {
		e.Clear = false
	}
	e.PartUUID, e.File = partUUID, device.Clean(file)
}

// place gives entries their places in the order. A number that occurs twice is not clear.
func place(entries []BootEntry, order string) {
	places, count := map[string]int{}, map[string]int{}
	for i, number := range strings.Split(order, ",") {
		if places[number] == 0 {
			places[number] = i + 1
		}
	}
	for _, e := range entries {
		count[e.Number]++
	}
	for i, e := range entries {
		entries[i].Order = places[e.Number]
		entries[i].Clear = e.Clear && count[e.Number] == 1
	}
}
