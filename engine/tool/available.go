package tool

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"lethe/engine/quantity"
)

// Memory is how much of it this machine has.
type Memory struct {
	Total, Available quantity.Bytes // available to new programs without swapping
}

// ReadMemory reads /proc/meminfo.
func ReadMemory() (Memory, error) {
	text, err := os.ReadFile("/proc/meminfo")
	if err != nil {
		return Memory{}, fmt.Errorf("cannot read how much memory is free: %w", err)
	}
	return parseMemory(text)
}

// parseMemory reads what the kernel writes to /proc/meminfo.
func parseMemory(text []byte) (Memory, error) {
	var m Memory
	found := 0
	for line := range bytes.Lines(text) {
		fields := bytes.Fields(line)
		if len(fields) != 3 || string(fields[2]) != "kB" {
			continue
		}
		kib, err := strconv.ParseUint(string(fields[1]), 10, 53)
		switch name := string(fields[0]); {
		case err != nil || name != "MemTotal:" && name != "MemAvailable:":
			continue
		case name == "MemTotal:":
			m.Total = quantity.Bytes(kib) * quantity.KiB
		default:
			m.Available = quantity.Bytes(kib) * quantity.KiB
		}
		found++
	}
	if found != 2 {
		return Memory{}, errors.New("cannot read how much memory is free: /proc/meminfo does not say it")
	}
	return m, nil
}
