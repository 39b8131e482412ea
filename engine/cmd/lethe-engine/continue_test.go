package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/helper"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/verify"
)

// playedRoot is a root side that does as it is told, and notes what it was asked for.
type playedRoot struct {
	helper.Host
	facts     helper.Facts
	plan      plan.Plan
	recallErr error
	install   func(secrets *secret.Store, sink event.Sink) (helper.Result, error)
	asked     []string
}

func (h *playedRoot) Facts(context.Context) (helper.Facts, error) { return h.facts, nil }

func (h *playedRoot) Release(context.Context) ([]string, error) {
	h.asked, h.facts.Leftovers = append(h.asked, "release"), nil
	return []string{"what is mounted at /mnt"}, nil
}

func (h *playedRoot) Recall(_ context.Context, disk string, secrets *secret.Store) (plan.Plan, error) {
	held, _ := secrets.Get(command.Passphrase)
	h.asked = append(h.asked, fmt.Sprintf("recall %s with %d bytes", disk, len(held.Bytes())))
	return h.plan, h.recallErr
}

func (h *playedRoot) Accept(context.Context, plan.Plan) error {
	h.asked = append(h.asked, "accept")
	return nil
}

func (h *playedRoot) Install(_ context.Context, _ plan.Plan, secrets *secret.Store, sink event.Sink) (helper.Result, error) {
	h.asked = append(h.asked, "install")
	return h.install(secrets, sink)
}

func (h *playedRoot) Reboot(context.Context) error { h.asked = append(h.asked, "reboot"); return nil }

// stoppedMachine is a machine with one unfinished installation.
func stoppedMachine(t *testing.T) *playedRoot {
	t.Helper()
	disk := device.Disk{
		Identity: device.Identity{Kind: device.KindDisk, Path: "/dev/played", Model: "Played", Serial: "S3R1AL", Bytes: plantest.Size, Logical: 512, ByID: []string{}, ByPath: []string{}},
		Grade:    device.Confirmed, Transport: "nvme", Topology: device.Topology{Logical: 512, Physical: 4096}, Table: device.Table{Kind: device.TableNone},
		Verdict: device.Verdict{State: device.Eligible},
	}
	wishes := plantest.Wishes(true, "")
	wishes.Desktop.Environment = "none"
	p, err := plantest.For(t, disk, wishes).Continue()
	if err != nil {
		t.Fatal(err)
	}
	other := disk
	other.Path = "/dev/other"
	return &playedRoot{
		plan: p,
		facts: helper.Facts{
			Inventory:  device.Inventory{Memory: 8 * quantity.GiB, Disks: []device.Disk{disk, other}},
			Leftovers:  []string{"what is mounted at /mnt"},
			Unfinished: []helper.Unfinished{{Disk: "/dev/played", Title: "/dev/played · 40 GiB", Step: "Install NixOS", Stopped: time.Now(), Encrypted: true}},
		},
		install: func(_ *secret.Store, sink event.Sink) (helper.Result, error) {
			sink.Event(event.Event{Seq: 1, Kind: event.RunStart, Title: p.Describe()})
			sink.Event(event.Event{Seq: 2, Kind: event.RunDone, Done: 1, Disk: "complete", Millis: 1500})
			return helper.Result{State: step.Complete, Millis: 1500}, nil
		},
	}
}

// onFiles runs with files in place of the terminal, and gives what was printed.
func onFiles(t *testing.T, do func(s streams) error) (out, complaint string, err error) {
	t.Helper()
	folder := t.TempDir()
	var files [2]*os.File
	for i := range files {
		f, err := os.Create(filepath.Join(folder, fmt.Sprint(i)))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files[i] = f
	}
	err = do(streams{os.Stdin, files[0], files[1]})
	text := func(f *os.File) string {
		text, err := os.ReadFile(f.Name())
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	return text(files[0]), text(files[1]), err
}

// passphraseIn writes a passphrase to a file.
func passphraseIn(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(path, []byte(canary), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func exitOf(err error) int {
	var c *coded
	if errors.As(err, &c) {
		return c.code
	}
	return 0
}

func TestContinueCommand(t *testing.T) {
	recalled := fmt.Sprintf("recall /dev/played with %d bytes", len(canary))
	for name, row := range map[string]struct {
		spoil func(h *playedRoot, f *continueFlags)
		code  int
		asked []string
		says  string
	}{
		"the only one":   {func(*playedRoot, *continueFlags) {}, 0, []string{"release", recalled, "accept", "install"}, ""},
		"by its name":    {func(_ *playedRoot, f *continueFlags) { f.disk = "/dev/played" }, 0, []string{"release", recalled, "accept", "install"}, ""},
		"with a restart": {func(_ *playedRoot, f *continueFlags) { f.restart = true }, 0, []string{"release", recalled, "accept", "install", "reboot"}, ""},
		"none":           {func(h *playedRoot, _ *continueFlags) { h.facts.Unfinished = nil }, exitRefused, []string{"release"}, "no disk has an installation that stopped"},
		"several": {func(h *playedRoot, _ *continueFlags) {
			h.facts.Unfinished = append(h.facts.Unfinished, helper.Unfinished{Disk: "/dev/other", Title: "/dev/other · 1 TiB", Encrypted: true})
		}, exitRefused, []string{"release"}, "--disk:\n  /dev/played · 40 GiB: stopped in step “Install NixOS”"},
		"not listed": {func(h *playedRoot, f *continueFlags) {
			f.disk, h.recallErr = "/dev/other", errors.New("cannot continue on /dev/other: it came to its end")
		}, exitRefused, []string{"release", "recall /dev/other with 0 bytes"}, "it came to its end"},
		"no such disk": {func(_ *playedRoot, f *continueFlags) { f.disk = "/dev/nowhere" }, exitRefused, []string{"release"}, "no such disk"},
		"somebody is at work": {func(h *playedRoot, _ *continueFlags) {
			h.facts.Running = &helper.Running{PID: 7, Title: "lethe on /dev/sda"}
		}, exitRefused, nil, "process 7: lethe on /dev/sda"},
		"wrong passphrase": {func(h *playedRoot, _ *continueFlags) { h.recallErr = errors.New("cannot continue: wrong passphrase") }, exitRefused, []string{"release", recalled}, "wrong passphrase"},
		"fails again": {func(h *playedRoot, _ *continueFlags) {
			h.install = func(*secret.Store, event.Sink) (helper.Result, error) {
				return helper.Result{State: step.Prepared}, errors.New("cannot finish step “Install NixOS”: why")
			}
		}, exitFailed, []string{"release", recalled, "accept", "install"}, "why"},
		"is cancelled": {func(h *playedRoot, _ *continueFlags) {
			h.install = func(*secret.Store, event.Sink) (helper.Result, error) {
				return helper.Result{State: step.Prepared, Cancelled: true}, errors.New("cancelled")
			}
		}, exitCancelled, []string{"release", recalled, "accept", "install"}, "cancelled"},
	} {
		t.Run(name, func(t *testing.T) {
			h := stoppedMachine(t)
			f := continueFlags{secretFlags: secretFlags{passphraseFile: passphraseIn(t), passphraseFD: -1}, yes: true}
			row.spoil(h, &f)
			out, complaint, err := onFiles(t, func(s streams) error { return s.goOn(t.Context(), h, f) })
			if exitOf(err) != row.code || !slices.Equal(h.asked, row.asked) || row.says != "" && !strings.Contains(err.Error(), row.says) {
				t.Errorf("exit code %d, asked %q: %v", exitOf(err), h.asked, err)
			}
			if released := slices.Contains(row.asked, "release"); released != strings.Contains(complaint, "Released what is mounted at /mnt") || strings.Contains(out+complaint, canary) {
				t.Errorf("printed %s%s", out, complaint)
			}
		})
	}
}

// TestReport has the root side say everything that must be in a report, and the passphrase wherever it can.
func TestReport(t *testing.T) {
	h := stoppedMachine(t)
	long := "cannot install NixOS: " + strings.Repeat("what Nix said last\n", 3000) + "the very end " + canary
	h.install = func(_ *secret.Store, sink event.Sink) (helper.Result, error) {
		seq := uint64(0)
		say := func(e event.Event) { seq++; e.Seq = seq; sink.Event(e) }
		say(event.Event{Kind: event.RunStart, Title: "/dev/played"})
		say(event.Event{Kind: event.StepStart, Step: "check", Title: "Check the disk"})
		say(event.Event{Kind: event.StepDone, Step: "check", Title: "Check the disk"})
		say(event.Event{Kind: event.StepStart, Step: "install", Title: "Install NixOS"})
		for i := range 1000 {
			say(event.Event{Kind: event.Log, Step: "install", Text: fmt.Sprintf("line %d %s", i, canary)})
			say(event.Event{Kind: event.Progress, Step: "install", Done: 0.5})
		}
		say(event.Event{Kind: event.Checked, Title: "partition table " + canary, Text: "two lines:\nthe second", Status: string(verify.Failed)})
		say(event.Event{Kind: event.StepFailed, Step: "install", Title: "Install NixOS", Text: long})
		say(event.Event{Kind: event.RunFailed, Step: "install", Title: "Install NixOS", Text: long, Disk: string(step.Prepared), Next: "Continue, or " + canary})
		return helper.Result{State: step.Prepared, Next: "Continue"}, errors.New("cannot finish step “Install NixOS”: " + long)
	}
	path := filepath.Join(t.TempDir(), "report.txt")
	f := continueFlags{secretFlags: secretFlags{passphraseFile: passphraseIn(t), passphraseFD: -1}, yes: true, outputFlags: outputFlags{report: path, asJSON: true}}
	_, _, err := onFiles(t, func(s streams) error { return s.goOn(t.Context(), h, f) })
	if exitOf(err) != exitFailed {
		t.Errorf("exit code %d: %v", exitOf(err), err)
	}
	info, statErr := os.Stat(path)
	text, readErr := os.ReadFile(path)
	if err := errors.Join(statErr, readErr); err != nil || info.Mode() != 0o600 {
		t.Fatal(err, info.Mode())
	}
	report := string(text)
	for _, want := range []string{
		"Outcome    failed", "Step       Install NixOS", "Cause      cannot install NixOS: what Nix said last", "the very end [redacted]", "State      prepared",
		"Next       Continue, or [redacted]", "Memory     4 GiB", "sectors of 512 and 4096 bytes", "Encrypted  yes", "Continues  true",
		"  done         Check the disk", "  failed       Install NixOS", "failed        partition table [redacted]: two lines:\n    the second",
		"The last 200 lines", "line 999 [redacted]", "line 810 [redacted]",
	} {
		if !strings.Contains(report, want) {
			t.Errorf("%q is not in the report", want)
		}
	}
	if n := strings.Count(report, "what Nix said last"); n < 3*3000 { // cause, error, and as the last line
		t.Errorf("the error is cut short: %d lines of it", n)
	}
	for _, never := range []string{canary, "S3R1AL", "line 700 ", "progress"} {
		if strings.Contains(report, never) {
			t.Errorf("%q is in the report", never)
		}
	}
}

func TestReportOfWhatDidNotBegin(t *testing.T) {
	h := stoppedMachine(t)
	h.recallErr = errors.New("cannot continue on /dev/played: the reason")
	path := filepath.Join(t.TempDir(), "report.txt")
	f := continueFlags{secretFlags: secretFlags{passphraseFile: passphraseIn(t), passphraseFD: -1}, yes: true, outputFlags: outputFlags{report: path}}
	_, _, err := onFiles(t, func(s streams) error { return s.goOn(t.Context(), h, f) })
	text, readErr := os.ReadFile(path)
	if exitOf(err) != exitRefused || readErr != nil || !strings.Contains(string(text), "Error      cannot continue on /dev/played: the reason") {
		t.Errorf("%v, %v:\n%s", err, readErr, text)
	}
	f.report = filepath.Join(t.TempDir(), "no", "such", "folder")
	h.asked = nil
	if _, _, err := onFiles(t, func(s streams) error { return s.goOn(t.Context(), h, f) }); exitOf(err) != exitRefused || len(h.asked) > 0 {
		t.Errorf("asked %q: %v", h.asked, err)
	}
}
