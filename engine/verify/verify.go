// Package verify reads a finished disk back and says, check by check, whether it is what the layout promised.
//
// Every check is made by another tool than the one that wrote: sfdisk, sgdisk and parted judge the table that
// go-diskfs wrote, blkid and fsck the file systems, luks.go the container that cryptsetup made. A check that this
// machine cannot make is reported as not rehearsed, never as passed. Nothing is written.
//
// On a real disk the installed system is still mounted and is looked at too: what is mounted where, password files,
// the boot loader and its entries (systemd-boot only: of the boot loader of one's own
// configuration no more is proved than that there is one), the system profile, the firmware's entries, and the configuration with its owner.
package verify

import (
	"context"
	"sync"

	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// Status is the result of a check.
type Status string

// The results.
const (
	Passed       Status = "passed"
	Failed       Status = "failed"
	NotRehearsed Status = "not rehearsed"
)

// Check is one result.
type Check struct {
	Name   string `json:"name"`
	Status Status `json:"status"`
	Detail string `json:"detail"` // a sentence: what was seen, or why it failed
	By     string `json:"by"`     // the tool that judged
}

// Report is all results, in a fixed order.
type Report struct {
	Checks []Check `json:"checks"`
}

// Count gives how many checks have a status.
func (r Report) Count(s Status) int {
	n := 0
	for _, c := range r.Checks {
		if c.Status == s {
			n++
		}
	}
	return n
}

// OK tells that nothing failed.
func (r Report) OK() bool { return r.Count(Failed) == 0 }

// Input is what a verification needs.
type Input struct {
	Tools  tool.Runner
	Target target.Target
	Layout layout.Layout
	// Mounted is set for an installed system that is still mounted; a rehearsal has none. With it the system itself is looked at
	// too, Repo is taken from it, and [Clean] is left for after the unmounting.
	Mounted *Mounted
	// Repo is the folder with the configuration; "" leaves it out.
	Repo          string
	Configuration plan.Configuration
	// Passphrase is what the user typed; nil leaves the proof of it out, and the report says so.
	Passphrase *secret.Secret
	// Twice also proves the passphrase with cryptsetup, which takes as long again.
	Twice bool
	// Each is called with each result as it comes, from one goroutine at a time. It may be nil.
	Each func(Check)
}

// job is a group of checks that run one after the other; groups run side by side.
type job func(ctx context.Context, in Input) []Check

// Run makes every check. The groups do not depend on each other and run at the same time.
func Run(ctx context.Context, in Input) Report {
	jobs := jobsFor(in)
	results := make([][]Check, len(jobs))
	var wg sync.WaitGroup
	var mu sync.Mutex
	for i, j := range jobs {
		wg.Go(func() {
			results[i] = j(ctx, in)
			mu.Lock()
			defer mu.Unlock()
			for _, c := range results[i] {
				if in.Each != nil {
					in.Each(c)
				}
			}
		})
	}
	wg.Wait()
	var report Report
	for _, checks := range results {
		report.Checks = append(report.Checks, checks...)
	}
	return report
}

// jobsFor gives the groups in the order of the report.
func jobsFor(in Input) []job {
	jobs := []job{sfdisk, sgdisk, parted, espJob}
	if _, ok := in.Layout.Find(layout.Swap); ok {
		jobs = append(jobs, swapJob)
	}
	if in.Layout.LUKS != nil {
		jobs = append(jobs, luksJob)
	} else {
		jobs = append(jobs, nixJob)
	}
	if in.Mounted != nil {
		return append(jobs, mountsJob, passwordsJob, bootJob, systemJob, firmwareJob, repoJob)
	}
	if in.Repo != "" {
		jobs = append(jobs, func(ctx context.Context, in Input) []Check {
			return Configuration(ctx, in.Tools, in.Repo, in.Configuration)
		})
	}
	return jobs
}

// result makes a check of an error.
func result(name, by, seen string, err error) Check {
	if err != nil {
		return Check{Name: name, Status: Failed, Detail: err.Error(), By: by}
	}
	return Check{Name: name, Status: Passed, Detail: seen, By: by}
}
