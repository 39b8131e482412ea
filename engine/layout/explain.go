package layout

import (
	"fmt"

	"lethe/engine/device"
	"lethe/engine/quantity"
)

// Tool is a partitioning program whose choice is told beside Lethe's.
type Tool string

// The programs compared, with the versions whose rules are followed.
const (
	ToolLethe  Tool = "lethe"
	ToolParted Tool = "parted" // 3.5 and 3.6
	ToolFdisk  Tool = "fdisk"  // util-linux 2.38 to 2.41; sfdisk's default is the same
	ToolSgdisk Tool = "sgdisk" // GPT fdisk 1.0.9 and 1.0.10
)

// Choice is where a tool would put one partition that takes a whole empty disk.
type Choice struct {
	Tool    Tool   `json:"tool"`
	Command string `json:"command"` // what a person would type
	// First and Last are inclusive LBAs; both are 0, and Start and End empty, when the tool finds no place.
	First quantity.Sectors `json:"first"`
	Last  quantity.Sectors `json:"last"`
	// Start judges First and End judges Last+1, both on Lethe's grain.
	Start Alignment `json:"start"`
	End   Alignment `json:"end"`
	Why   string    `json:"why"`
}

// Report explains the alignment of a disk.
type Report struct {
	Topology    device.Topology     `json:"topology"`
	Bytes       quantity.Bytes      `json:"bytes"`
	SectorSize  quantity.SectorSize `json:"sector_size"`
	DiskSectors quantity.Sectors    `json:"disk_sectors"`
	FirstUsable quantity.Sectors    `json:"first_usable"`
	LastUsable  quantity.Sectors    `json:"last_usable"`
	Grain       Grain               `json:"grain"`
	Choices     []Choice            `json:"choices"` // Lethe first
}

// Explain tells the grain of a disk of this topology and size, and the first and last sector that Lethe,
// parted, fdisk and sgdisk choose for one partition over an empty GPT. The tools' rules are reproduced from
// their sources; see each rule for what was measured. It fails where [NewGrain] does, and on a disk too small
// for one aligned partition.
func Explain(t device.Topology, size quantity.Bytes) (Report, error) {
	grain, err := NewGrain(t)
	if err != nil {
		return Report{}, fmt.Errorf("cannot explain the alignment: %w", err)
	}
	r := Report{Topology: t, Bytes: size, SectorSize: t.SectorSize(), Grain: grain}
	r.DiskSectors = r.SectorSize.Floor(size)
	var ok bool
	r.FirstUsable, r.LastUsable, ok = usable(r.DiskSectors, r.SectorSize)
	lethe := r.lethe()
	if !ok || lethe.Last < lethe.First {
		return Report{}, fmt.Errorf("cannot explain the alignment: %s hold no partition on a grain of %d sectors: give a larger size",
			size.Human(), grain.Optimal)
	}
	for _, c := range []Choice{lethe, r.parted(), r.fdisk(), r.sgdisk()} {
		if c.Last != 0 {
			c.Start, c.End = grain.Check(c.First), grain.Check(c.Last+1)
		}
		r.Choices = append(r.Choices, c)
	}
	return r, nil
}

func (r Report) lethe() Choice {
	c := Choice{Tool: ToolLethe, Command: "lethe-engine plan"}
	c.First, c.Last = r.Grain.first(r.FirstUsable, r.SectorSize), r.Grain.last(r.LastUsable)
	c.Why = fmt.Sprintf("starts at the first grain point from 1 MiB on and ends one sector before the last usable grain point (grain %d sectors, offset %d); %s",
		r.Grain.Optimal, r.Grain.Offset, r.Grain.Source)
	return c
}

// parted reproduces `mkpart NAME 0% 100%` of parted 3.5 with its default, optimal alignment. Measured on
// image files of 512 and 4096 bytes a sector, small ones too; on odd topologies it was compared with real parted on
// virtual disks (196608 starts at 384; offset 3584 starts at 2055). Unlike Lethe it may start below 1 MiB and
// believes every I/O size.
func (r Report) parted() Choice {
	c := Choice{Tool: ToolParted, Command: "parted -a optimal DISK mkpart NAME 0% 100%"}
	g := r.libpartedGrain()
	c.First, c.Last = g.up(r.FirstUsable), g.last(r.LastUsable)
	// A percentage may move by half a percent of the disk, by the arithmetic of libparted's unit.c.
	percent := r.SectorSize.Of(r.DiskSectors) / 100
	radius := max(1, r.SectorSize.Ceil(percent)/2) - 1
	if g.Optimal == 0 || c.First > radius || c.Last+radius < r.SectorSize.Floor(percent*100) {
		c.First, c.Last = r.FirstUsable, r.LastUsable
		c.Why = fmt.Sprintf("takes every usable sector, with a warning, because it finds no grain point of %d sectors within half a percent of the ends of the disk", g.Optimal)
		return c
	}
	c.Why = fmt.Sprintf("starts at the first usable grain point, also below 1 MiB, and ends one sector before the last one (grain %d sectors, offset %d)", g.Optimal, g.Offset)
	if r.Grain.Disagrees != "" {
		c.Why += "; it believes the reported I/O size, which Lethe does not"
	}
	return c
}

// libpartedGrain is libparted's grain without Lethe's doubts.
func (r Report) libpartedGrain() Grain {
	if r.Topology.Image {
		return r.Grain
	}
	io, _ := libparted(r.Topology)
	g := Grain{Optimal: r.SectorSize.Floor(io)}
	if g.Optimal > 0 {
		offset, _ := alignmentOffset(r.Topology)
		g.Offset = offset % g.Optimal
	}
	return g
}

// sgdisk reproduces `sgdisk -n 1:0:0` of GPT fdisk 1.0.9, which knows neither I/O sizes nor offsets and ends at the
// last usable sector unless -I is given. Measured on image files of 512 bytes a sector; for 4096 it follows
// the source (gpt.cc, ComputeAlignment: 1 MiB whatever the sector), since sgdisk takes every file for 512.
func (r Report) sgdisk() Choice {
	g := Grain{Optimal: r.SectorSize.Floor(usual), Minimum: 1}
	return Choice{
		Tool: ToolSgdisk, Command: "sgdisk -n 1:0:0 DISK",
		First: g.up(r.FirstUsable), Last: r.LastUsable,
		Why: fmt.Sprintf("starts at 1 MiB (%d sectors), whatever the disk reports, and ends at the last usable sector, aligned or not, unless -I is given", g.Optimal),
	}
}
