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
	// Damaged tells that a file system check ran to its end and found errors. Where it could not run, nobody knows of any. It is for
	// the step that had it checked, and no part of the report.
	Damaged bool `json:"-"`
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
	// Proof waits for a proof of Passphrase that is under way already: the keyslot and the container's UUID, by luks.go. made is false
	// where there is none after all. It may be nil.
	Proof func(ctx context.Context) (slot int, uuid string, made bool, err error)
	// Twice also proves the passphrase with cryptsetup, which takes as long again.
	Twice bool
	// Each is called with each result, in the report's order, as soon as those before it are there. It may be nil.
	Each func(Check)
}

// job is a group of checks that run one after the other; groups run side by side.
type job func(ctx context.Context, in Input) []Check

// Run makes every check. The groups do not depend on each other and run at the same time; their results come in the report's order.
func Run(ctx context.Context, in Input) Report {
	jobs := jobsFor(in)
	results := make([]chan []Check, len(jobs))
	for i, j := range jobs {
		results[i] = make(chan []Check, 1)
		go func() { results[i] <- j(ctx, in) }()
	}
	var report Report
	for _, result := range results { // in order, however they end
		for _, c := range <-result {
			if in.Each != nil {
				in.Each(c)
			}
			report.Checks = append(report.Checks, c)
		}
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
