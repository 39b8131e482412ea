package layout

import "lethe/engine/quantity"

// Cryptsetup's own figures: the LUKS2 header takes 16 MiB by default, and a data offset must be a multiple of
// 4096 bytes ("Data offset is not multiple of 4096 bytes", cryptsetup 2.6.1).
const (
	leastDataOffset = 16 * quantity.MiB
	dataOffsetUnit  = 4096
)

// container plans the LUKS header of the last partition, but not its UUID.
func container(l Layout, discards bool) *LUKS {
	nix := l.Partitions[len(l.Partitions)-1]
	offset := dataOffset(l.SectorSize.Of(l.Grain.Optimal))
	return &LUKS{
		Mapper:        Mapper,
		SectorSize:    encryptionSector(l, l.SectorSize.Of(nix.Sectors())-offset),
		DataOffset:    offset,
		Payload:       l.Grain.Check(nix.First + l.SectorSize.Floor(offset)),
		AllowDiscards: discards,
	}
}

// dataOffset rounds 16 MiB up to the grain, so that the payload is aligned on the disk like the partition is.
func dataOffset(grain quantity.Bytes) quantity.Bytes {
	unit := grain
	for unit%dataOffsetUnit != 0 {
		unit += grain // at most seven times: a grain is a multiple of 512
	}
	return (leastDataOffset + unit - 1) / unit * unit
}

// encryptionSector follows cryptsetup's own choice: the physical sector up to 4096, if the payload is a
// multiple of it. An image stands for a disk that is not known yet and gets 4096, as cryptsetup does.
func encryptionSector(l Layout, payload quantity.Bytes) quantity.SectorSize {
	most := min(physical(l.Topology), 4096)
	if l.Topology.Image {
		most = 4096
	}
	size := quantity.Bytes(4096)
	for size > l.Topology.Logical && (size > most || payload%size != 0) {
		size /= 2
	}
	return quantity.SectorSize(size)
}
