package main

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/damage"
	"github.com/jezek/xgb/xfixes"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// display is an X server of our own, watched and driven over its own protocol.
type display struct {
	name   string
	server *exec.Cmd
	conn   *xgb.Conn
	root   xproto.Window
	env    []string
	// frames are the areas that were painted, and signs the windows that came up, in the order of the server.
	frames chan painted
	shown  chan xproto.Window
}

// painted tells of an area that was drawn to.
type painted struct {
	at   time.Time
	area xproto.Rectangle
}

// startDisplay starts Xvfb on a free display. Programs keep their settings in the folder.
func startDisplay(folder string) (*display, error) {
	name, server, err := xvfb()
	if err != nil {
		return nil, err
	}
	d := &display{name: name, server: server, frames: make(chan painted, 1<<16), shown: make(chan xproto.Window, 1<<10)}
	runtime := filepath.Join(folder, "runtime")
	if err := os.Mkdir(runtime, 0o700); err != nil {
		d.stop()
		return nil, err
	}
	// A bus that refuses at once is the same for all; waiting for one that is not there is not.
	d.env = append(without(os.Environ(), "DISPLAY", "WAYLAND_DISPLAY", "HOME", "LANG", "LC_ALL", "FYNE_THEME", "FYNE_SCALE", "DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR"),
		"DISPLAY="+name, "HOME="+folder, "XDG_RUNTIME_DIR="+runtime, "LANG=C.UTF-8", "LIBGL_ALWAYS_SOFTWARE=1", "DBUS_SESSION_BUS_ADDRESS=unix:path=/nonexistent")
	if err := os.Mkdir(filepath.Join(folder, ".cache"), 0o700); err != nil {
		d.stop()
		return nil, err
	}
	if err := d.connect(); err != nil {
		d.stop()
		return nil, fmt.Errorf("cannot watch display %s: %w", name, err)
	}
	return d, nil
}

// xvfb starts the server, which says its number when it is ready.
func xvfb() (string, *exec.Cmd, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return "", nil, err
	}
	defer r.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x1024x24", "-nolisten", "tcp", "-noreset")
	cmd.ExtraFiles = []*os.File{w}
	err = cmd.Start()
	_ = w.Close() // the server has its own
	if err != nil {
		return "", nil, fmt.Errorf("cannot start Xvfb: %w; install it with apt-get install xvfb", err)
	}
	number, err := bufio.NewReader(r).ReadString('\n')
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return "", nil, fmt.Errorf("cannot start Xvfb: it did not name its display: %w", err)
	}
	return ":" + strings.TrimSpace(number), cmd, nil
}

// without leaves variables out of an environment.
func without(env []string, names ...string) (rest []string) {
	drop := map[string]bool{}
	for _, n := range names {
		drop[n] = true
	}
	for _, v := range env {
		if name, _, _ := strings.Cut(v, "="); !drop[name] {
			rest = append(rest, v)
		}
	}
	return rest
}

// connect asks the server to tell of every window that comes up and of all that is painted.
func (d *display) connect() error {
	conn, err := xgb.NewConnDisplay(d.name)
	if err != nil {
		return err
	}
	d.conn, d.root = conn, xproto.Setup(conn).DefaultScreen(conn).Root
	for _, extension := range []func(*xgb.Conn) error{xfixes.Init, damage.Init, xtest.Init} {
		if err := extension(conn); err != nil {
			return err
		}
	}
	if _, err := xfixes.QueryVersion(conn, 5, 0).Reply(); err != nil {
		return err
	}
	if _, err := damage.QueryVersion(conn, 1, 1).Reply(); err != nil {
		return err
	}
	if err := xproto.ChangeWindowAttributesChecked(conn, d.root, xproto.CwEventMask, []uint32{xproto.EventMaskSubstructureNotify}).Check(); err != nil {
		return err
	}
	id, err := damage.NewDamageId(conn)
	if err != nil {
		return err
	}
	if err := damage.CreateChecked(conn, id, xproto.Drawable(d.root), damage.ReportLevelRawRectangles).Check(); err != nil {
		return err
	}
	go d.listen()
	return nil
}

// listen notes when each event came.
func (d *display) listen() {
	for {
		e, err := d.conn.WaitForEvent()
		if e == nil && err == nil {
			return // the connection is closed
		}
		switch e := e.(type) {
		case damage.NotifyEvent:
			d.frames <- painted{time.Now(), e.Area}
		case xproto.MapNotifyEvent:
			d.shown <- e.Window
		}
	}
}

// stop ends the server.
func (d *display) stop() {
	if d.conn != nil {
		d.conn.Close()
	}
	_ = d.server.Process.Kill()
	_ = d.server.Wait()
}

// forget drops what was seen so far.
func (d *display) forget() {
	for {
		select {
		case <-d.frames:
		case <-d.shown:
		default:
			return
		}
	}
}

// point moves the pointer, and press and release use its first button, as a person would.
func (d *display) point(x, y int) {
	xtest.FakeInput(d.conn, xproto.MotionNotify, 0, 0, d.root, int16(x), int16(y), 0)
	d.conn.Sync()
}

func (d *display) press() {
	xtest.FakeInput(d.conn, xproto.ButtonPress, 1, 0, d.root, 0, 0, 0)
	d.conn.Sync()
}

func (d *display) release() {
	xtest.FakeInput(d.conn, xproto.ButtonRelease, 1, 0, d.root, 0, 0, 0)
	d.conn.Sync()
}

func (d *display) click(x, y int) {
	d.point(x, y)
	time.Sleep(50 * time.Millisecond)
	d.press()
	time.Sleep(30 * time.Millisecond)
	d.release()
}
