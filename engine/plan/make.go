package plan

import (
	"fmt"
	"path/filepath"
	"strings"

	"lethe/engine/command"
	"lethe/engine/condition"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Input is what a plan is made of besides the disk.
type Input struct {
	Wishes        config.Config
	Layout        layout.Layout
	KDF           command.KDF
	Configuration Configuration
	// Memory and Firmware are the machine's. They matter for a real disk only.
	Memory   quantity.Bytes
	Firmware device.Firmware
	// Power and Clock are the machine's; zero where nobody looked. They matter for a real disk only.
	Power condition.Power
	Clock condition.Clock
}

// Make turns facts, wishes, a layout and a configuration into a plan. A refused disk gives an error with its reason, and so does
// a machine that cannot be installed on, once its facts are confirmed.
func Make(disk device.Disk, in Input) (Plan, error) {
	if disk.Verdict.State == device.Refused {
		return Plan{}, fmt.Errorf("cannot plan for %s: %s", device.Clean(disk.Path), disk.Verdict.Reason)
	}
	if err := in.Layout.Check(); err != nil {
		return Plan{}, err
	}
	if disk.Kind == device.KindImage {
		in.Memory, in.Firmware = 0, device.Firmware{}
	} else if err := stops(disk, in); err != nil {
		return Plan{}, err
	}
	p := Plan{
		Version:     Version,
		Grade:       disk.Grade,
		Verdict:     disk.Verdict,
		Target:      disk.Identity,
		Transport:   disk.Transport,
		Fingerprint: disk.Identity.Fingerprint(),
		Layout:      in.Layout,
		KDF:         in.KDF,
		Erase:       Losses(disk),
		Notes:       notes(disk, in),
		Wishes:      in.Wishes,
		Release:     append([]device.Release{}, disk.Release...),
		Memory:      in.Memory,

		Configuration: in.Configuration,
	}
	p.Secrets = p.secrets()
	p.Configuration.Hash = p.Configuration.Files.Hash()
	b := builder{plan: p, disk: disk}
	p.Steps = b.steps()
	return p, nil
}

// stops gives the reason why a real disk of a known machine cannot be installed to. Of shown facts nothing is final.
func stops(disk device.Disk, in Input) error {
	if disk.Grade != device.Confirmed {
		return nil
	}
	for _, f := range Preflight(disk, in) {
		if f.Severity == flake.Refuse {
			return fmt.Errorf("cannot plan for %s: %s", device.Clean(disk.Path), f.Says)
		}
	}
	return nil
}

// secrets names what a run must be given: the passphrase, and on a real disk each user's password.
func (p Plan) secrets() []string {
	list := []string{}
	if p.Layout.LUKS != nil {
		list = append(list, command.Passphrase)
	}
	if p.Target.Kind == device.KindImage || p.Continues {
		return list
	}
	for _, u := range p.Wishes.Users {
		list = append(list, PasswordSecret(u.Name))
	}
	return list
}

// notes gathers what a user should read before agreeing.
func notes(disk device.Disk, in Input) []string {
	list := append([]string{}, in.Layout.Notes...)
	if disk.Kind == device.KindDisk {
		for _, f := range Preflight(disk, in) {
			text := f.Says + "."
			if f.Severity == flake.Refuse {
				text = "The installation will be refused: " + text
			}
			list = append(list, text)
		}
	}
	for _, f := range in.Configuration.Findings {
		text := f.Says + "."
		if f.Severity == flake.Refuse && disk.Kind == device.KindImage {
			text = "A real installation would be refused: " + text
		}
		list = append(list, text)
	}
	if own := in.Configuration.Own; own != nil {
		list = append(list, own.Says...)
	}
	if in.Configuration.Lock != "" {
		list = append(list, in.Configuration.Lock)
	}
	return list
}

// RepoDir is where a rehearsal on an image writes the configuration.
func RepoDir(image string) string { return filepath.Join(StateDir(image), "repo") }

// StateDir is where a rehearsal on an image keeps what belongs to it: the plan, the journal, and partition files
// while they are being made.
func StateDir(image string) string { return image + ".lethe" }

// PartitionFile is the file that stands for a partition of an image while a tool works on it.
func PartitionFile(image string, role layout.Role) string {
	return filepath.Join(StateDir(image), string(role)+".part")
}

// Losses lists what the disk holds now, from the outside in.
func Losses(disk device.Disk) []Loss {
	list := []Loss{}
	if disk.Table.Kind == device.TableDamaged {
		list = append(list, Loss{What: "a damaged partition table: " + disk.Table.Problem, Name: disk.Name, Size: disk.Bytes.Human()})
	}
	if len(disk.Partitions) == 0 && disk.Content.Type != "" {
		list = append(list, loss("the whole disk", disk.Name, disk.Bytes.Human(), "", disk.Content, disk.Use))
	}
	for _, r := range disk.Release {
		text := device.Clean(r.Says)
		if text == "" {
			text = device.Clean(r.Name)
		}
		list = append(list, Loss{What: text, Name: device.Clean(r.Name), Type: r.Kind, Text: device.Clean(r.Name)})
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
	if member := device.Clean(content.Member); member != "" {
		used = append(used, "part of "+member)
	}
	for _, m := range use.Mounts {
		used = append(used, "mounted at "+device.Clean(m))
	}
	if use.Swap {
		used = append(used, "in use as swap")
	}
	for _, h := range use.Holders {
		used = append(used, fmt.Sprintf("used by %s %s", device.Clean(h.Kind), device.Clean(h.Says)))
	}
	return Loss{What: phrase, Name: device.Clean(name), Size: size, Type: kind, Text: label, Used: strings.Join(used, ", ")}
}
