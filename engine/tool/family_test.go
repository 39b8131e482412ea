package tool_test

import (
	"context"
	"errors"
	"os/exec"
	"sync"
	"syscall"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/tool"
)

// runaways leave a process behind, in one way each, and say its number.
var runaways = map[string]string{
	"own session":          `setsid sh -c 'echo $$; exec sleep 60' & wait`,
	"own session, deaf":    `setsid sh -c 'trap "" TERM; echo $$; exec sleep 60' & wait`,
	"daemon with the mark": `setsid sh -c 'echo $$; exec sleep 60 >/dev/null 2>&1 </dev/null' & sleep 61`,
	"no parent, deaf": `(setsid sh -c 'trap "" TERM; echo $$; exec sleep 60 >/dev/null 2>&1 </dev/null' &)
sleep 61`,
	"no environment": `env -i setsid sh -c 'trap "" TERM; echo $$; exec sleep 60 >/dev/null 2>&1' & wait`,
	"a child of one without environment": `env -i setsid sh -c 'sleep 62 >/dev/null 2>&1 & echo $!; exec sleep 60 >/dev/null 2>&1' &
sleep 61`,
}

func TestCancelEndsRunaways(t *testing.T) {
	for name, script := range runaways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			why := errors.New("the user said stop")
			ctx, cancel := context.WithCancelCause(t.Context())
			defer cancel(nil)
			var pid string
			var asked time.Time
			_, err := tool.Exec{}.Run(ctx, tool.Call{Command: command.New("sh", "-c", script), Line: func(line string) {
				pid = line
				time.Sleep(50 * time.Millisecond) // lets it become what it is to be
				asked = time.Now()
				cancel(why)
			}})
			if took := time.Since(asked); !errors.Is(err, why) || took > 5*time.Second {
				t.Errorf("after %v: %v", took, err)
			}
			if pid == "" || alive(pid) { // at once: what comes next unmounts
				t.Errorf("process %q still runs", pid)
			}
		})
	}
}

func TestRunawaysEndWithTheProgram(t *testing.T) {
	const daemon = `(setsid sh -c 'trap "" TERM; echo $$; exec sleep 60 >/dev/null 2>&1 </dev/null' &)
`
	for name, row := range map[string]struct {
		script string
		fails  bool
	}{
		"a quick failure":              {daemon + "sleep 0.1; exit 3", true},
		"an immediate failure":         {daemon + "exit 3", true},
		"killed":                       {daemon + "sleep 0.1; kill -9 $$", true},
		"success after a while":        {daemon + "sleep 1.1", false},
		"seen before it lost its mark": {`sh -c 'env -i setsid sh -c "echo \$\$; exec sleep 60 >/dev/null 2>&1 </dev/null" & sleep 1.5'; exit 3`, true},
		"a quick success, same group":  {`(trap "" TERM; sleep 60 >/dev/null 2>&1) & echo $!`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			said, _, err := lines(t, row.script)
			if (err != nil) != row.fails || len(said) != 1 {
				t.Fatalf("%q, %v", said, err)
			}
			gone(t, said[0])
		})
	}
}

// TestNobodyElseIsEnded runs several programs side by side, as a verification does, beside children of somebody else.
func TestNobodyElseIsEnded(t *testing.T) {
	t.Parallel()
	other := exec.Command("setsid", "sleep", "60") // the window's own child
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = other.Process.Kill(); _ = other.Wait() }()

	ready := make(chan string, 2)
	begin := func(ctx context.Context, wg *sync.WaitGroup) {
		wg.Go(func() {
			_, _ = tool.Exec{}.Run(ctx, tool.Call{
				Command: command.New("sh", "-c", runaways["no parent, deaf"]), Line: func(line string) { ready <- line },
			})
		})
	}
	var first, second sync.WaitGroup
	ctx1, cancel1 := context.WithCancel(t.Context())
	ctx2, cancel2 := context.WithCancel(t.Context())
	begin(ctx1, &first)
	mine := <-ready
	begin(ctx2, &second)
	theirs := <-ready
	cancel1()
	first.Wait()
	if alive(mine) || !alive(theirs) {
		t.Errorf("mine runs: %v, theirs runs: %v", alive(mine), alive(theirs))
	}
	cancel2()
	second.Wait()
	if alive(theirs) {
		t.Error("theirs still runs")
	}
	if other.ProcessState != nil || other.Process.Signal(syscall.Signal(0)) != nil {
		t.Error("somebody else's child was ended")
	}
}
