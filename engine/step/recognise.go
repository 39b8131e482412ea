package step

import (
	"fmt"
	"slices"
	"strings"

	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
)

// Recognise tells whether a disk is the one that a plan prepared in an earlier run: the same drive, with the plan's own table and
// what was formatted in it. The hash of the table, the disk sequence number and the names that the disk goes by may be others now.
func Recognise(p plan.Plan, is device.Disk) error {
	differences := append(sameDrive(p.Target, is.Identity), OwnTable(p.Layout, is)...)
	if len(differences) == 0 {
		return nil
	}
	return fmt.Errorf("cannot continue on %s: it is not the disk that the installation was begun on: %s; begun was %s, there is %s; plug that one in, or start over",
		device.Clean(is.Path), strings.Join(differences, "; "), short(p.Target), short(is.Identity))
}

// sameDrive compares what is the drive's own, as far as the plan knew it.
func sameDrive(was, is device.Identity) []string {
	var list []string
	for _, part := range []struct{ name, was, is string }{
		{"kind", string(was.Kind), string(is.Kind)},
		{"serial", was.Serial, is.Serial},
		{"WWN", was.WWN, is.WWN},
		{"size in bytes", fmt.Sprint(uint64(was.Bytes)), fmt.Sprint(uint64(is.Bytes))},
		{"sector size", fmt.Sprint(uint64(was.Logical)), fmt.Sprint(uint64(is.Logical))},
	} {
		if part.was != "" && part.was != part.is {
			list = append(list, differs(part.name, part.was, part.is))
		}
	}
	return list
}

// OwnTable says in what the table of a disk, and what stands in its partitions, is not what a layout made; nothing when it is that.
func OwnTable(l layout.Layout, is device.Disk) []string {
	if is.Table.Kind != device.TableGPT {
		return []string{differs("partition table", string(device.TableGPT), string(is.Table.Kind))}
	}
	var list []string
	if !strings.EqualFold(is.Table.GUID, l.DiskGUID) {
		list = append(list, differs("disk GUID", l.DiskGUID, is.Table.GUID))
	}
	if len(is.Partitions) != len(l.Partitions) {
		list = append(list, differs("number of partitions", fmt.Sprint(len(l.Partitions)), fmt.Sprint(len(is.Partitions))))
	}
	for _, p := range l.Partitions {
		i := slices.IndexFunc(is.Partitions, func(is device.Partition) bool { return is.Number == p.Number })
		if i < 0 {
			list = append(list, fmt.Sprintf("partition %d: it is not there", p.Number))
			continue
		}
		list = append(list, samePartition(l, p, is.Partitions[i])...)
	}
	return list
}

// samePartition compares one partition with the planned one.
func samePartition(l layout.Layout, p layout.Partition, is device.Partition) []string {
	var list []string
	about := func(what, was, is string) {
		if !strings.EqualFold(was, is) {
			list = append(list, differs(fmt.Sprintf("%s of partition %d", what, p.Number), was, is))
		}
	}
	about("first byte", fmt.Sprint(uint64(l.SectorSize.Of(p.First))), fmt.Sprint(uint64(is.Start)))
	about("size", fmt.Sprint(uint64(l.Size(p))), fmt.Sprint(uint64(is.Size)))
	about("type", p.Type, is.Type)
	about("PARTUUID", p.PartUUID, is.PartUUID)
	switch {
	case p.Role == layout.Nix && l.LUKS != nil:
		about("content", "crypto_LUKS", is.Content.Type)
		about("LUKS UUID", l.LUKS.UUID, is.Content.UUID)
	case p.Filesystem != "": // random-key swap holds nothing that lasts
		about("content", p.Filesystem, is.Content.Type)
		about("UUID", p.UUID, is.Content.UUID)
	}
	return list
}

// differs reads like [device.Difference].
func differs(what, was, is string) string {
	return device.Difference{Field: device.Clean(what), Was: device.Clean(was), Is: device.Clean(is)}.String()
}

// sameToContinue is [SameDisk] for a plan that continues: nothing may stand on the disk, because nothing is taken down.
func sameToContinue(p plan.Plan, is device.Disk) error {
	if err := Recognise(p, is); err != nil {
		return err
	}
	if len(is.Release) == 0 {
		return nil
	}
	r := is.Release[0]
	says := device.Clean(r.Says)
	if says == "" {
		says = device.Clean(r.Name)
	}
	return fmt.Errorf("cannot continue on %s: %s is in use; close it and try again", device.Clean(is.Path), says)
}
