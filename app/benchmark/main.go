// Benchmark measures the window beside Calamares, interleaved in one run and from outside, with one method for both: the time from
// starting the program to its first painted frame, its peak resident memory, and its share of a core while nothing happens. Beside
// them stands a window of Fyne's with one line of text (bare), which tells what of Lethe's memory is the toolkit's and the software
// renderer's. Then it drags a boundary of the map in Lethe's window and counts the frames, on an idle machine and while rehearsals
// derive their keys.
//
// Programs run under an Xvfb of their own, without a window manager, a message bus or a graphics card. A frame is what the X
// server's DAMAGE extension reports. Absolute figures mean nothing beyond the machine they were taken on.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

// options are what the command line says.
type options struct {
	window, bare, engine, pictures string
	runs                           int
	idle, drag                     time.Duration
}

func main() {
	var o options
	flag.StringVar(&o.window, "window", "build/lethe", "Lethe's `program`")
	flag.StringVar(&o.bare, "bare", "", "`program` of app/benchmark/bare; left out where empty")
	flag.StringVar(&o.engine, "engine", "build/lethe-engine", "the engine's `program`")
	flag.StringVar(&o.pictures, "pictures", "", "`folder` for pictures of what was measured")
	flag.IntVar(&o.runs, "runs", 5, "runs of each program")
	flag.DurationVar(&o.idle, "idle", 10*time.Second, "how long each program is watched doing nothing")
	flag.DurationVar(&o.drag, "drag", 3*time.Second, "how long a boundary is dragged")
	flag.Parse()
	if err := bench(o); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

func bench(o options) error {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	if o.pictures != "" {
		if err := os.MkdirAll(o.pictures, 0o755); err != nil { //nolint:gosec // pictures for whoever builds
			return err
		}
	}
	d, err := startDisplay(folder)
	if err != nil {
		return err
	}
	defer d.stop()
	programs, err := programsOf(o, folder)
	if err != nil {
		return err
	}
	if err := compare(d, programs, o); err != nil {
		return err
	}
	if err := drags(d, programs[0], o); err != nil || o.bare == "" {
		return err
	}
	return follow(d, programs[len(programs)-1], o)
}

// programsOf gives what is compared, Lethe first.
func programsOf(o options, folder string) ([]program, error) {
	window, err := filepath.Abs(o.window)
	if err != nil {
		return nil, err
	}
	peer, err := calamares(folder)
	if err != nil {
		return nil, err
	}
	list := []program{{name: "lethe --rehearse", path: window, args: []string{"--rehearse"}, dir: folder}, peer}
	if o.bare != "" {
		bare, err := filepath.Abs(o.bare)
		if err != nil {
			return nil, err
		}
		list = append(list, program{name: "bare Fyne window", path: bare, dir: folder})
	}
	return list, nil
}
