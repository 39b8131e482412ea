package tool_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/tool"
)

// helperVariable makes the test binary run a long program through [tool.Exec] instead of tests, so that it can be killed.
const helperVariable = "LETHE_TOOL_TEST_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperVariable) != "" {
		_, err := tool.Exec{}.Run(context.Background(), tool.Call{
			Command: command.New("sh", "-c", "echo $$; exec sleep 60"), Line: func(line string) { fmt.Println(line) },
		})
		fmt.Println("ended:", err)
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// alive tells whether a process runs; one that nobody has reaped yet does not.
func alive(pid string) bool {
	stat, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return false
	}
	_, rest, _ := strings.Cut(string(stat), ") ")
	return !strings.HasPrefix(rest, "Z") && !strings.HasPrefix(rest, "X")
}

// gone waits for a process to end.
func gone(t *testing.T, pid string) {
	t.Helper()
	for deadline := time.Now().Add(3 * time.Second); alive(pid); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Errorf("process %s still runs", pid)
			return
		}
	}
}

func TestCancelEndsTheWholeGroup(t *testing.T) {
	for _, row := range []struct {
		name, script string
		pids         int
		least, most  time.Duration
	}{
		{"polite", "echo $$; sleep 60 & echo $!; wait", 2, 0, time.Second},
		{"ignores SIGTERM", "trap '' TERM; echo $$; sleep 60 & echo $!; sleep 61", 2, 2 * time.Second, 6 * time.Second},
		{"grandchild ignores SIGTERM", "echo $$; (trap '' TERM; exec sleep 60) & echo $!; wait", 2, 0, 6 * time.Second},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			why := errors.New("the user said stop")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var pids []string
			var asked time.Time
			_, err := tool.Exec{}.Run(ctx, tool.Call{Command: command.New("sh", "-c", row.script), Line: func(line string) {
				if pids = append(pids, line); len(pids) == row.pids {
					time.Sleep(50 * time.Millisecond) // lets the traps be set
					asked = time.Now()
					cancel(why)
				}
			}})
			took := time.Since(asked)
			var failed *tool.Error
			if !errors.Is(err, why) || !errors.As(err, &failed) || failed.Exit != -1 {
				t.Errorf("got %v", err)
			}
			if len(pids) != row.pids || took < row.least || took > row.most {
				t.Errorf("%d processes ended after %v", len(pids), took)
			}
			for _, pid := range pids {
				gone(t, pid)
			}
		})
	}
}

func TestChildLeftBehind(t *testing.T) {
	t.Parallel()
	var pid string
	start := time.Now()
	_, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.New("sh", "-c", "sleep 60 & echo $!"), Line: func(line string) { pid = line }})
	if !errors.Is(err, exec.ErrWaitDelay) || time.Since(start) > 10*time.Second {
		t.Errorf("after %v: %v", time.Since(start), err)
	}
	gone(t, pid)
}

func TestDeadlineIsTheCause(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := tool.Exec{}.Run(ctx, tool.Call{Command: command.New("sleep", "60")})
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
}

func TestProgramDiesWithTheEngine(t *testing.T) {
	t.Parallel()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperVariable+"=1")
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	var pid string
	_, scanErr := fmt.Fscanln(out, &pid)
	running := alive(pid)
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait() // killed, so never nil
	if scanErr != nil || !running {
		t.Fatalf("the helper's program %q did not run: %v", pid, scanErr)
	}
	gone(t, pid)
}
