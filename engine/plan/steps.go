package plan

import (
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Weights in tenths of a second, measured on an NVMe drive and rounded; only their proportion matters.
const (
	weightCheck     = 1
	weightWipe      = 1
	weightPartition = 2
	weightEncrypt   = 80
	weightFormat    = 3
	weightConfigure = 1
	weightVerify    = 25
)

// NeedsMapper is why a rehearsal cannot go below the encryption.
const NeedsMapper = "needs device-mapper"

// builder makes the steps for one target.
type builder struct {
	plan Plan
	disk device.Disk
}

// image tells whether the target is a file.
func (b builder) image() bool { return b.plan.Target.Kind == device.KindImage }

// path is what stands for a partition: a device node, or a file beside the image.
func (b builder) path(p layout.Partition) string {
	if b.image() {
		return PartitionFile(b.plan.Target.Path, p.Role)
	}
	return "/dev/disk/by-partuuid/" + p.PartUUID
}

// steps lists everything in order. A rehearsal ends with the configuration; a real disk is installed to.
func (b builder) steps() []Step {
	if b.plan.Continues {
		return b.continuation()
	}
	steps := []Step{b.check()}
	if !b.image() {
		steps = append(steps, b.preparation()...)
	}
	if len(b.plan.Release) > 0 {
		steps = append(steps, b.release())
	}
	steps = append(steps, b.wipe(), b.partition())
	if b.plan.Layout.LUKS != nil {
		steps = append(steps, b.encrypt())
		if !b.image() {
			steps = append(steps, b.open())
		}
	}
	for _, p := range b.plan.Layout.Partitions {
		if p.Filesystem != "" {
			steps = append(steps, b.format(p))
		}
	}
	if b.image() {
		return append(steps, b.configure(), b.verify())
	}
	return append(steps, b.installation()...)
}

// preparation is all that can be done, and can fail, before anything is written to a real disk.
func (b builder) preparation() []Step {
	var steps []Step
	if scarce(b.plan.Memory) {
		steps = append(steps, b.memory())
	}
	switch {
	case b.plan.Configuration.Own != nil:
		steps = append(steps, b.fetch())
	case !b.plan.Locked():
		steps = append(steps, b.lock())
	}
	return steps
}

// installation is what comes after the disk is ready.
func (b builder) installation() []Step {
	steps := []Step{b.mount(), b.configure()}
	if len(b.plan.Wishes.Users) > 0 {
		steps = append(steps, b.passwords())
	}
	return append(steps, b.install(), b.handover(), b.verify(), b.close())
}

// continuation opens what an earlier run made, and goes on from nixos-install.
func (b builder) continuation() []Step {
	steps := []Step{b.check()}
	if scarce(b.plan.Memory) {
		steps = append(steps, b.memory())
	}
	if b.plan.Layout.LUKS != nil {
		steps = append(steps, b.open())
	}
	return append(steps, b.mount(), b.install(), b.handover(), b.verify(), b.close())
}

func (b builder) check() Step {
	look := command.New("lsblk", "--output", "NAME,SIZE,MODEL,SERIAL,FSTYPE,LABEL,MOUNTPOINTS", b.plan.Target.Path)
	if b.image() {
		look = command.ListTable(b.plan.Target.Path)
	}
	return Step{
		ID: string(Check), Kind: Check, Weight: weightCheck,
		Title:    "Check the disk",
		Why:      "Makes sure that this is the disk that was confirmed, that nothing uses it, and that every tool is there, before anything is written.",
		Commands: []command.Command{look},
	}
}

func (b builder) wipe() Step {
	paths := []string{}
	for _, p := range b.disk.Partitions {
		if p.Name != "" {
			paths = append(paths, "/dev/"+strings.ReplaceAll(p.Name, "!", "/")) // the kernel writes / as !
		}
	}
	return Step{
		ID: string(Wipe), Kind: Wipe, Weight: weightWipe, Erases: true,
		Title:    "Remove old signatures",
		Why:      "Clears the marks of old file systems, so that nothing later takes a leftover for real data.",
		Commands: []command.Command{command.WipeSignatures(append(paths, b.plan.Target.Path)...)},
	}
}

func (b builder) partition() Step {
	l := b.plan.Layout
	var entries []command.Entry
	for _, p := range l.Partitions {
		entries = append(entries, command.Entry{
			First: p.First, Sectors: p.Sectors(), Type: p.Type, UUID: p.PartUUID, Name: p.Name,
			NoAuto: p.Attributes&layout.AttributeNoAuto != 0,
		})
	}
	table := command.WriteTable(b.plan.Target.Path, l.DiskGUID, l.SectorSize, b.image(), l.FirstUsable, l.LastUsable, entries)
	commands := []command.Command{table}
	if !b.image() {
		commands = append(commands, command.New("udevadm", "settle"))
	}
	return Step{
		ID: string(Partition), Kind: Partition, Weight: weightPartition, Erases: true,
		Title:    fmt.Sprintf("Write the partition table (%d partitions)", len(l.Partitions)),
		Why:      "The table is built in memory and written in one go; from here on the old partitions are gone.",
		Commands: commands,
	}
}

func (b builder) encrypt() Step {
	l := b.plan.Layout
	nix, _ := l.Find(layout.Nix)
	path := b.path(nix)
	format := command.FormatLUKS(path, command.Container{
		UUID: l.LUKS.UUID, SectorSize: l.LUKS.SectorSize, DataOffset: l.LUKS.DataOffset, KDF: b.plan.KDF,
	})
	s := Step{
		ID: string(Encrypt), Kind: Encrypt, Role: layout.Nix, Weight: weightEncrypt, Erases: true,
		Title:    "Encrypt the nix partition (LUKS2)",
		Why:      "Everything that outlives a boot lies here. Deriving the key from the passphrase takes a moment on purpose.",
		Commands: b.around(nix, format),
	}
	if !b.image() {
		s.Why += " Lethe has this command do that in memory, while you read, and in this step only writes what it made to the disk."
	}
	return s
}

func (b builder) format(p layout.Partition) Step {
	s := Step{
		ID: fmt.Sprintf("%s-%s", Format, p.Role), Kind: Format, Role: p.Role, Weight: weightFormat, Erases: true,
	}
	l, path := b.plan.Layout, b.path(p)
	switch p.Role {
	case layout.ESP:
		s.Title, s.Why = "Format the EFI system partition (FAT32)", "The firmware reads the boot loader, kernels and initrds from here; it cannot be encrypted."
		s.Commands = b.around(p, command.MakeFAT(path, p.Label, p.UUID, l.SectorSize))
	case layout.Swap:
		s.Title, s.Why = "Format the swap partition", "Memory that is not in use can be written here."
		s.Commands = b.around(p, command.MakeSwap(path, p.Label, p.UUID))
	case layout.Nix:
		s.Title, s.Why = "Format the nix partition (ext4)", "Holds /nix and, in /nix/persist, what you choose to keep."
		b.formatNix(&s, p)
	}
	return s
}

// formatNix puts the file system into the container where there is one.
func (b builder) formatNix(s *Step, p layout.Partition) {
	luks := b.plan.Layout.LUKS
	if luks == nil {
		s.Commands = b.around(p, command.MakeExt4(b.path(p), p.Label, p.UUID, p.PartUUID, b.plan.Layout.Size(p)))
		return
	}
	s.Commands = []command.Command{command.MakeExt4Encrypted(b.plan.NixDevice(), p.Label, p.UUID, p.PartUUID, b.plan.Layout.Size(p))}
	if b.image() {
		s.NotRehearsed, s.Weight = NeedsMapper, 0
		s.Commands = []command.Command{}
	}
}

// around wraps a command that works on a partition of an image: the partition's file is made, worked on, and
// copied into its place.
func (b builder) around(p layout.Partition, c command.Command) []command.Command {
	if !b.image() {
		return []command.Command{c}
	}
	l, file := b.plan.Layout, b.path(p)
	return []command.Command{
		command.Allocate(file, l.Size(p)),
		c,
		command.Punch(b.plan.Target.Path, l.SectorSize, p.First, p.Sectors()),
		command.Splice(file, b.plan.Target.Path, l.SectorSize, p.First, b.written(p)),
		command.Remove(file),
	}
}

// configure writes the repository: beside an image, or to its place in the new system.
func (b builder) configure() Step {
	folder := Repo
	if b.image() {
		folder = RepoDir(b.plan.Target.Path)
	}
	c := b.plan.Configuration
	s := Step{
		ID: string(Configure), Kind: Configure, Weight: weightConfigure,
		Title: fmt.Sprintf("Write the NixOS configuration (%d files)", len(c.Files.Files)),
		Why:   "The flake repository that the system is built from. It is yours, and no secret is in it.",
	}
	switch {
	case c.Own != nil && !b.image():
		s.Title = "Put your configuration in its place"
		s.Commands = []command.Command{command.New("cp", "--recursive", "--no-dereference", "--preserve=mode", "--", FetchedRepo+"/.", folder)}
		return s
	case c.Own != nil:
		s.Title = fmt.Sprintf("Clone your configuration and add %d files", len(c.Files.Files))
		s.Commands = cloning(*c.Own, folder)
	default:
		s.Commands = []command.Command{command.New("git", "init", "--quiet", "--initial-branch", "main", folder)}
	}
	s.Commands = append(s.Commands, b.adding(folder)...)
	return s
}

// cloning clones a configuration of one's own.
func cloning(own Own, folder string) []command.Command {
	return []command.Command{
		command.New("git", "clone", own.Source, folder),
		command.New("git", "-C", folder, "checkout", own.Rev),
	}
}

// adding writes the plan's files into a repository.
func (b builder) adding(folder string) []command.Command {
	var list []command.Command
	for _, f := range b.plan.Configuration.Files.Files {
		list = append(list, command.WriteFile(folder+"/"+f.Path, string(f.Text)))
	}
	return append(list, command.New("git", "-C", folder, "add", "--all"))
}

// written is how much of a partition its format touches: a LUKS header or a swap header at its start, else anything.
func (b builder) written(p layout.Partition) quantity.Bytes {
	l := b.plan.Layout
	switch {
	case p.Role == layout.Swap:
		return quantity.MiB
	case p.Role == layout.Nix && l.LUKS != nil:
		return l.LUKS.DataOffset
	}
	return l.Size(p)
}

func (b builder) verify() Step {
	l, path := b.plan.Layout, b.plan.Target.Path
	commands := []command.Command{command.VerifyTable(path, l.SectorSize, b.image())}
	if !b.image() || l.SectorSize == 512 {
		commands = append(commands, command.CheckGPT(path))
	}
	for _, p := range l.Partitions {
		commands = append(commands, command.CheckAlignment(path, p.Number, l.SectorSize, b.image()))
	}
	return Step{
		ID: string(Verify), Kind: Verify, Weight: weightVerify,
		Title:    "Verify the result",
		Why:      "Reads everything back with other tools than those that wrote it, and opens the container with the passphrase that you typed.",
		Commands: commands,
	}
}
