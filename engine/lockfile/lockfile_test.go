package lockfile_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/lockfile"
)

// TestMain is a second process, too: "hold FOLDER" takes the lock, says so, and ends at SIGTERM with a word; "flock FILE HOW" locks a file
// by itself.
func TestMain(m *testing.M) {
	if len(os.Args) > 2 && (os.Args[1] == "hold" || os.Args[1] == "flock") {
		if err := second(os.Args[1:]); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func second(args []string) error {
	terminated := make(chan os.Signal, 1)
	signal.Notify(terminated, syscall.SIGTERM)
	if args[0] == "hold" {
		l, err := lockfile.Take(args[1], "a test", time.Now())
		if err != nil {
			return err
		}
		defer l.Close()
	} else {
		f, err := os.OpenFile(args[1], os.O_RDWR, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		how, err := strconv.Atoi(args[2])
		if err != nil {
			return err
		}
		fmt.Println("open")
		if err := unix.Flock(int(f.Fd()), how); err != nil {
			return err
		}
	}
	fmt.Println("held")
	<-terminated
	fmt.Println("terminated")
	return nil
}

// other is another process.
type other struct {
	*exec.Cmd
	lines *bufio.Reader
}

// start starts a second process and waits for its first word.
func start(t *testing.T, word string, args ...string) *other {
	t.Helper()
	o := &other{Cmd: exec.Command(os.Args[0], args...)}
	out, err := o.StdoutPipe()
	if err == nil {
		err = o.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = o.Process.Kill(); _ = o.Wait() })
	o.lines = bufio.NewReader(out)
	o.says(t, word)
	return o
}

func (o *other) says(t *testing.T, want string) {
	t.Helper()
	if got, err := o.lines.ReadString('\n'); err != nil || got != want+"\n" {
		rest, _ := io.ReadAll(o.lines)
		t.Fatalf("the other process says %q%s (%v) instead of %q", got, rest, err, want)
	}
}

func (o *other) alive() bool { return o.Process.Signal(syscall.Signal(0)) == nil }

func folder(t *testing.T) string { return filepath.Join(t.TempDir(), "run") }

func look(t *testing.T, folder string) (lockfile.Note, bool) {
	t.Helper()
	n, held, err := lockfile.Look(folder)
	if err != nil {
		t.Fatal(err)
	}
	return n, held
}

func TestOneAtATime(t *testing.T) {
	at := folder(t)
	if n, held := look(t, at); held {
		t.Fatalf("held by %v before anything is there", n)
	}
	before := time.Now().Add(-time.Second)
	o := start(t, "held", "hold", at)
	_, err := lockfile.Take(at, "me too", time.Now())
	var held *lockfile.Held
	if !errors.As(err, &held) || held.Holder.PID != o.Process.Pid || held.Holder.Title != "a test" || held.Holder.Since.Before(before.Truncate(time.Second)) {
		t.Fatalf("got %+v, %v", held, err)
	}
	for _, want := range []string{"cannot begin: ", fmt.Sprintf("(process %d, since ", o.Process.Pid), ": a test)", "lethe-engine watch", "lethe-engine stop"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not in %q", want, err)
		}
	}
	if n, ok := look(t, at); !ok || n != held.Holder {
		t.Errorf("looking gives %+v, %v", n, ok)
	}
	_ = o.Process.Kill()
	_ = o.Wait()
	if n, ok := look(t, at); ok {
		t.Errorf("held by %v, who is dead", n)
	}
	l, err := lockfile.Take(at, "now me", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	if n, ok := look(t, at); !ok || n.PID != os.Getpid() || n.Title != "now me" || n.Journal != "" {
		t.Errorf("got %+v, %v", n, ok)
	}
	if err := l.Journal("/run/x/journal.jsonl"); err != nil {
		t.Error(err)
	}
	if n, _ := look(t, at); n.Journal != "/run/x/journal.jsonl" || n.Title != "now me" {
		t.Errorf("got %+v", n)
	}
	if _, err := lockfile.Terminate(at); err == nil || errors.Is(err, lockfile.ErrFree) {
		t.Errorf("terminating oneself gives %v", err)
	}
	if err := l.Close(); err != nil {
		t.Error(err)
	}
	if n, ok := look(t, at); ok {
		t.Errorf("held by %v after Close", n)
	}
}

func TestTerminateReachesTheHolder(t *testing.T) {
	at := folder(t)
	if _, err := lockfile.Terminate(at); !errors.Is(err, lockfile.ErrFree) {
		t.Errorf("nobody is there: %v", err)
	}
	o := start(t, "held", "hold", at)
	n, err := lockfile.Terminate(at)
	if err != nil || n.PID != o.Process.Pid {
		t.Fatalf("%+v, %v", n, err)
	}
	o.says(t, "terminated")
	if err := o.Wait(); err != nil {
		t.Error(err)
	}
	if _, err := lockfile.Terminate(at); !errors.Is(err, lockfile.ErrFree) {
		t.Errorf("it is gone: %v", err)
	}
}

// TestFilesAreNotBelieved writes the number of a bystander into the lock, while nobody holds it and while somebody else does.
func TestFilesAreNotBelieved(t *testing.T) {
	at := folder(t)
	bystander := start(t, "held", "hold", filepath.Join(t.TempDir(), "elsewhere"))
	forge := func() {
		t.Helper()
		text := fmt.Sprintf(`{"pid":%d,"since":"2026-11-23T00:00:00Z","title":"forged"}`, bystander.Process.Pid)
		if err := os.WriteFile(filepath.Join(at, "lock"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(at, 0o700); err != nil {
		t.Fatal(err)
	}
	forge()
	if n, ok := look(t, at); ok {
		t.Errorf("held by %v", n)
	}
	if _, err := lockfile.Terminate(at); !errors.Is(err, lockfile.ErrFree) {
		t.Errorf("got %v", err)
	}
	o := start(t, "held", "hold", at)
	forge()
	if n, ok := look(t, at); !ok || n != (lockfile.Note{PID: o.Process.Pid}) {
		t.Errorf("got %+v, %v", n, ok)
	}
	if n, err := lockfile.Terminate(at); err != nil || n.PID != o.Process.Pid {
		t.Errorf("%+v, %v", n, err)
	}
	o.says(t, "terminated")
	if !bystander.alive() {
		t.Error("the bystander was ended")
	}
}

// TestWhoOnlyWaitsOrReads does not hold the lock.
func TestWhoOnlyWaitsOrReads(t *testing.T) {
	at := folder(t)
	l, err := lockfile.Take(at, "first", time.Now())
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(at, "lock")
	waiting := start(t, "open", "flock", file, strconv.Itoa(unix.LOCK_EX))
	for end := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		locks, err := os.ReadFile("/proc/locks")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(locks), "-> FLOCK  ADVISORY  WRITE "+strconv.Itoa(waiting.Process.Pid)+" ") {
			break
		}
		if time.Now().After(end) {
			t.Fatalf("nobody waits:\n%s", locks)
		}
	}
	if n, ok := look(t, at); !ok || n.PID != os.Getpid() || n.Title != "first" {
		t.Errorf("got %+v, %v", n, ok)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	waiting.says(t, "held")
	if n, ok := look(t, at); !ok || n != (lockfile.Note{PID: waiting.Process.Pid}) {
		t.Errorf("it got the lock at last: %+v, %v", n, ok)
	}
	_ = waiting.Process.Kill()
	_ = waiting.Wait()
	start(t, "open", "flock", file, strconv.Itoa(unix.LOCK_SH)).says(t, "held")
	if n, ok := look(t, at); ok {
		t.Errorf("held by %v, who shares it", n)
	}
}

func TestPlacesThatAreNotOnesOwn(t *testing.T) {
	open, link, file := folder(t), folder(t), folder(t)
	if err := errors.Join(os.Mkdir(open, 0o700), os.Chmod(open, 0o755), os.Symlink(t.TempDir(), link), os.WriteFile(file, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, at := range []string{open, link, file} {
		if l, err := lockfile.Take(at, "x", time.Now()); l != nil || err == nil || !strings.Contains(err.Error(), "not a folder of root's alone") {
			t.Errorf("%v, %v", l, err)
		}
	}
	planted := folder(t)
	victim := filepath.Join(t.TempDir(), "victim")
	if err := errors.Join(os.Mkdir(planted, 0o700), os.WriteFile(victim, []byte("mine"), 0o600), os.Symlink(victim, filepath.Join(planted, "lock"))); err != nil {
		t.Fatal(err)
	}
	if l, err := lockfile.Take(planted, "x", time.Now()); l != nil || err == nil {
		t.Errorf("%v, %v", l, err)
	}
	if _, held, err := lockfile.Look(planted); held || err == nil {
		t.Errorf("looking: %v, %v", held, err)
	}
	if text, err := os.ReadFile(victim); err != nil || string(text) != "mine" {
		t.Errorf("%q, %v", text, err)
	}
}

func TestTitlesAreShortAndHarmless(t *testing.T) {
	at := folder(t)
	l, err := lockfile.Take(at, strings.Repeat("\x1b[31m<&>\"\\ä\u202e\n\xff", 1000), time.Now())
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	n, ok := look(t, at)
	if !ok || n.PID != os.Getpid() || n.Title == "" || len(n.Title) > 300 || strings.ContainsAny(n.Title, "\x1b\n\u202e") {
		t.Errorf("got %+v, %v", n, ok)
	}
	if err := l.Journal(strings.Repeat("x", 3000)); err == nil {
		t.Error("a note that is too long was written")
	}
	if err := l.Journal("/run/j"); err != nil {
		t.Error(err)
	}
}
