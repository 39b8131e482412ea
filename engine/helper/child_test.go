package helper

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/tool"
)

// childArgument makes the test binary a helper in place of running tests. An environment variable would not do: there is none.
const childArgument = "serve-for-test"

func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == childArgument {
		os.Exit(child(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// child serves with a host whose run says what it does and then waits, dies, or ends.
func child(args []string) int {
	host := &fakeHost{install: func(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
		sink.Event(event.Event{Seq: 1, Kind: event.StepStart, Step: args[0], Title: "Step " + args[0]})
		switch args[1] {
		case "die":
			for i := range 300 {
				fmt.Fprintf(os.Stderr, "line %d\n", i)
			}
			time.Sleep(100 * time.Millisecond) // the step is told
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		case "wait":
			<-ctx.Done()
			return Result{State: step.Restored, Cancelled: true}, context.Cause(ctx)
		case "finish":
			time.Sleep(200 * time.Millisecond) // the window is gone by now
			sink.Event(event.Event{Seq: 2, Kind: event.RunDone})
			return Result{State: step.Complete}, os.WriteFile(args[2], []byte("finished"), 0o600)
		}
		return Result{State: step.Complete}, nil
	}}
	if err := Serve(context.Background(), "child", os.Stdin, os.Stdout, host); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// startChild connects to a real process.
func startChild(t *testing.T, args ...string) *Client {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c, err := Connect(t.Context(), "test", func() (Process, error) {
		return tool.StartElevated(context.Background(), tool.Way{Means: tool.Direct}, path, append([]string{childArgument}, args...)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func closed(t *testing.T, c *Client) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := c.Close(ctx); err != nil {
		t.Error(err)
	}
}

func TestRealProcess(t *testing.T) {
	c := startChild(t, "install", "end")
	var seen event.Recorder
	result, err := c.Install(t.Context(), testPlan(t), testSecrets(), &seen)
	if err != nil || result.State != step.Complete || len(seen.Events()) != 1 {
		t.Errorf("%+v, %v, %v", result, err, seen.Events())
	}
	closed(t, c)
	_, err = c.Facts(t.Context())
	if lost := (*Lost)(nil); !errors.As(err, &lost) {
		t.Errorf("after Close: %v", err)
	}
}

func TestRealProcessDies(t *testing.T) {
	c := startChild(t, "partition", "die")
	result, err := c.Install(t.Context(), testPlan(t), testSecrets(), event.SinkFunc(func(event.Event) {}))
	var lost *Lost
	if !errors.As(err, &lost) || !lost.Applying || result.State != "" {
		t.Fatalf("%+v, %v", result, err)
	}
	contains(t, err.Error(), "in step “Step partition”", "signal: killed", "state of the disk is unknown", "Start Lethe again", "\nline 100\n", "\nline 299")
	if strings.Contains(err.Error(), "line 99\n") {
		t.Error("more than 200 lines are kept")
	}
	if _, again := c.Facts(t.Context()); !errors.As(again, &lost) {
		t.Errorf("got %v", again)
	}
	closed(t, c)
}

func TestRealProcessIsCancelled(t *testing.T) {
	c := startChild(t, "wipe", "wait")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	result, err := c.Install(ctx, testPlan(t), testSecrets(), event.SinkFunc(func(event.Event) { cancel() }))
	e := wantError(t, err, CodeHost, "the user cancelled")
	if !e.Cancelled || e.State != step.Restored || result.State != step.Restored {
		t.Errorf("%+v, %+v", e, result)
	}
	closed(t, c)
}

// TestWindowDiesDuringInstall closes both streams of a helper in nixos-install: it finishes, although it writes to a closed pipe.
func TestWindowDiesDuringInstall(t *testing.T) {
	mark := t.TempDir() + "/mark"
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	process, err := tool.StartElevated(context.Background(), tool.Way{Means: tool.Direct}, path, childArgument, "install", "finish", mark)
	if err != nil {
		t.Fatal(err)
	}
	propose, hash := proposing(t, 1)
	for _, f := range []string{greeting, propose} {
		_, _ = process.Write([]byte(f))
	}
	for range 2 {
		if _, err := readFrame(process, mostMessage); err != nil {
			t.Fatal(err, process.Tail())
		}
	}
	for _, f := range []string{sec("passphrase", canary), sec(userPassword, canary), msg(fmt.Sprintf(`{"request":{"id":2,"op":"apply","hash":%q}}`, hash))} {
		_, _ = process.Write([]byte(f))
	}
	if _, err := readFrame(process, mostMessage); err != nil { // the step has begun
		t.Fatal(err, process.Tail())
	}
	_ = process.CloseWrite()
	_ = process.Wait() // closes our end of its output
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		if text, err := os.ReadFile(mark); err == nil && string(text) == "finished" {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("it did not finish: %s", process.Tail())
		}
	}
}
