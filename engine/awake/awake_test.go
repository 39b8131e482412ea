package awake_test

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"lethe/engine/awake"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN" "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>session</type><listen>unix:path=%s</listen><auth>EXTERNAL</auth>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`

// startBus starts a bus of the test's own and gives its address.
func startBus(t *testing.T) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "bus-") // the path of a socket must be short
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	socket, config := filepath.Join(folder, "s"), filepath.Join(folder, "c.xml")
	if err := os.WriteFile(config, fmt.Appendf(nil, busConfig, socket), 0o600); err != nil {
		t.Fatal(err)
	}
	daemon := exec.Command("dbus-daemon", "--nofork", "--nopidfile", "--nosyslog", "--config-file="+config)
	var said strings.Builder
	daemon.Stderr = &said
	if err := daemon.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = daemon.Process.Kill()
		_ = daemon.Wait()
	})
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("unix", socket); err == nil {
			_ = c.Close()
			return "unix:path=" + socket
		}
		if time.Now().After(end) {
			t.Fatal("the bus does not listen: " + said.String())
		}
	}
}

// logind plays org.freedesktop.login1: it hands out one end of a pipe and keeps the other, as the real one does with a FIFO.
type logind struct {
	mu     sync.Mutex
	asked  []string
	held   *os.File
	denies bool
	hangs  chan struct{} // closed at the end of the test; nil when it answers
}

// Inhibit is the method of the same name.
func (l *logind) Inhibit(what, who, why, mode string) (dbus.UnixFD, *dbus.Error) {
	if l.hangs != nil {
		<-l.hangs
	}
	if l.denies {
		return 0, dbus.NewError("org.freedesktop.DBus.Error.AccessDenied", []any{"Permission denied"})
	}
	kept, given, err := os.Pipe()
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked, l.held = append(l.asked, what, who, why, mode), kept
	fd, err := unix.Dup(int(given.Fd()))
	if err != nil {
		return 0, dbus.MakeFailedError(err)
	}
	_ = given.Close()
	time.AfterFunc(time.Second, func() { _ = unix.Close(fd) }) // by then it is sent
	return dbus.UnixFD(fd), nil
}

func (l *logind) heard() []string { l.mu.Lock(); defer l.mu.Unlock(); return slices.Clone(l.asked) }

// free waits until nobody has the other end open any more.
func (l *logind) free(t *testing.T, within time.Duration) bool {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.held.SetReadDeadline(time.Now().Add(within)); err != nil {
		t.Fatal(err)
	}
	_, err := l.held.Read(make([]byte, 1))
	return !errors.Is(err, os.ErrDeadlineExceeded)
}

// serve puts a logind on a bus.
func serve(t *testing.T, address string, l *logind) {
	t.Helper()
	bus, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Close() })
	if err := bus.Export(l, "/org/freedesktop/login1", "org.freedesktop.login1.Manager"); err != nil {
		t.Fatal(err)
	}
	if reply, err := bus.RequestName("org.freedesktop.login1", dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatalf("%v, %v", reply, err)
	}
}

func TestKeptUntilClosed(t *testing.T) {
	address := startBus(t)
	var l logind
	serve(t, address, &l)
	held, err := awake.Keep(t.Context(), address, "An installation is under way")
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"sleep:idle:handle-lid-switch:shutdown", "Lethe", "An installation is under way", "block"}; !slices.Equal(l.heard(), want) {
		t.Errorf("asked for %q, want %q", l.heard(), want)
	}
	flags, err := unix.FcntlInt(held.(*os.File).Fd(), unix.F_GETFD, 0)
	if err != nil || flags&unix.FD_CLOEXEC == 0 {
		t.Errorf("children inherit it: %x, %v", flags, err)
	}
	if l.free(t, 1500*time.Millisecond) { // longer than the one who sent it had it open
		t.Error("it was let go of before Close")
	}
	if err := held.Close(); err != nil {
		t.Error(err)
	}
	if !l.free(t, 10*time.Second) {
		t.Error("it is still held after Close")
	}
}

func TestNobodyListens(t *testing.T) {
	bare, denying := startBus(t), startBus(t)
	serve(t, denying, &logind{denies: true})
	for name, c := range map[string]struct{ address, says string }{
		"no bus":    {"unix:path=" + filepath.Join(t.TempDir(), "none"), "no such file or directory"},
		"no logind": {bare, "org.freedesktop.login1"},
		"denied":    {denying, "Permission denied"},
		"nonsense":  {"nonsense", "address"},
	} {
		held, err := awake.Keep(t.Context(), c.address, "x")
		if err == nil || held != nil || !strings.HasPrefix(err.Error(), "cannot keep the machine awake: ") || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, %v", name, held, err)
		}
	}
}

func TestNobodyAnswers(t *testing.T) {
	hanging, silent := startBus(t), filepath.Join(filepath.Dir(strings.TrimPrefix(startBus(t), "unix:path=")), "silent")
	end := make(chan struct{})
	defer close(end)
	serve(t, hanging, &logind{hangs: end})
	listener, err := net.Listen("unix", silent) // connects, and says nothing ever
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	for name, address := range map[string]string{"logind": hanging, "bus": "unix:path=" + silent} {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		start := time.Now()
		held, err := awake.Keep(ctx, address, "x")
		cancel()
		if held != nil || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) > 5*time.Second {
			t.Errorf("%s: %v, %v after %v", name, held, err, time.Since(start))
		}
	}
}
