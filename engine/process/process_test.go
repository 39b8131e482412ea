package process_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/process"
)

// roleVariable makes the test binary a hardened process that tells about itself, in place of running tests.
const roleVariable = "LETHE_PROCESS_TEST_ROLE"

// sight is what a process sees of itself.
type sight struct {
	Err      string
	Dumpable int
	Umask    string
	Core     string
	Ignored  uint64
	Folder   string
	Open     []string // what descriptors above 2 lead to, where it is a file of the test
	Pipe     string   // the error of a write to a closed pipe on standard output
	Mode     fs.FileMode
	NoNew    int
	Child    *sight
}

func TestMain(m *testing.M) {
	switch os.Getenv(roleVariable) {
	case "hardened":
		hardened()
	case "clobbered":
		clobbered()
	case "child":
		look().print(os.Stderr)
	default:
		os.Exit(m.Run())
	}
}

// hardened hardens itself, looks, starts a child that looks, and tells both on standard error.
func hardened() {
	keep := []int{}
	if fd, err := strconv.Atoi(os.Getenv("LETHE_PROCESS_TEST_KEEP")); err == nil {
		keep = append(keep, fd)
	}
	err := process.Harden(keep...)
	s := look()
	if err != nil {
		s.Err = err.Error()
	}
	made := filepath.Join(os.Getenv("LETHE_PROCESS_TEST_FOLDER"), "made")
	if err := os.WriteFile(made, nil, 0o666); err == nil {
		if info, err := os.Stat(made); err == nil {
			s.Mode = info.Mode()
		}
	}
	var written bytes.Buffer
	child := exec.Command("/proc/self/exe")
	child.Env = append(os.Environ(), roleVariable+"=child")
	child.Stderr = &written
	if err := child.Run(); err != nil {
		s.Err += err.Error()
	}
	s.Child = &sight{}
	if err := json.Unmarshal(written.Bytes(), s.Child); err != nil {
		s.Err += err.Error() + written.String()
	}
	for range 1000 { // the reader is gone; without protection the first one after that would end this process
		if _, err := os.Stdout.Write([]byte("x")); err != nil {
			s.Pipe = err.Error()
			break
		}
		time.Sleep(time.Millisecond)
	}
	s.print(os.Stderr)
}

func (s sight) print(w io.Writer) { _ = json.NewEncoder(w).Encode(s) }

func look() sight {
	s := sight{Umask: field("/proc/self/status", "Umask:"), Core: field("/proc/self/limits", "Max core file size")}
	s.Dumpable, _ = unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	s.NoNew, _ = unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	s.Ignored, _ = strconv.ParseUint(field("/proc/self/status", "SigIgn:"), 16, 64)
	s.Folder, _ = os.Getwd()
	entries, _ := os.ReadDir("/proc/self/fd")
	for _, e := range entries {
		if to, err := os.Readlink("/proc/self/fd/" + e.Name()); err == nil && strings.Contains(to, "inherited") {
			s.Open = append(s.Open, filepath.Base(to))
		}
	}
	return s
}

// field gives the rest of the line that begins with a name.
func field(path, name string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return err.Error()
	}
	_, rest, _ := strings.Cut(string(text), name)
	rest, _, _ = strings.Cut(rest, "\n")
	return strings.Join(strings.Fields(rest), " ")
}

// start runs the hardened process with two inherited files, the first of which it is told to keep.
func start(t *testing.T) sight {
	t.Helper()
	folder := t.TempDir()
	child := exec.Command(os.Args[0])
	child.Dir = folder
	child.Env = append(os.Environ(), roleVariable+"=hardened", "LETHE_PROCESS_TEST_KEEP=3", "LETHE_PROCESS_TEST_FOLDER="+folder)
	for _, name := range []string{"inherited-kept", "inherited-closed"} {
		f, err := os.Create(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		child.ExtraFiles = append(child.ExtraFiles, f)
	}
	var out bytes.Buffer
	child.Stderr = &out
	stdout, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(child.Start(), stdout.Close()); err != nil {
		t.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	var s sight
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatalf("%v: %s", err, out.String())
	}
	return s
}

func TestHarden(t *testing.T) {
	s := start(t)
	if s.Err != "" {
		t.Fatal(s.Err)
	}
	const sigpipe = 1 << (syscall.SIGPIPE - 1)
	for name, good := range map[string]bool{
		"dumpable":                     s.Dumpable == 0,
		"umask":                        s.Umask == "0077" && s.Mode.Perm() == 0o600,
		"core":                         strings.HasPrefix(s.Core, "0 0 "),
		"working folder":               s.Folder == "/",
		"inherited files":              strings.Join(s.Open, " ") == "inherited-kept",
		"closed pipe":                  strings.HasSuffix(s.Pipe, "broken pipe"),
		"no new privileges left alone": s.NoNew == noNewPrivileges(t),
		"child's core":                 strings.HasPrefix(s.Child.Core, "0 0 "),
		"child's umask":                s.Child.Umask == "0077",
		"child's files":                len(s.Child.Open) == 0,
		"child's SIGPIPE":              s.Child.Ignored&sigpipe == 0,
	} {
		if !good {
			t.Errorf("%s: %+v, child %+v", name, s, s.Child)
		}
	}
}

// noNewPrivileges is the state of no_new_privs before.
func noNewPrivileges(t *testing.T) int {
	t.Helper()
	value, err := unix.PrctlRetInt(unix.PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0)
	if err != nil {
		t.Fatal(err)
	}
	return value
}

// TestOrdinaryProcessIsNotLikeThat makes sure that what TestHarden sees comes from Harden.
func TestOrdinaryProcessIsNotLikeThat(t *testing.T) {
	before := unix.Umask(0o022)
	defer unix.Umask(before)
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), roleVariable+"=child")
	f, err := os.Create(filepath.Join(t.TempDir(), "inherited"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	child.ExtraFiles = []*os.File{f}
	var out bytes.Buffer
	child.Stderr = &out
	if err := child.Run(); err != nil {
		t.Fatal(err)
	}
	var s sight
	if err := json.Unmarshal(out.Bytes(), &s); err != nil {
		t.Fatal(err)
	}
	if s.Dumpable != 1 || s.Umask == "0077" || s.Folder == "/" || len(s.Open) != 1 {
		t.Errorf("%+v", s)
	}
}
