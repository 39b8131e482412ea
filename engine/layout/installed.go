package layout

import (
	"fmt"

	"lethe/engine/device"
)

// Installed finds, on a disk that a system was installed to, the EFI system partition and the nix partition, and tells whether the latter
// is encrypted. It looks at their types, names and contents only, since the owner may have added partitions since: [Made] is stricter. Where
// there is not exactly one of each, it says why. Whose system it is stands inside.
func Installed(d device.Disk) (esp, nix device.Partition, encrypted bool, err error) {
	if d.Table.Kind != device.TableGPT {
		return esp, nix, false, fmt.Errorf("it has no GPT partition table (%s)", device.Clean(string(d.Table.Kind)))
	}
	var loaders, systems []device.Partition
	for _, p := range d.Partitions {
		switch {
		case answers(p, espPartition()) && p.Content.Type == espPartition().Filesystem:
			loaders = append(loaders, p)
		case answers(p, nixPartition(true)) && p.Content.Type == "crypto_LUKS", answers(p, nixPartition(false)) && p.Content.Type == nixPartition(false).Filesystem:
			systems = append(systems, p)
		}
	}
	if len(systems) != 1 {
		return esp, nix, false, fmt.Errorf("it has %d partitions that Lethe could have made for a system (named “%s”, with LUKS or ext4 in it), and not one", len(systems), nixPartition(false).Name)
	}
	if len(loaders) != 1 {
		return esp, nix, false, fmt.Errorf("it has %d EFI system partitions by Lethe (named “%s”, with FAT in it), and not one", len(loaders), espPartition().Name)
	}
	return loaders[0], systems[0], systems[0].Content.Type == "crypto_LUKS", nil
}
