package key

import (
	"bytes"
	"context"
	"errors"
	"os"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Meter begins to measure; others tells how many processors programs that are not ours kept busy since. It is for one goroutine.
type Meter func() (others func() (float64, error))

// ticks is in how many parts of a second the kernel tells busy times to programs (USER_HZ), on every architecture that Go knows.
const ticks = 100

// meter reads the kernel's own count. What this process and its children that have ended used is left out.
func meter() func() (float64, error) {
	began := time.Now()
	busy, err := busyTime()
	own := ownTime()
	return func() (float64, error) {
		if err != nil {
			return 0, err
		}
		now, err := busyTime()
		if err != nil {
			return 0, err
		}
		others := (now - busy) - (ownTime() - own)
		return max(0, others.Seconds()) / time.Since(began).Seconds(), nil
	}
}

// busyTime is how long all processors together were busy, or taken by another virtual machine.
func busyTime() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	return parseBusy(text)
}

// Columns of the first line of /proc/stat; see proc(5). What guests use is in the first two already.
const (
	columnIdle, columnWait, columnSteal = 4, 5, 8
)

func parseBusy(text []byte) (time.Duration, error) {
	line, _, _ := bytes.Cut(text, []byte("\n"))
	fields := bytes.Fields(line)
	if len(fields) <= columnSteal || string(fields[0]) != "cpu" {
		return 0, errors.New("/proc/stat does not say how busy the processors are")
	}
	var sum uint64
	for i, field := range fields[1 : columnSteal+1] {
		n, err := strconv.ParseUint(string(field), 10, 53)
		if err != nil {
			return 0, err
		}
		if i+1 != columnIdle && i+1 != columnWait {
			sum += n
		}
	}
	return time.Duration(sum) * (time.Second / ticks), nil
}

// ownTime is how long this process and those of its children that have ended were busy.
func ownTime() time.Duration {
	var total time.Duration
	for _, who := range []int{unix.RUSAGE_SELF, unix.RUSAGE_CHILDREN} {
		var u unix.Rusage
		if unix.Getrusage(who, &u) == nil {
			total += time.Duration(u.Utime.Nano() + u.Stime.Nano())
		}
	}
	return total
}

// lanes is how many processors cryptsetup uses at most.
const lanes = 4

// idleLimit is how many processors others may keep busy before a measurement counts as disturbed. What cryptsetup leaves free anyway
// may be half used.
func idleLimit() float64 { return 0.25 + float64(max(0, runtime.NumCPU()-lanes))/2 }

// glance is how long the machine is looked at to tell whether it is idle.
const glance = 400 * time.Millisecond

// awaitCalm waits until the machine is idle, which it tells, or until somebody is in a hurry or ctx ends. Where the kernel does not say
// how busy the machine is, it counts as busy.
func (w *Work) awaitCalm(ctx context.Context) bool {
	for {
		others := w.meter()
		select {
		case <-time.After(glance):
		case <-w.hurry:
			return false
		case <-ctx.Done():
			return false
		}
		busy, err := others()
		w.busy = busy
		if err == nil && busy <= idleLimit() {
			return true
		}
	}
}
