package plan

import (
	"fmt"
	"path/filepath"
	"strings"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
)

// Make turns facts, wishes and a layout into a plan. A refused disk gives an error with its reason.
func Make(disk device.Disk, wishes config.Config, l layout.Layout, kdf command.KDF) (Plan, error) {
	if disk.Verdict.State == device.Refused {
		return Plan{}, fmt.Errorf("cannot plan for %s: %s", device.Clean(disk.Path), disk.Verdict.Reason)
	}
	if err := l.Check(); err != nil {
		return Plan{}, err
	}
	p := Plan{
		Version:     Version,
		Grade:       disk.Grade,
		Verdict:     disk.Verdict,
		Target:      disk.Identity,
		Transport:   disk.Transport,
		Fingerprint: disk.Identity.Fingerprint(),
		Layout:      l,
		KDF:         kdf,
		Erase:       losses(disk),
		Notes:       append([]string{}, l.Notes...),
		Wishes:      wishes,
		Secrets:     secrets(l),
	}
	b := builder{plan: p, disk: disk}
	p.Steps = b.steps()
	return p, nil
}

// secrets names what a run on the layout must be given.
func secrets(l layout.Layout) []string {
	if l.LUKS == nil {
		return []string{}
	}
	return []string{command.Passphrase}
}

// StateDir is where a rehearsal on an image keeps what belongs to it: the plan, the journal, and partition files
// while they are being made.
func StateDir(image string) string { return image + ".lethe" }

// PartitionFile is the file that stands for a partition of an image while a tool works on it.
func PartitionFile(image string, role layout.Role) string {
	return filepath.Join(StateDir(image), string(role)+".part")
}

// losses lists what the disk holds now, from the outside in.
func losses(disk device.Disk) []Loss {
	list := []Loss{}
	if disk.Table.Kind == device.TableDamaged {
		list = append(list, Loss{What: "a damaged partition table: " + disk.Table.Problem, Name: disk.Name, Size: disk.Bytes.Human()})
	}
	if len(disk.Partitions) == 0 && disk.Content.Type != "" {
		list = append(list, loss("the whole disk", disk.Name, disk.Bytes.Human(), "", disk.Content, disk.Use))
	}
	for _, part := range disk.Partitions {
		list = append(list, loss(fmt.Sprintf("partition %d", part.Number), part.Name, part.Size.Human(), part.Label, part.Content, part.Use))
	}
	return list
}

// loss describes one thing on the disk.
func loss(what, name, size, partLabel string, content device.Content, use device.Use) Loss {
	label := device.Clean(content.Label)
	if label == "" {
		label = device.Clean(partLabel)
	}
	kind := device.Clean(content.Type)
	phrase := what
	if label != "" {
		phrase += fmt.Sprintf(" “%s”", label)
	}
	if kind == "" {
		phrase += fmt.Sprintf(" (%s)", size)
	} else {
		phrase += fmt.Sprintf(" (%s, %s)", kind, size)
	}
	var used []string
	for _, m := range use.Mounts {
		used = append(used, "mounted at "+device.Clean(m))
	}
	if use.Swap {
		used = append(used, "in use as swap")
	}
	for _, h := range use.Holders {
		used = append(used, fmt.Sprintf("used by %s %s", h.Kind, device.Clean(h.Says)))
	}
	return Loss{What: phrase, Name: device.Clean(name), Size: size, Type: kind, Text: label, Used: strings.Join(used, ", ")}
}
