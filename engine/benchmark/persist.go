package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// walkthroughScan is the walkthrough's command, without the filter behind it, which takes no time worth measuring.
var walkthroughScan = []string{"rsync", "-amvxx", "--dry-run", "--no-links", "--exclude", "/tmp/*", "--exclude", "/root/*"}

// sample is what one run cost.
type sample struct {
	wall, cpu time.Duration
	peak      int64 // resident, KiB; never less than what this program itself had when it started the other
}

// contender is one way to look at two trees.
type contender struct {
	name    string
	command []string
	samples []sample
}

// explore prints what a scan of a root in memory against a persist folder on a disk costs, beside the walkthrough's rsync and a bare loop.
func explore(engine string, files []int, runs int) error {
	for _, n := range files {
		for _, s := range shapes {
			if err := exploreOnce(engine, s, n, runs); err != nil {
				return fmt.Errorf("cannot measure a scan of %d files: %w", n, err)
			}
		}
	}
	return nil
}

func exploreOnce(engine string, s shape, files, runs int) error {
	root, err := os.MkdirTemp("/dev/shm", "lethe-bench-") // a tmpfs on every system that Lethe knows
	if err != nil {
		return err
	}
	defer os.RemoveAll(root)
	persist, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(persist)
	if err := s.plant(root, persist, files); err != nil {
		return err
	}
	unix.Sync()
	self, err := os.Executable()
	if err != nil {
		return err
	}
	rsync := append(slices.Clone(walkthroughScan), root+"/", persist+"/")
	list := []string{engine, "persist", "--root", root, "--persist", persist, "--json"}
	both := []string{"sh", "-c", `a=$1 b=$2; shift 2; "$@" "$a/" "$b/" && "$@" "$b/" "$a/"`, "sh", root, persist}
	bare := []string{self, "-bare", "-threads", root, persist}
	title := fmt.Sprintf("%d files, %s", files, s.name)
	err = compete(title, runs, nil, []*contender{
		{name: "rsync", command: rsync},
		{name: "lethe --json", command: list},
		{name: "lethe (tree)", command: []string{engine, "persist", "--root", root, "--persist", persist}},
		{name: "rsync, both ways", command: append(both, walkthroughScan...)},
		{name: "lethe --orphans", command: []string{engine, "persist", "--root", root, "--persist", persist, "--orphans"}},
		{name: "bare loop, one thread", command: []string{self, "-bare", root, persist}},
		{name: "bare loop, a thread a tree", command: bare},
	})
	if err != nil || !s.cold {
		return err
	}
	if why := cannotForget(persist); why != "" {
		fmt.Printf("%s, cold: not measured, since %s\n", title, why)
		return nil
	}
	return compete(title+", cold", runs, forget, []*contender{
		{name: "rsync", command: rsync},
		{name: "lethe --json", command: list},
		{name: "bare loop, a thread a tree", command: bare},
	})
}

// compete measures contenders in turn, and prints what they cost beside the first. Before each run something may be done.
func compete(title string, runs int, before func() error, contenders []*contender) error {
	for range runs {
		for _, c := range contenders {
			if before != nil {
				if err := before(); err != nil {
					return err
				}
			}
			s, err := measure(c.command)
			if err != nil {
				return err
			}
			c.samples = append(c.samples, s)
		}
	}
	fmt.Printf("%s:\n", title)
	base := contenders[0].median()
	for _, c := range contenders {
		m := c.median()
		fmt.Printf("  %-30s wall %v (%.2f of rsync), CPU %v (%.2f), peak memory %d MiB\n", c.name,
			m.wall.Round(time.Millisecond), float64(m.wall)/float64(base.wall), m.cpu.Round(time.Millisecond), float64(m.cpu)/float64(base.cpu), m.peak>>10)
	}
	return nil
}

// median takes each measure by itself; memory is the highest.
func (c *contender) median() sample {
	var walls, cpus []time.Duration
	var peak int64
	for _, s := range c.samples {
		walls, cpus, peak = append(walls, s.wall), append(cpus, s.cpu), max(peak, s.peak)
	}
	return sample{median(walls), median(cpus), peak}
}

// measure runs a command, whose output is read and thrown away.
func measure(command []string) (sample, error) {
	cmd := exec.Command(command[0], command[1:]...)
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		return sample{}, err
	}
	defer out.Close()
	cmd.Stdout = out
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return sample{}, fmt.Errorf("cannot run %s: %w\n%s", cmd.Path, err, said.String())
	}
	state := cmd.ProcessState
	return sample{time.Since(start), state.UserTime() + state.SystemTime(), state.SysUsage().(*syscall.Rusage).Maxrss}, nil
}
