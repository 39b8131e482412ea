package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
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
		if err := exploreOnce(engine, n, runs); err != nil {
			return fmt.Errorf("cannot measure a scan of %d files: %w", n, err)
		}
	}
	return nil
}

func exploreOnce(engine string, files, runs int) error {
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
	if err := plant(root, persist, files); err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	contenders := []*contender{
		{name: "rsync", command: append(slices.Clone(walkthroughScan), root+"/", persist+"/")},
		{name: "lethe --json", command: []string{engine, "persist", "--root", root, "--persist", persist, "--json"}},
		{name: "lethe (tree)", command: []string{engine, "persist", "--root", root, "--persist", persist}},
		{name: "rsync, both ways", command: append([]string{"sh", "-c", `a=$1 b=$2; shift 2; "$@" "$a/" "$b/" && "$@" "$b/" "$a/"`, "sh", root, persist}, walkthroughScan...)},
		{name: "lethe --orphans", command: []string{engine, "persist", "--root", root, "--persist", persist, "--orphans"}},
		{name: "bare loop, one thread", command: []string{self, "-bare", root, persist}},
		{name: "bare loop, a thread a tree", command: []string{self, "-bare", "-threads", root, persist}},
	}
	for range runs {
		for _, c := range contenders {
			s, err := measure(c.command)
			if err != nil {
				return err
			}
			c.samples = append(c.samples, s)
		}
	}
	base := contenders[0].median()
	for _, c := range contenders {
		m := c.median()
		fmt.Printf("%-40s %8d files: wall %v (%.2f of rsync), CPU %v (%.2f), peak memory %d MiB\n", c.name, files,
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

// plant makes two trees of so many files each, alike but for what differs, is missing and is orphaned: one in fifty of each. Folders have 8 to 119
// files, and lie up to six deep.
func plant(root, persist string, files int) error {
	old := time.Now().Add(-24 * time.Hour)
	for n, folder := 0, 0; n < files; folder++ {
		name := filepath.Join(fmt.Sprintf("home/user-%d", folder%3), fmt.Sprintf(".local/share/program-%02d", folder%31), fmt.Sprintf("section-%03d", folder/31%101),
			fmt.Sprintf("folder-%04d", folder))
		for _, tree := range []string{root, persist} {
			if err := os.MkdirAll(filepath.Join(tree, name), 0o700); err != nil {
				return err
			}
		}
		for range min(8+folder*37%112, files-n) {
			file := filepath.Join(name, fmt.Sprintf("some file %07d.data", n))
			if err := plantFile(filepath.Join(root, file), n%50 == 1, old, n%50 == 2); err != nil {
				return err
			}
			if err := plantFile(filepath.Join(persist, file), n%50 == 3, old, false); err != nil {
				return err
			}
			n++
		}
	}
	unix.Sync()
	return nil
}

// plantFile makes a file unless it is left out.
func plantFile(name string, left bool, modified time.Time, longer bool) error {
	if left {
		return nil
	}
	text := "x"
	if longer {
		text = "longer"
	}
	if err := os.WriteFile(name, []byte(text), fs.FileMode(0o600)); err != nil {
		return err
	}
	return os.Chtimes(name, modified, modified)
}
