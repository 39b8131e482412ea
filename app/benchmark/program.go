package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/jezek/xgb/xproto"
	"golang.org/x/sys/unix"
)

const (
	// startLimit is how long a program may take to paint.
	startLimit = 30 * time.Second
	// settling is how long a program has after its first frame until it is watched doing nothing.
	settling = 3 * time.Second
)

// program is what is measured.
type program struct {
	name, path string
	args       []string
	dir        string
}

// running is a program with a window.
type running struct {
	cmd    *exec.Cmd
	said   *bytes.Buffer
	window xproto.Rectangle
	first  picture // what the first frame showed
	began  time.Time
	took   time.Duration // from its start to its first frame
}

// start runs a program until its window is painted: until a picture of the window, taken when something was drawn into it, has more
// than one colour.
func (d *display) start(p program) (*running, error) {
	d.point(1279, 1023)
	d.forget()
	r := &running{cmd: exec.Command(p.path, p.args...), said: &bytes.Buffer{}}
	r.cmd.Dir, r.cmd.Env, r.cmd.Stdout, r.cmd.Stderr = p.dir, d.env, r.said, r.said
	r.began = time.Now()
	if err := r.cmd.Start(); err != nil {
		return nil, fmt.Errorf("cannot start %s: %w", p.name, err)
	}
	if err := d.firstFrame(r); err != nil {
		r.end()
		return nil, fmt.Errorf("cannot see the window of %s: %w\n%s", p.name, err, r.said.String())
	}
	return r, nil
}

// firstFrame waits for the first picture of the largest window that is not blank.
func (d *display) firstFrame(r *running) error {
	deadline := time.After(startLimit)
	for {
		select {
		case w := <-d.shown:
			g, err := xproto.GetGeometry(d.conn, xproto.Drawable(w)).Reply()
			if err == nil && g.Width > 200 && g.Height > 200 {
				r.window = xproto.Rectangle{X: g.X, Y: g.Y, Width: g.Width, Height: g.Height}
			}
		case f := <-d.frames:
			if r.window.Width == 0 || f.area.Width == 0 {
				continue
			}
			seen, err := d.take(r.window)
			if err != nil {
				return err
			}
			if !seen.blank() {
				r.took, r.first = f.at.Sub(r.began), seen
				return nil
			}
		case <-deadline:
			return fmt.Errorf("nothing was painted in %v", startLimit)
		}
	}
}

// settle waits until the program has come to rest, and gives the time from its start to the last change of the picture. A cursor that
// blinks changes it for ever.
func (d *display) settle(r *running) (time.Duration, error) {
	whole, last := r.took, r.first
	rest := time.After(settling)
	for {
		select {
		case f := <-d.frames:
			seen, err := d.take(r.window)
			if err != nil {
				return 0, err
			}
			if !bytes.Equal(seen.data, last.data) {
				whole, last = f.at.Sub(r.began), seen
			}
		case <-rest:
			return whole, nil
		}
	}
}

// end stops the program, and waits until it is gone.
func (r *running) end() {
	_ = r.cmd.Process.Signal(syscall.SIGTERM)
	gone := make(chan struct{})
	go func() { _ = r.cmd.Wait(); close(gone) }()
	select {
	case <-gone:
	case <-time.After(3 * time.Second):
		_ = r.cmd.Process.Kill()
		<-gone
	}
}

// memory is the peak resident memory and what of it is the process's own and not a file's, in KiB.
func (r *running) memory() (peak, own int64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
	if err != nil {
		return 0, 0, err
	}
	if peak, err = kib(string(status), "VmHWM"); err != nil {
		return 0, 0, err
	}
	own, err = kib(string(status), "RssAnon")
	return peak, own, err
}

// kib reads a line of a status file.
func kib(status, name string) (int64, error) {
	for line := range strings.Lines(status) {
		if fields := strings.Fields(line); len(fields) == 3 && fields[0] == name+":" {
			return strconv.ParseInt(fields[1], 10, 64)
		}
	}
	return 0, errors.New("the kernel does not tell " + name)
}

// cpu is the processor time that the process has used.
func (r *running) cpu() (time.Duration, error) {
	clock := int32(^r.cmd.Process.Pid)<<3 | 2 // what clock_getcpuclockid(3) gives
	var at unix.Timespec
	if err := unix.ClockGettime(clock, &at); err != nil {
		return 0, fmt.Errorf("cannot read the processor time of %d: %w", r.cmd.Process.Pid, err)
	}
	return time.Duration(at.Nano()), nil
}
