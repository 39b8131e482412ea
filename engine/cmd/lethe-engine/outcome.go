package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"

	"github.com/spf13/cobra"
	"golang.org/x/sys/unix"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/helper"
	"lethe/engine/plan"
	"lethe/engine/printer"
	"lethe/engine/secret"
)

// outputFlags say how a run on a real disk is told.
type outputFlags struct {
	asJSON, log, restart bool
	report               string
}

// bind adds the flags to a command.
func (f *outputFlags) bind(c *cobra.Command) {
	flags := c.Flags()
	flags.BoolVar(&f.asJSON, "json", false, "print events as JSON lines; the last has the kind \"summary\"")
	flags.BoolVar(&f.log, "log", false, "print a log of everything, also of what the tools say")
	flags.BoolVar(&f.restart, "reboot", false, "start the machine again after a good installation")
	flags.StringVar(&f.report, "report", "", "write a report to `FILE`: what was done, how it ended, the cause in full, and what to do next")
}

// account is the report of one run, to a file.
type account struct {
	*printer.Report
	file *os.File // nil without --report
	plan plan.Plan
}

// openAccount makes the file before anything is begun.
func openAccount(path string) (*account, error) {
	a := &account{Report: printer.NewReport()}
	if path == "" {
		return a, nil
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return nil, fmt.Errorf("cannot write the report: %w", err)
	}
	a.file = f
	return a, nil
}

// close writes the report, out of which secrets are taken once more, and passes on how the run ended.
func (a *account) close(cause error, redact func(string) string) error {
	if a.file == nil {
		return cause
	}
	text := redact(a.Text(factsOf(a.plan), cause))
	_, err := a.file.WriteString(text)
	if err := errors.Join(err, a.file.Close()); err != nil {
		return errors.Join(cause, fmt.Errorf("cannot write the report: %w", err))
	}
	return cause
}

// factsOf is what somebody who helps needs to know. What tells this machine from all others of its kind is left out.
func factsOf(p plan.Plan) []printer.Fact {
	facts := []printer.Fact{{Name: "Lethe", Value: version()}, {Name: "Kernel", Value: kernel()}}
	if p.Version == 0 {
		return facts
	}
	t := p.Layout.Topology
	encrypted := "no"
	if p.Layout.LUKS != nil {
		encrypted = "yes (LUKS2)"
	}
	return append(facts,
		printer.Fact{Name: "Memory", Value: p.Memory.Human()},
		printer.Fact{Name: "Drive", Value: fmt.Sprintf("%s, %s, %s (%d bytes), sectors of %d and %d bytes", device.Clean(p.Target.Path),
			device.Clean(p.Target.Model), p.Target.Bytes.Human(), uint64(p.Target.Bytes), uint64(t.Logical), uint64(t.Physical))},
		printer.Fact{Name: "Transport", Value: device.Clean(p.Transport)},
		printer.Fact{Name: "Encrypted", Value: encrypted},
		printer.Fact{Name: "Swap", Value: string(p.Layout.SwapMode)},
		printer.Fact{Name: "Continues", Value: fmt.Sprint(p.Continues)},
		printer.Fact{Name: "Config", Value: p.Configuration.Hash},
	)
}

// kernel is the running one.
func kernel() string {
	var name unix.Utsname
	if err := unix.Uname(&name); err != nil {
		return runtime.GOARCH
	}
	return unix.ByteSliceToString(name.Release[:]) + " " + unix.ByteSliceToString(name.Machine[:])
}

// carryOut runs an accepted and confirmed plan, tells how it ended, and gives the exit code.
func (s streams) carryOut(ctx context.Context, host helper.Host, p plan.Plan, secrets *secret.Store, f outputFlags, a *account) error {
	sink := s.sink(f.asJSON, f.log)
	if a.file != nil {
		sink = event.Tee(sink, a)
	}
	result, err := host.Install(ctx, p, secrets, sink)
	if err = s.finish(p, result, err, f.asJSON); err == nil && f.restart {
		return host.Reboot(ctx)
	}
	return err
}
