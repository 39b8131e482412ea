package command

import (
	"fmt"
	"strconv"
	"strings"

	"lethe/engine/quantity"
)

// Entry is one partition for [WriteTable].
type Entry struct {
	First, Sectors quantity.Sectors
	Type, UUID     string
	Name           string
	NoAuto         bool // GPT attribute 63
}

// WriteTable writes a GPT with sfdisk: the same table that Lethe writes itself, sector for sector. The
// script is what sfdisk --dump prints. Lethe's partition names are plain words, so the script needs no escaping.
// Signatures of old content are wiped from the disk and from each partition. Only for an image must sfdisk be told the
// sector size, which it can be since util-linux 2.39.
func WriteTable(path, guid string, sector quantity.SectorSize, image bool, first, last quantity.Sectors, entries []Entry) Command {
	var script strings.Builder
	fmt.Fprintf(&script, "label: gpt\nlabel-id: %s\nunit: sectors\nfirst-lba: %d\nlast-lba: %d\n", strings.ToUpper(guid), first, last)
	for _, e := range entries {
		fmt.Fprintf(&script, "start=%d, size=%d, type=%s, uuid=%s, name=\"%s\"", e.First, e.Sectors, strings.ToUpper(e.Type), strings.ToUpper(e.UUID), e.Name)
		if e.NoAuto {
			script.WriteString(`, attrs="GUID:63"`)
		}
		script.WriteByte('\n')
	}
	args := []string{"--wipe", "always", "--wipe-partitions", "always"}
	if image && sector != 512 {
		args = append(args, "--sector-size", strconv.Itoa(int(sector)))
	}
	return Command{Name: "sfdisk", Args: append(args, path), Input: script.String()}
}

// ReadTable prints the table: sfdisk as JSON, or partx for an image of 4096-byte sectors, which sfdisk before
// util-linux 2.39 takes to have 512-byte ones.
func ReadTable(path string, sector quantity.SectorSize, image bool) Command {
	if image && sector != 512 {
		return New("partx", "--sector-size", strconv.Itoa(int(sector)), "--raw", "--noheadings", "--output", "NR,START,SECTORS,TYPE,UUID,FLAGS,NAME", path)
	}
	return New("sfdisk", "--json", path)
}

// VerifyTable lets sfdisk, or parted for an image of 4096-byte sectors, judge the table. parted complains on standard
// error and exits 0 all the same.
func VerifyTable(path string, sector quantity.SectorSize, image bool) Command {
	if image && sector != 512 {
		c := New("parted", "--script", path, "unit", "s", "print")
		c.Env = partedSector(sector)
		return c
	}
	return New("sfdisk", "--verify", path)
}

// partedSector makes parted read an image with sectors of that size.
func partedSector(sector quantity.SectorSize) []string {
	return []string{fmt.Sprintf("PARTED_SECTOR_SIZE=%d", sector)}
}

// CheckGPT lets sgdisk judge both copies of the table. sgdisk takes every image to have 512-byte sectors.
func CheckGPT(path string) Command { return New("sgdisk", "--verify", path) }

// CheckAlignment lets parted judge one partition. Without --script it exits 0 even when misaligned. parted takes
// an image to have 512-byte sectors unless the variable says otherwise.
func CheckAlignment(path string, number int, sector quantity.SectorSize, image bool) Command {
	c := New("parted", "--script", path, "align-check", "optimal", strconv.Itoa(number))
	if image && sector != 512 {
		c.Env = partedSector(sector)
	}
	return c
}
