package command

import (
	"strconv"

	"lethe/engine/quantity"
)

// LoadZram loads the kernel's module for compressed devices in memory, or finds it there.
func LoadZram() Command { return New("modprobe", "zram") }

// TakeZram takes a free device, of a size that counts before compression, and prints its path. An empty algorithm is the
// kernel's choice.
func TakeZram(size quantity.Bytes, algorithm string) Command {
	args := []string{"--find", "--size", strconv.FormatUint(uint64(size), 10)}
	if algorithm != "" {
		args = append(args, "--algorithm", algorithm)
	}
	return New("zramctl", args...)
}

// MakePlainSwap formats a device that does not outlive the session as swap.
func MakePlainSwap(path string) Command { return New("mkswap", path) }

// SwapOn starts to swap to path. Of several places the kernel takes those of the highest priority (0 to 32767) first.
func SwapOn(path string, priority int) Command {
	return New("swapon", "--priority", strconv.Itoa(priority), path)
}

// SwapOff stops swapping to path and brings back what lies there.
func SwapOff(path string) Command { return New("swapoff", path) }

// ResetZram gives a device back, and its memory.
func ResetZram(path string) Command { return New("zramctl", "--reset", path) }
