package main

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// figures are what the runs of one program gave.
type figures struct {
	first, whole []time.Duration
	peak, own    []int64
	idle         float64 // of a core
}

// compare runs every program in turn, after one run that fills the caches, and prints a table; without runs it does nothing.
func compare(d *display, programs []program, o options) error {
	results := make([]figures, len(programs))
	if o.runs == 0 {
		return nil
	}
	if err := quiet("start and memory"); err != nil {
		return err
	}
	for round := range o.runs + 1 {
		for i, p := range programs {
			into, watch := &results[i], time.Duration(0)
			if round == 0 {
				into = &figures{}
			}
			if round == o.runs {
				watch = o.idle
			}
			if err := once(d, p, into, watch, o.pictures); err != nil {
				return err
			}
		}
	}
	fmt.Printf("medians of %d runs (least–most)\n%-18s %20s %20s %20s %20s %9s\n", o.runs, "", "first frame, ms", "whole picture, ms", "peak memory, MiB", "not files', MiB", "idle")
	for i, p := range programs {
		f := results[i]
		fmt.Printf("%-18s %20s %20s %20s %20s %7.2f %%\n", p.name,
			spread(f.first, time.Millisecond), spread(f.whole, time.Millisecond), spread(f.peak, 1<<10), spread(f.own, 1<<10), 100*f.idle)
	}
	return nil
}

// once runs a program, and watches it for a time unless that is zero.
func once(d *display, p program, into *figures, watch time.Duration, pictures string) error {
	r, err := d.start(p)
	if err != nil {
		return err
	}
	defer r.end()
	whole, err := d.settle(r)
	if err != nil {
		return err
	}
	peak, own, err := r.memory()
	if err != nil {
		return err
	}
	into.first, into.whole, into.peak, into.own = append(into.first, r.took), append(into.whole, whole), append(into.peak, peak), append(into.own, own)
	if watch == 0 {
		return nil
	}
	if into.idle, err = r.share(watch); err != nil {
		return err
	}
	settled, err := d.take(r.window)
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(p.name, " ")
	if err := r.first.save(pictures, name+"-first"); err != nil {
		return err
	}
	return settled.save(pictures, name+"-settled")
}

// share is the part of a core that the program uses over a time.
func (r *running) share(over time.Duration) (float64, error) {
	before, err := r.cpu()
	if err != nil {
		return 0, err
	}
	begin := time.Now()
	time.Sleep(over)
	after, err := r.cpu()
	if err != nil {
		return 0, err
	}
	return float64(after-before) / float64(time.Since(begin)), nil
}

// spread says the median of a list that is not empty, the least and the most, in a unit.
func spread[T time.Duration | int64](list []T, unit T) string {
	sorted := slices.Sorted(slices.Values(list))
	return fmt.Sprintf("%d (%d–%d)", sorted[len(sorted)/2]/unit, sorted[0]/unit, sorted[len(sorted)-1]/unit)
}
