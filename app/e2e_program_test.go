//go:build e2e

package main_test

import (
	"bytes"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jezek/xgb/xproto"

	"fyne.io/fyne/v2/theme"

	"lethe/app/session"
)

// program is the real window, a person's hands on it, and a home of its own.
type program struct {
	*hands
	d    *display
	home string
	id   xproto.Window
	at   image.Rectangle // on the screen
	said *bytes.Buffer
	done chan error
	proc *os.Process
}

// newProgram starts build/lethe, or what LETHE_WINDOW names, and waits for its first page.
func newProgram(t *testing.T) *program {
	t.Helper()
	d := newDisplay(t)
	return startProgram(t, d, newHands(t, d))
}

// startProgram does so on a display that is there.
func startProgram(t *testing.T, d *display, h *hands) *program {
	t.Helper()
	p := &program{hands: h, d: d, home: newHome(t), said: &bytes.Buffer{}, done: make(chan error, 1)}
	cmd := exec.Command(built(t, "LETHE_WINDOW", "lethe"))
	cmd.Env, cmd.Dir = p.environment(), p.home
	cmd.Stdout, cmd.Stderr = p.said, p.said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	p.proc = cmd.Process
	ended := make(chan struct{})
	go func() { p.done <- cmd.Wait(); close(ended) }()
	t.Cleanup(func() { _ = cmd.Process.Kill(); <-ended })
	d.until("the window is there", patience, func(*image.RGBA) bool {
		w, at, ok := p.window("Lethe")
		p.id, p.at = w, at
		return ok && at.Min.X > 0 // it is put into the middle after it is made
	})
	if err := xproto.SetInputFocusChecked(p.x, xproto.InputFocusPointerRoot, p.id, xproto.TimeCurrentTime).Check(); err != nil {
		t.Fatal(err)
	}
	p.point(image.Pt(2, 2))
	p.on(session.PageWelcome)
	return p
}

// newHome makes the folders of a person.
func newHome(t *testing.T) string {
	t.Helper()
	home, err := os.MkdirTemp("", "home-") // shorter than a test's own folder, whose name would be in the pictures
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(home) })
	for _, folder := range []string{"config", "cache", "data", "tmp", "run"} {
		if err := os.Mkdir(filepath.Join(home, folder), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return home
}

// environment is this one's, less what leads out of the new home.
func (p *program) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return strings.HasPrefix(name, "XDG_") || strings.HasPrefix(name, "FYNE_") || strings.HasPrefix(name, "LC_") ||
			slices.Contains([]string{"WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "LANGUAGE"}, name)
	})
	in := func(name string) string { return filepath.Join(p.home, name) }
	return append(env, "DISPLAY="+p.d.name, "LIBGL_ALWAYS_SOFTWARE=1", "FYNE_THEME=light", "FYNE_SCALE=1", "LANG=en_US.UTF-8", "HOME="+p.home, "TMPDIR="+in("tmp"),
		"XDG_CONFIG_HOME="+in("config"), "XDG_CACHE_HOME="+in("cache"), "XDG_DATA_HOME="+in("data"), "XDG_RUNTIME_DIR="+in("run"))
}

// built is the path of a program that make has built.
func built(t *testing.T, variable, name string) string {
	t.Helper()
	path := os.Getenv(variable)
	if path == "" {
		path = filepath.Join("..", "build", name)
	}
	path, err := filepath.Abs(path)
	if err == nil {
		_, err = os.Stat(path)
	}
	if err != nil {
		t.Fatalf("cannot find %s: %v; make test-window builds it", name, err)
	}
	return path
}

// on waits for a page.
func (p *program) on(want session.Page) {
	p.t.Helper()
	p.wait(want, patience)
}

func (p *program) wait(want session.Page, within time.Duration) {
	p.t.Helper()
	place := slices.Index(session.Pages(), want)
	p.d.until("the page is "+string(want), within, func(img *image.RGBA) bool {
		p.alive()
		return railPage(img, p.at, len(session.Pages())) == place
	})
}

// alive fails the test where the window is gone.
func (p *program) alive() {
	p.t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		p.t.Fatalf("the window has ended (%v) and said:\n%s", err, p.said)
	default:
	}
}

// picture keeps the window once it has come to rest. A window that is drawn has many colours, from the smoothing of its text.
func (p *program) picture(name string) *image.RGBA {
	p.t.Helper()
	img := p.d.settled()
	p.keep(name, img)
	return img
}

func (p *program) keep(name string, img *image.RGBA) {
	p.t.Helper()
	p.d.save(name, img.SubImage(p.at))
	if n := colours(img, p.at); n < 100 {
		p.t.Errorf("%s.png has only %d colours", name, n)
	}
}

// button finds the coloured button of the bottom bar.
func (p *program) button() image.Point {
	p.t.Helper()
	bar := p.at
	bar.Min.Y = bar.Max.Y - 70
	var found image.Rectangle
	p.d.until("there is a coloured button", patience, func(img *image.RGBA) (ok bool) {
		found, ok = sized(patches(img, bar, shade(theme.ColorNamePrimary)), image.Pt(30, 20), image.Pt(400, 60))
		return ok
	})
	return middle(found)
}

// next goes on by the key Alt+Right.
func (p *program) next(to session.Page) {
	p.t.Helper()
	p.key(keyRight, keyAlt)
	p.on(to)
	p.d.settled()
}

// ended waits until the window is closed, and checks that it had nothing to complain of.
func (p *program) ended() {
	p.t.Helper()
	select {
	case err := <-p.done:
		p.done <- err
		if err != nil {
			p.t.Errorf("the window ended with %v and said:\n%s", err, p.said)
		}
	case <-time.After(patience):
		p.d.save("failed", p.d.look())
		p.t.Fatal("the window does not close")
	}
	if said := p.complaints(); said != "" {
		p.t.Errorf("the window said:\n%s", said)
	}
}

// complaints is what the window said, less two things that Fyne says and that mean nothing here: there is no session bus to ask that the
// screen stays on, and its watcher reads the preferences just while they are written at the end.
func (p *program) complaints() string { return harmless.ReplaceAllString(p.said.String(), "") }

var harmless = regexp.MustCompile(`(?m)^.* Fyne error: .*\n(?:.* Cause: .*dbus-launch.*\n.* At: .*/driver_xdg|.* Cause: EOF\n.* At: .*/preferences)\.go:\d+\n`)
