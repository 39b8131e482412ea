package layout

import (
	"fmt"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// notes gathers what a user should read before agreeing, the gravest first.
func notes(l Layout, w wish, disk device.Disk, memory quantity.Bytes) []string {
	out := []string{}
	if disk.Verdict.State == device.Unchecked {
		out = append(out, "What is on this disk has not been read yet, so this layout is a preview.")
	}
	out = append(out, swapNotes(l, w, memory)...)
	out = append(out, w.notes...)
	if w.esp < quantity.GiB {
		out = append(out, fmt.Sprintf("An ESP of %s can fill up after a few system generations; 1 GiB is recommended.", w.esp.Human()))
	}
	if w.encrypt && w.discards {
		out = append(out, "TRIM passes through the encryption, which shows an attacker which blocks are free.")
	}
	out = append(out, grainNotes(l)...)
	return append(out, movedNotes(l)...)
}

func swapNotes(l Layout, w wish, memory quantity.Bytes) []string {
	var out []string
	switch w.mode {
	case config.SwapPlain:
		if w.encrypt {
			out = append(out, "Swap is plain beside encryption: what was in memory can be read from the disk.")
		}
		if l.Hibernate {
			out = append(out, fmt.Sprintf("Swap of %s is large enough for hibernation with %s of memory.", w.swap.Human(), memory.Human()))
		}
	case config.SwapRandomKey:
		out = append(out, "Swap gets a new random key at every boot, so this machine cannot hibernate.")
	case config.SwapNone:
		if memory > 0 && memory < 4*quantity.GiB {
			out = append(out, fmt.Sprintf("There is no swap and only %s of memory: building the system may run out of memory.", memory.Human()))
		}
	}
	if memory == 0 && w.mode != config.SwapNone {
		out = append(out, "The size of memory is not known, so swap was not measured against it.")
	}
	return out
}

func grainNotes(l Layout) []string {
	var out []string
	if l.Grain.Optimal != l.SectorSize.Floor(usual) || l.Grain.Offset != 0 || l.Topology.AlignmentOffset < 0 {
		out = append(out, fmt.Sprintf("This disk has an unusual alignment of %d sectors, offset %d: %s.", l.Grain.Optimal, l.Grain.Offset, l.Grain.Source))
	}
	if l.Grain.Disagrees != "" {
		out = append(out, l.Grain.Disagrees+".")
	}
	return out
}

// movedNotes tells of every size that grew because its end moved up to the grain.
func movedNotes(l Layout) []string {
	var out []string
	for _, p := range l.Partitions {
		if size := l.Size(p); size > p.Wished {
			out = append(out, fmt.Sprintf("Partition %d (%s) is %d bytes larger than the %s wished for, because its end moves up to the grain of %d sectors.",
				p.Number, p.Name, uint64(size-p.Wished), p.Wished, l.Grain.Optimal))
		}
	}
	return out
}
