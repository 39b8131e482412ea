package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	// still is the share of the machine's processors below which it counts as quiet.
	still = 0.1
	// patience is how long the benchmark waits for that.
	patience = time.Minute
)

// quiet waits for other programs to come to rest, and says so where they do not: figures beside them are not the window's own.
func quiet(what string) error {
	for deadline := time.Now().Add(patience); ; {
		busy, err := machineBusy(time.Second)
		if err != nil || busy < still {
			return err
		}
		if time.Now().After(deadline) {
			fmt.Printf("(%s: other programs use %.0f %% of the processors; the figures suffer from it)\n", what, 100*busy)
			return nil
		}
	}
}

// machineBusy is the share of all processors that is in use over a time.
func machineBusy(over time.Duration) (float64, error) {
	idle, all, err := ticks()
	if err != nil {
		return 0, err
	}
	time.Sleep(over)
	idleAfter, allAfter, err := ticks()
	if err != nil || allAfter == all {
		return 0, err
	}
	return 1 - float64(idleAfter-idle)/float64(allAfter-all), nil
}

// ticks counts the processors' time since the machine started, and that of it in which they had nothing to do.
func ticks() (idle, all int64, err error) {
	stat, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0, err
	}
	line, _, _ := strings.Cut(string(stat), "\n")
	for i, field := range strings.Fields(line)[1:] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, 0, fmt.Errorf("cannot read /proc/stat: %w", err)
		}
		if i < 8 { // guests' time is in the others already
			all += n
		}
		if i == 3 || i == 4 { // idle, or waiting for a disk
			idle += n
		}
	}
	return idle, all, nil
}
