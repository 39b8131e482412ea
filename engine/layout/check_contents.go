package layout

import (
	"fmt"
	"regexp"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

var (
	uuidForm   = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	volumeForm = regexp.MustCompile(`^[0-9A-F]{4}-[0-9A-F]{4}$`)
)

// checkSwap runs after checkOrder, which already ties the partition to the mode.
func (l Layout) checkSwap() error {
	switch l.SwapMode {
	case config.SwapNone, config.SwapPlain, config.SwapRandomKey:
	default:
		return fmt.Errorf("the swap mode is %.32q, which is not resolved", l.SwapMode)
	}
	if l.Hibernate && l.SwapMode != config.SwapPlain {
		return fmt.Errorf("it promises hibernation with swap mode %q; only plain swap can", l.SwapMode)
	}
	return nil
}

// checkLUKS runs after checkPartitions, so that the nix partition is known to lie on the disk.
func (l Layout) checkLUKS() error {
	if l.LUKS == nil {
		return nil
	}
	nix := l.Partitions[len(l.Partitions)-1]
	size := quantity.Bytes(nix.Last-nix.First+1) * quantity.Bytes(l.SectorSize)
	c := *l.LUKS
	switch {
	case c.Mapper != Mapper:
		return fmt.Errorf("the mapper is named %.64q; it must be %q", c.Mapper, Mapper)
	case !validSectorSize(quantity.Bytes(c.SectorSize)) || c.SectorSize < l.SectorSize:
		return fmt.Errorf("an encryption sector of %d bytes cannot be on sectors of %d bytes", c.SectorSize, l.SectorSize)
	case c.DataOffset < 16*quantity.MiB || c.DataOffset%4096 != 0:
		return fmt.Errorf("the LUKS data offset of %d bytes is not a multiple of 4096 from 16 MiB on", uint64(c.DataOffset))
	case c.DataOffset > size || size-c.DataOffset < LeastNix/2:
		return fmt.Errorf("the LUKS data offset of %d bytes leaves too little of a partition of %d", uint64(c.DataOffset), uint64(size))
	case (size-c.DataOffset)%quantity.Bytes(c.SectorSize) != 0:
		return fmt.Errorf("the LUKS payload is not a whole number of %d-byte sectors", c.SectorSize)
	}
	payload := nix.First + quantity.Sectors(c.DataOffset/quantity.Bytes(l.SectorSize))
	if payload%l.Grain.Optimal != l.Grain.Offset || c.Payload.Sector != payload || c.Payload.Level != Aligned {
		return fmt.Errorf("the LUKS payload must start on the grain, with a verdict on sector %d", payload)
	}
	return nil
}

// checkIdentifiers proves form and distinctness: two things of one name end in the wrong one being mounted.
func (l Layout) checkIdentifiers() error {
	seen := map[string]string{}
	add := func(what, id string, form *regexp.Regexp) error {
		if !form.MatchString(id) {
			return fmt.Errorf("the %s is %.40q, which is no random UUID or volume ID", what, id)
		}
		if other, found := seen[id]; found {
			return fmt.Errorf("the %s is the same as the %s (%s)", what, other, id)
		}
		seen[id] = what
		return nil
	}
	err := add("disk GUID", l.DiskGUID, uuidForm)
	for _, p := range l.Partitions {
		if err == nil {
			err = add(fmt.Sprintf("PARTUUID of partition %d", p.Number), p.PartUUID, uuidForm)
		}
		if err == nil {
			err = addUUID(p, add)
		}
	}
	if err == nil && l.LUKS != nil {
		err = add("LUKS UUID", l.LUKS.UUID, uuidForm)
	}
	return err
}

func addUUID(p Partition, add func(what, id string, form *regexp.Regexp) error) error {
	what := fmt.Sprintf("UUID of the file system on partition %d", p.Number)
	switch {
	case p.Filesystem == "vfat":
		return add(what, p.UUID, volumeForm)
	case p.Filesystem != "":
		return add(what, p.UUID, uuidForm)
	case p.UUID != "":
		return fmt.Errorf("the %s is %.40q, but nothing is made there", what, p.UUID)
	}
	return nil
}

// checkTmpfs keeps anything but a size out of mount(8)'s options.
func (l Layout) checkTmpfs() error {
	if !tmpfsSize.MatchString(l.Tmpfs) {
		return fmt.Errorf("%.40q is no size for tmpfs", l.Tmpfs)
	}
	return nil
}
