package tool

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

// Zram gives a live system with little memory a compressed swap in memory. Nothing of it reaches a disk.
type Zram struct {
	Tools Runner
	Root  string // where proc is; "" means /
	// Taken is called as soon as there is a device, before anything else is done with it; nil for nobody. Its error ends the start.
	Taken func(path string) error
}

// Zram's priority is above that of any swap on a disk, and its sizes are whole pages.
const (
	zramPriority = 100
	zramPage     = 4 * quantity.KiB
)

// zramTidy bounds giving back what a failed start took, which is done also after a cancel.
const zramTidy = 10 * time.Second

// A device that is still looked at is tried again, for a second or so.
const (
	zramTries = 6
	zramPause = 200 * time.Millisecond
)

// zramDevice is what zramctl may answer.
var zramDevice = regexp.MustCompile(`^/dev/zram[0-9]{1,4}$`)

// Start makes a swap as large as memory, before compression, and starts to use it. The device is empty when the system has
// such a swap already. When it fails, nothing is left behind.
func (z Zram) Start(ctx context.Context, memory quantity.Bytes) (path string, err error) {
	if active, err := z.active(); active || err != nil {
		return "", err
	}
	size := memory - memory%zramPage
	if size == 0 {
		return "", errors.New("cannot make swap in memory: nobody knows how much memory there is")
	}
	if _, err := z.Tools.Run(ctx, Call{Command: command.LoadZram()}); err != nil {
		return "", fmt.Errorf("cannot make swap in memory: the kernel has no zram: %w", err)
	}
	path, err = z.take(ctx, size)
	if err != nil {
		return "", fmt.Errorf("cannot make swap in memory: %w", err)
	}
	if z.Taken != nil {
		if err := z.Taken(path); err != nil {
			return "", errors.Join(err, z.giveBack(ctx, path))
		}
	}
	for _, c := range []command.Command{command.MakePlainSwap(path), command.SwapOn(path, zramPriority)} {
		if _, err := z.Tools.Run(ctx, Call{Command: c}); err != nil {
			return "", errors.Join(fmt.Errorf("cannot make swap in memory: %w", err), z.giveBack(ctx, path))
		}
	}
	return path, nil
}

// Stop stops swapping to what [Zram.Start] gave and frees it. An empty path is no error.
func (z Zram) Stop(ctx context.Context, path string) error {
	if path == "" {
		return nil
	}
	if !zramDevice.MatchString(path) {
		return fmt.Errorf("cannot stop swap in memory: %s is no such device", device.Clean(path))
	}
	// What is no swap any more is still reset; what is one cannot be, as the kernel sees to.
	_, off := z.Tools.Run(ctx, Call{Command: command.SwapOff(path)})
	if err := z.reset(ctx, path); err != nil {
		return fmt.Errorf("cannot stop swap in memory: %w; close other programs and try again", errors.Join(off, err))
	}
	return nil
}

// active tells whether the system swaps to a zram device.
func (z Zram) active() (bool, error) {
	text, err := os.ReadFile(filepath.Join("/", z.Root, "proc/swaps"))
	if err != nil {
		return false, fmt.Errorf("cannot tell where the system swaps: %w; mount /proc and try again", err)
	}
	for _, line := range strings.Split(string(text), "\n") {
		if name, _, _ := strings.Cut(line, " "); zramDevice.MatchString(name) {
			return true, nil
		}
	}
	return false, nil
}

// take takes a device, compressed by zstd where the kernel has it.
func (z Zram) take(ctx context.Context, size quantity.Bytes) (string, error) {
	result, err := z.Tools.Run(ctx, Call{Command: command.TakeZram(size, "zstd")})
	if err != nil && context.Cause(ctx) == nil {
		result, err = z.Tools.Run(ctx, Call{Command: command.TakeZram(size, "")})
	}
	if err != nil {
		return "", err
	}
	path := strings.TrimSpace(string(result.Stdout))
	if !zramDevice.MatchString(path) {
		return "", fmt.Errorf("zramctl gave %q instead of a device", device.Clean(path))
	}
	return path, nil
}

// giveBack undoes a start that failed half way. A swapon that was cancelled may have happened all the same; swapoff of what
// is no swap is no failure here.
func (z Zram) giveBack(ctx context.Context, path string) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), zramTidy)
	defer stop()
	_, _ = z.Tools.Run(ctx, Call{Command: command.SwapOff(path)})
	if err := z.reset(ctx, path); err != nil {
		return fmt.Errorf("cannot give back %s: %w", path, err)
	}
	return nil
}

// reset gives a device back. udev looks at it again when swapping ends and keeps it busy for a moment.
func (z Zram) reset(ctx context.Context, path string) error {
	var err error
	for range zramTries {
		_, _ = z.Tools.Run(ctx, Call{Command: command.Settle()})
		if _, err = z.Tools.Run(ctx, Call{Command: command.ResetZram(path)}); err == nil || ctx.Err() != nil {
			return err
		}
		time.Sleep(zramPause)
	}
	return err
}
