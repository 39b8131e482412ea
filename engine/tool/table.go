package tool

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"lethe/engine/command"
	"lethe/engine/quantity"
)

// TableEntry is one partition as sfdisk reads it.
type TableEntry struct {
	Start quantity.Sectors `json:"start"`
	Size  quantity.Sectors `json:"size"`
	Type  string           `json:"type"`
	UUID  string           `json:"uuid"`
	Name  string           `json:"name"`
	Attrs string           `json:"attrs"`
}

// PartitionTable is a table as another tool reads it; GUIDs are lower case, and ID is empty where the tool does not tell.
type PartitionTable struct {
	Label      string              `json:"label"`
	ID         string              `json:"id"`
	FirstLBA   quantity.Sectors    `json:"firstlba"`
	LastLBA    quantity.Sectors    `json:"lastlba"`
	SectorSize quantity.SectorSize `json:"sectorsize"`
	Partitions []TableEntry        `json:"partitions"`
}

// ReadTable reads a partition table with sfdisk.
func ReadTable(ctx context.Context, r Runner, path string, sector quantity.SectorSize, image bool) (PartitionTable, error) {
	c := command.ReadTable(path, sector, image)
	result, err := r.Run(ctx, Call{Command: c})
	if err != nil {
		return PartitionTable{}, fmt.Errorf("cannot read the partition table of %s: %w", path, err)
	}
	if c.Name == "partx" {
		return parsePartx(result.Stdout, sector)
	}
	return parseTable(result.Stdout)
}

// parsePartx reads the columns of [command.ReadTable]. partx counts in 512-byte sectors whatever the image has, and does
// not tell the GUID of the disk.
func parsePartx(text []byte, sector quantity.SectorSize) (PartitionTable, error) {
	t := PartitionTable{Label: "gpt", SectorSize: sector}
	unit := quantity.Sectors(max(1, sector/512))
	lines := bufio.NewScanner(bytes.NewReader(text))
	for lines.Scan() {
		fields := strings.SplitN(lines.Text(), " ", 7)
		if len(fields) != 7 {
			return PartitionTable{}, fmt.Errorf("cannot read partx's answer: a line has %d columns", len(fields))
		}
		start, startErr := strconv.ParseUint(fields[1], 10, 64)
		size, sizeErr := strconv.ParseUint(fields[2], 10, 64)
		flags, flagsErr := strconv.ParseUint(strings.TrimPrefix(fields[5], "0x"), 16, 64)
		if err := errors.Join(startErr, sizeErr, flagsErr); err != nil {
			return PartitionTable{}, fmt.Errorf("cannot read partx's answer: %w", err)
		}
		entry := TableEntry{
			Start: quantity.Sectors(start) / unit, Size: quantity.Sectors(size) / unit,
			Type: strings.ToLower(fields[3]), UUID: strings.ToLower(fields[4]), Name: fields[6],
		}
		if flags&noAuto != 0 {
			entry.Attrs = "GUID:63"
		}
		t.Partitions = append(t.Partitions, entry)
	}
	return t, lines.Err()
}

// noAuto is the GPT attribute that sfdisk prints as GUID:63.
const noAuto = 1 << 63

// parseTable reads sfdisk's JSON.
func parseTable(text []byte) (PartitionTable, error) {
	var wrapper struct {
		Table *PartitionTable `json:"partitiontable"`
	}
	if err := json.Unmarshal(text, &wrapper); err != nil {
		return PartitionTable{}, fmt.Errorf("cannot read sfdisk's answer: %w", err)
	}
	if wrapper.Table == nil {
		return PartitionTable{}, fmt.Errorf("cannot read sfdisk's answer: it has no partition table")
	}
	t := *wrapper.Table
	t.ID = strings.ToLower(t.ID)
	for i := range t.Partitions {
		t.Partitions[i].Type = strings.ToLower(t.Partitions[i].Type)
		t.Partitions[i].UUID = strings.ToLower(t.Partitions[i].UUID)
	}
	return t, nil
}
