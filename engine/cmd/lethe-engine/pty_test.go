package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"
)

// screen collects what a terminal shows.
type screen struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

// wait blocks until the terminal has shown text.
func (s *screen) wait(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(5 * time.Millisecond) {
		if strings.Contains(s.String(), text) {
			return
		}
	}
	t.Fatalf("the terminal never showed %q, but:\n%s", text, s.String())
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

// onTerminal starts the engine on a terminal of its own.
func onTerminal(t *testing.T, args ...string) (*exec.Cmd, *os.File, *screen) {
	t.Helper()
	cmd := exec.Command(engineBinary(t), args...)
	cmd.Dir = t.TempDir()
	cmd.Env = append(os.Environ(), "TERM=xterm-256color", "LC_ALL=C.UTF-8", "NO_COLOR=")
	terminal, err := pty.StartWithSize(cmd, &pty.Winsize{Rows: 40, Cols: 100})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = terminal.Close() })
	shown := &screen{}
	go func() {
		block := make([]byte, 4096)
		for {
			n, err := terminal.Read(block)
			_, _ = shown.Write(block[:n])
			if err != nil {
				return
			}
		}
	}()
	return cmd, terminal, shown
}

// TestPromptDoesNotEcho types a passphrase once the prompt is there.
func TestPromptDoesNotEcho(t *testing.T) {
	cmd, terminal, shown := onTerminal(t, "rehearse", "--luks", "--kdf", "4,32,1")
	for _, prompt := range []string{"Passphrase for the disk: ", "The same again: "} {
		shown.wait(t, prompt)
		time.Sleep(50 * time.Millisecond) // the prompt is written just before echo goes off
		if _, err := terminal.WriteString("tree of heaven\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v\n%s", err, shown)
	}
	shown.wait(t, "The rehearsal succeeded")
	if strings.Contains(shown.String(), "tree of heaven") {
		t.Errorf("the passphrase was shown:\n%s", shown)
	}
	if !strings.Contains(shown.String(), "\x1b[32m✓") {
		t.Errorf("no colours on a terminal:\n%q", shown)
	}
}

// TestInterruptAtPrompt gives the terminal back as it was.
func TestInterruptAtPrompt(t *testing.T) {
	cmd, terminal, shown := onTerminal(t, "rehearse", "--luks")
	shown.wait(t, "Passphrase for the disk: ")
	if err := cmd.Process.Signal(syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); cmd.ProcessState.ExitCode() != exitCancelled {
		t.Fatalf("%v\n%s", err, shown)
	}
	_ = terminal
	shown.wait(t, "nothing was written")
}
