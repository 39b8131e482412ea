package layout

import (
	"strings"

	"lethe/engine/device"
)

// Made tells whether a disk carries a table as [Build] plans it, with the file systems that belong into it: an EFI system partition, maybe
// swap, and the nix partition, which is given back with whether it is encrypted. Whose installation it is, and whether that came
// to its end, is written inside. Random-key swap may hold anything.
func Made(d device.Disk) (nix device.Partition, encrypted, made bool) {
	if d.Table.Kind != device.TableGPT || len(d.Partitions) < 2 || len(d.Partitions) > 3 {
		return nix, false, false
	}
	for i, p := range d.Partitions {
		if p.Number != i+1 {
			return nix, false, false
		}
	}
	esp, last := d.Partitions[0], d.Partitions[len(d.Partitions)-1]
	plain := nixPartition(false)
	switch {
	case !answers(esp, espPartition()) || esp.Content.Type != "vfat":
		return nix, false, false
	case len(d.Partitions) == 3 && !answers(d.Partitions[1], swapPartition("")):
		return nix, false, false
	case answers(last, nixPartition(true)) && last.Content.Type == "crypto_LUKS":
		return last, true, true
	case answers(last, plain) && last.Content.Type == plain.Filesystem && last.Content.Label == plain.Label:
		return last, false, true
	}
	return nix, false, false
}

// answers compares name and type.
func answers(is device.Partition, p Partition) bool {
	return is.Label == p.Name && strings.EqualFold(is.Type, p.Type)
}
