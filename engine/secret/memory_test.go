package secret_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"

	"lethe/engine/secret"
)

// lockVariable makes the test binary look at its own secrets under a limit of locked memory, in place of running tests.
const lockVariable = "LETHE_SECRET_TEST_LIMIT"

func TestMain(m *testing.M) {
	if os.Getenv(lockVariable) != "" {
		os.Exit(withoutLockedMemory())
	}
	os.Exit(m.Run())
}

// withoutLockedMemory makes a secret that the kernel refuses to lock. Root's own limits do not bind, so it gives that up first.
func withoutLockedMemory() int {
	var header unix.CapUserHeader
	header.Version = unix.LINUX_CAPABILITY_VERSION_3
	var none [2]unix.CapUserData
	err := errors.Join(unix.Setrlimit(unix.RLIMIT_MEMLOCK, &unix.Rlimit{}), unix.Capset(&header, &none[0]))
	s := secret.New([]byte(hidden))
	if err != nil || s.Locked() || string(s.Bytes()) != hidden {
		fmt.Println(err, s.Locked(), len(s.Bytes()))
		return 1
	}
	s.Wipe()
	return 0
}

func TestSecretWorksWithoutLockedMemory(t *testing.T) {
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), lockVariable+"=1")
	if out, err := child.CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// region gives what the kernel says of the mapping that holds address: its flags, or nothing when nothing is mapped there.
func region(t *testing.T, address uintptr) string {
	t.Helper()
	f, err := os.Open("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	inside := false
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var from, to uintptr
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x ", &from, &to); n == 2 {
			inside = from <= address && address < to
		}
		if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags: "); ok && inside {
			return flags
		}
	}
	return ""
}

func address(b []byte) uintptr { return uintptr(unsafe.Pointer(unsafe.SliceData(b))) }

func TestPagesAreKeptFromSwapDumpAndChildren(t *testing.T) {
	s := secret.New([]byte(hidden))
	defer s.Wipe()
	if !s.Locked() {
		t.Fatal("the secret is not locked; is RLIMIT_MEMLOCK below 64 KiB?")
	}
	flags := strings.Fields(region(t, address(s.Bytes())))
	for _, want := range []string{"rd", "wr", "lo", "dd", "dc"} { // locked, not dumped, not copied on fork
		if !strings.Contains(strings.Join(flags, " ")+" ", want+" ") {
			t.Errorf("flag %s is missing in %v", want, flags)
		}
	}
	if strings.Contains(strings.Join(flags, " "), "ex") {
		t.Errorf("the page can be executed: %v", flags)
	}
}

func TestNewClearsWhatItTook(t *testing.T) {
	text := []byte(hidden)
	s := secret.New(text)
	defer s.Wipe()
	if !bytes.Equal(text, make([]byte, len(text))) || string(s.Bytes()) != hidden {
		t.Errorf("left %q, took %q", text, s.Bytes())
	}
}

func TestWipeGivesTheMemoryBack(t *testing.T) {
	unseen := secret.New([]byte(hidden))
	var where uintptr
	_ = unseen.Use(func(text []byte) error { where = address(text); return nil })
	unseen.Wipe()
	if flags := region(t, where); strings.Contains(flags, "lo") {
		t.Errorf("the page is still there: %s", flags)
	}

	lent := secret.New([]byte(hidden))
	late := lent.Bytes()
	lent.Wipe()
	if flags := region(t, address(late)); flags == "" || strings.Contains(flags, "lo") {
		t.Errorf("a lent page must stay, unlocked: %q", flags)
	}
	if !bytes.Equal(late, make([]byte, len(hidden))) {
		t.Errorf("a late reader sees %q", late)
	}
	if lent.Bytes() != nil || lent.Locked() {
		t.Error("a wiped secret still has bytes")
	}
}

func TestWipeWaitsForUse(t *testing.T) {
	s := secret.New([]byte(hidden))
	inside, leave, wiped := make(chan struct{}), make(chan struct{}), make(chan struct{})
	var seen string
	var users sync.WaitGroup
	users.Go(func() {
		_ = s.Use(func(text []byte) error {
			close(inside)
			<-leave
			seen = string(text)
			return nil
		})
	})
	<-inside
	go func() { s.Wipe(); close(wiped) }()
	select {
	case <-wiped:
		t.Error("Wipe did not wait")
	case <-time.After(20 * time.Millisecond):
	}
	close(leave)
	users.Wait()
	<-wiped
	if seen != hidden {
		t.Errorf("the user saw %q", seen)
	}
	if err := s.Use(func([]byte) error { return nil }); err == nil {
		t.Error("a wiped secret can be used")
	}
}

func TestReader(t *testing.T) {
	s := secret.New([]byte(hidden))
	for _, wrap := range []func(io.Reader) io.Reader{func(r io.Reader) io.Reader { return r }, iotest.OneByteReader, iotest.DataErrReader} {
		var out strings.Builder
		if n, err := io.Copy(&out, wrap(s.Reader())); err != nil || n != int64(len(hidden)) || out.String() != hidden {
			t.Errorf("%d bytes %q, %v", n, out.String(), err)
		}
	}
	late := s.Reader()
	s.Wipe()
	if n, err := io.Copy(io.Discard, late); n != 0 || err == nil || !strings.Contains(err.Error(), "wiped") {
		t.Errorf("%d bytes after Wipe, %v", n, err)
	}
	if n, err := late.Read(make([]byte, 9)); n != 0 || err == nil {
		t.Errorf("%d bytes after Wipe, %v", n, err)
	}
}

// TestWipeWhileOthersRead is the crash that unmapped memory would cause: children's input writers and redaction go on while the
// secret is wiped.
func TestWipeWhileOthersRead(t *testing.T) {
	for range 20 {
		s, store := secret.New([]byte(hidden)), secret.NewStore()
		store.Put("passphrase", s)
		lent, stop := s.Bytes(), make(chan struct{})
		var wg sync.WaitGroup
		for _, read := range []func(){
			func() { _, _ = io.Copy(io.Discard, bytes.NewReader(lent)); _ = bytes.Count(lent, []byte("h")) },
			func() { _, _ = io.Copy(io.Discard, s.Reader()) },
			func() { store.Redact("a line with " + hidden) },
			func() { _ = s.CheckPassphrase(); s.ASCII(); s.Locked(); s.Bytes() },
		} {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						read()
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		s.Wipe()
		store.Wipe()
		time.Sleep(time.Millisecond)
		close(stop)
		wg.Wait()
	}
}

func TestReadFull(t *testing.T) {
	r := strings.NewReader(hidden + "rest")
	s, err := secret.ReadFull(r, len(hidden))
	if err != nil || string(s.Bytes()) != hidden || r.Len() != 4 {
		t.Errorf("%q, %v, %d bytes left", s.Bytes(), err, r.Len())
	}
	if _, err := secret.ReadFull(r, 5); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("half a secret: %v", err)
	}
	if s, err := secret.ReadFull(r, 0); err != nil || s.Bytes() == nil || len(s.Bytes()) != 0 {
		t.Errorf("an empty secret: %v", err)
	}
	large := strings.Repeat("x", 3*os.Getpagesize()+1)
	if s, err := secret.ReadFull(strings.NewReader(large), len(large)); err != nil || string(s.Bytes()) != large {
		t.Errorf("several pages: %v", err)
	}
}
