package engine

import (
	"context"
	"os"
	"runtime/debug"
	"time"

	"lethe/engine/awake"
	"lethe/engine/condition"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/plan"
)

// released is a day on which this version was there already. In a Nix store it is all that is known of when the program was made.
const released = "2026-11-01"

// Power is where this machine's electricity comes from.
func Power() condition.Power { return condition.ReadPower(os.DirFS("/")) }

// Clock is what this machine's clock says, and since when it must be later than this program and the newest input of a flake.lock, which may be empty.
func Clock(lock []byte) condition.Clock {
	c := condition.Clock{Now: time.Now(), Earliest: made(), Synchronized: condition.Synchronized(os.DirFS("/"))}
	if c.Synchronized == condition.Unknown {
		c.Synchronized = condition.Kernel()
	}
	if newest := flake.Newest(lock); newest.After(c.Earliest) {
		c.Earliest = newest
	}
	return c
}

// clock is [Clock] with the lock of a plan.
func clock(p plan.Plan) condition.Clock {
	lock, _ := p.Configuration.Files.Get("flake.lock")
	return Clock(lock)
}

// earliest is a time that is certainly past when a plan is run.
func earliest(p plan.Plan) time.Time { return clock(p).Earliest }

// Conditions are the warnings about power and clock that are among the notes of a plan.
func (r Request) Conditions() []string {
	var list []string
	for _, f := range plan.Preflight(device.Disk{}, plan.Input{Power: r.Power, Clock: r.Clock}) {
		if f.Severity == flake.Warn && (f.What == "power" || f.What == "clock") {
			list = append(list, f.Says)
		}
	}
	return list
}

// made is when this program was there already: the commit that it was built from, where the build knows it, else its release. The date of
// its file is not believed: who copied it may have had a wrong clock.
func made() time.Time {
	newest, err := time.Parse(time.DateOnly, released)
	if err != nil {
		return time.Time{}
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, setting := range info.Settings {
			if at, err := time.Parse(time.RFC3339, setting.Value); setting.Key == "vcs.time" && err == nil && at.After(newest) {
				newest = at
			}
		}
	}
	return newest
}

// busPatience is how long logind may take to answer.
const busPatience = 3 * time.Second

// keepAwake keeps the machine from sleeping until end is called. Where logind does not listen, that is no reason to stop: it says so.
func keepAwake(ctx context.Context) (says []string, end func()) {
	ctx, cancel := context.WithTimeout(ctx, busPatience)
	defer cancel()
	held, err := awake.Keep(ctx, awake.SystemBus, "An installation is under way")
	if err != nil {
		return []string{"The machine may go to sleep by itself during the installation, because that cannot be prevented here; keep it awake. The cause: " + err.Error()}, func() {}
	}
	return nil, func() { _ = held.Close() }
}
