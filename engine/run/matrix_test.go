package run_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/run"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// slip is a way in which a program goes wrong under a step, or the engine with it.
type slip struct {
	name      string
	cancelled bool // somebody stops it
	killed    bool // nothing runs any more, not even what would tidy up
	play      func(ctx context.Context, m *mishap, call tool.Call, real tooltest.Handler) (tool.Result, error)
}

var slips = []slip{
	{name: "error", play: func(ctx context.Context, _ *mishap, call tool.Call, _ tooltest.Handler) (tool.Result, error) {
		return tooltest.Fails(1, "no space left on device")(ctx, call)
	}},
	{name: "error after its work", play: func(ctx context.Context, _ *mishap, call tool.Call, real tooltest.Handler) (tool.Result, error) {
		if result, err := real(ctx, call); err != nil {
			return result, err
		}
		return tooltest.Fails(32, "killed by a signal")(ctx, call)
	}},
	{name: "hang", cancelled: true, play: func(ctx context.Context, m *mishap, call tool.Call, _ tooltest.Handler) (tool.Result, error) {
		time.AfterFunc(time.Millisecond, m.cancel)
		<-ctx.Done()
		return tool.Result{}, &tool.Error{Command: call.Command, Exit: -1, Cause: context.Cause(ctx)}
	}},
	{name: "short output", play: shortOutput},
	{name: "cancel", cancelled: true, play: func(ctx context.Context, m *mishap, call tool.Call, real tooltest.Handler) (tool.Result, error) {
		m.cancel()
		return real(ctx, call)
	}},
	{name: "kill before", killed: true, play: func(_ context.Context, m *mishap, _ tool.Call, _ tooltest.Handler) (tool.Result, error) {
		return m.die()
	}},
	{name: "kill after", killed: true, play: func(ctx context.Context, m *mishap, call tool.Call, real tooltest.Handler) (tool.Result, error) {
		_, _ = real(ctx, call) // the engine never hears of it
		return m.die()
	}},
}

// shortOutput lets a program do its work and say and write only half of it.
func shortOutput(ctx context.Context, _ *mishap, call tool.Call, real tooltest.Handler) (tool.Result, error) {
	said := 0
	if line := call.Line; line != nil {
		call.Line = func(text string) {
			if said++; said == 1 {
				line(text[:len(text)/2])
			}
		}
	}
	result, err := real(ctx, call)
	result.Stdout = result.Stdout[:len(result.Stdout)/2]
	if args := call.Command.Args; call.Command.Name == "nix" {
		lock := filepath.Join(strings.TrimPrefix(args[len(args)-1], "path:"), "flake.lock")
		if info, statErr := os.Stat(lock); statErr == nil {
			err = os.Truncate(lock, info.Size()/2)
		}
	}
	return result, err
}

// mishap lets one call of a program, counted from the beginning, go wrong.
type mishap struct {
	*tooltest.Runner
	slip   slip
	at     int
	cancel func()

	mu    sync.Mutex
	calls int
	steps []string // the step of each call
	step  string
	tool  string // that went wrong
	dead  chan struct{}
	over  chan struct{} // closed when nobody looks at a killed run any more
}

// Run plays the call.
func (m *mishap) Run(ctx context.Context, call tool.Call) (tool.Result, error) {
	m.mu.Lock()
	m.calls++
	now := m.calls == m.at
	m.steps = append(m.steps, m.step)
	if now {
		m.tool = call.Command.Name
	}
	m.mu.Unlock()
	if !now {
		return m.Runner.Run(ctx, call)
	}
	return m.slip.play(ctx, m, call, m.Runner.Run)
}

// die is what a kill looks like from inside: nothing more happens, until the test is over.
func (m *mishap) die() (tool.Result, error) {
	close(m.dead)
	<-m.over
	runtime.Goexit()
	return tool.Result{}, nil
}

// strike puts a mishap under the stage's programs.
func (s *stage) strike(t *testing.T, at int, slip slip) (*mishap, context.Context) {
	t.Helper()
	m := &mishap{Runner: s.tools, slip: slip, at: at, dead: make(chan struct{}), over: make(chan struct{})}
	t.Cleanup(func() { close(m.over) })
	ctx, cancel := context.WithCancelCause(context.Background())
	m.cancel = func() { cancel(errStopped) }
	s.env.Tools, s.env.Machine.Tools = m, m
	s.runner.For = func(p plan.Step) (step.Doer, error) {
		real, err := s.quickDoer(p)
		return wrapped{real, func(ctx context.Context, e *step.Env, real step.Doer) error {
			m.mu.Lock()
			m.step = p.ID
			m.mu.Unlock()
			return real.Do(ctx, e)
		}}, err
	}
	return m, ctx
}

// quickDoer leaves the slow hashing of passwords, which other tests see, out.
func (s *stage) quickDoer(p plan.Step) (step.Doer, error) {
	real, err := s.doer(p)
	if p.Kind != plan.Passwords || err != nil {
		return real, err
	}
	return wrapped{real, func(context.Context, *step.Env, step.Doer) error {
		path := s.machine.root + plan.PasswordPath("ada")
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte("played\n"), 0o600))
	}}, nil
}

// ended is how a run ended, if it did.
type ended struct {
	result run.Result
	err    error
}

// start runs until it ends or dies.
func (s *stage) start(ctx context.Context, m *mishap) (e ended, killed bool) {
	ends := make(chan ended, 1)
	go func() {
		result, err := s.runner.Run(ctx, s.env)
		ends <- ended{result, err}
	}()
	select {
	case e = <-ends:
		return e, false
	case <-m.dead:
		return e, true
	}
}

// bury does what the kernel does for a killed process, and then what the next engine does first. unused tells that a device for swap in
// memory may stay, which nothing uses and nobody knew of yet.
func (s *stage) bury(t *testing.T, unused bool) {
	t.Helper()
	if err := s.disk.file.Close(); err != nil {
		t.Error(err)
	}
	later := &step.Machine{Chroot: s.machine.root, Tools: s.tools, Record: s.record, Mounts: s.machine.below, Opened: s.machine.opened}
	left, err := later.Leftovers()
	if err != nil {
		t.Error(err)
	}
	if unused {
		clear(s.machine.zram)
	}
	if len(left) == 0 { // whoever starts over is told of nothing, and the new run itself has to let go of swap in memory
		s.onlyItsOwn(t)
		return
	}
	if _, err := later.ReleaseLeftovers(t.Context()); err != nil {
		t.Errorf("what a killed run left cannot be let go of: %v", err)
	}
	if !s.machine.clean() {
		t.Errorf("after the release: mounted %v, opened %v, swap in memory %v", s.machine.mounts, s.machine.mappers, s.machine.zram)
	}
	if _, err := os.Lstat(s.record); !os.IsNotExist(err) {
		t.Errorf("the record is still there: %v", err)
	}
	s.onlyItsOwn(t)
}

// again starts over on the same disk and machine, and must succeed.
func (s *stage) again(t *testing.T) {
	t.Helper()
	second := stageOn(t, s.machine, s.image, s.env.Plan.Wishes, plantest.Passphrase, typedPassword)
	second.runner.For = second.quickDoer
	second.before = [32]byte{} // equal plans make equal disks here
	result, err := second.runner.Run(t.Context(), second.env)
	second.check(t, result, err)
	if err != nil || result.State != step.Complete {
		t.Errorf("the second attempt leaves the disk %s: %v", result.State, err)
	}
}

// chosen are the calls of an installation that mishaps are tried at, with their steps: of steps with many calls the first two and the last.
func chosen(steps []string) []int {
	var calls []int
	for i, id := range steps {
		first := i == 0 || steps[i-1] != id
		second := !first && (i == 1 || steps[i-2] != id)
		last := i == len(steps)-1 || steps[i+1] != id
		if first || second || last {
			calls = append(calls, i+1)
		}
	}
	return calls
}

// TestEveryProgramOfAnInstallationEveryMishap lets every program of every step go wrong in every way. Afterwards nothing is held, other disks
// and mounts are as they were, and a second attempt succeeds.
func TestEveryProgramOfAnInstallationEveryMishap(t *testing.T) {
	runs := 0
	for _, encrypt := range []bool{false, true} {
		whole := newStage(t, encrypt)
		m, ctx := whole.strike(t, 0, slip{})
		if e, _ := whole.start(ctx, m); e.err != nil {
			t.Fatal(e.err)
		}
		for _, at := range chosen(m.steps) {
			for i, slip := range slips {
				if underRace && (at+i)%4 != 0 { // each is dear there
					continue
				}
				runs++
				t.Run(fmt.Sprintf("encrypt=%v/%s/%d %s", encrypt, m.steps[at-1], at, slip.name), func(t *testing.T) {
					s := newStage(t, encrypt)
					m, ctx := s.strike(t, at, slip)
					e, killed := s.start(ctx, m)
					if killed != slip.killed {
						t.Fatalf("it ended with %v, and not by a kill", e.err)
					}
					if killed {
						s.bury(t, m.tool == "zramctl" && slip.name == "kill after")
						s.again(t)
						return
					}
					if m.tool == "zramctl" || m.tool == "swapoff" { // what cannot be told or taken back ends with the session
						clear(s.machine.zram)
					}
					s.check(t, e.result, e.err)
					if slip.name == "hang" && e.err == nil && e.result.State != step.Complete {
						t.Error("the cancel was lost")
					}
					s.again(t)
				})
			}
		}
	}
	t.Logf("%d runs, each with a second attempt", runs)
}

// TestEveryInstallationStepKilled kills the engine before and after each step's own work, which for some steps calls no program.
func TestEveryInstallationStepKilled(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		for _, at := range newStage(t, encrypt).env.Plan.Steps {
			for _, after := range []bool{false, true} {
				if underRace && after != encrypt {
					continue
				}
				t.Run(fmt.Sprintf("encrypt=%v/%s/after=%v", encrypt, at.ID, after), func(t *testing.T) {
					s := newStage(t, encrypt)
					m, ctx := s.strike(t, 0, slip{})
					s.runner.For = s.quickDoer
					s.meddle(at.ID, func(ctx context.Context, e *step.Env, real step.Doer) error {
						if after {
							if err := real.Do(ctx, e); err != nil {
								t.Error(err)
							}
						}
						_, err := m.die()
						return err
					})
					if e, killed := s.start(ctx, m); !killed {
						t.Fatalf("it ended: %v", e.err)
					}
					s.bury(t, false)
					s.again(t)
				})
			}
		}
	}
}

func TestDiskWithMediumErrors(t *testing.T) {
	for cause, medium := range map[unix.Errno]bool{unix.ENODATA: true, unix.EIO: false} {
		s := newStage(t, true)
		s.tools.On(func(context.Context, tool.Call) (tool.Result, error) {
			return tool.Result{}, &os.PathError{Op: "write", Path: "/dev/x", Err: cause}
		}, "mkfs.ext4")
		result, err := s.runner.Run(t.Context(), s.env)
		s.check(t, result, err)
		if !errors.Is(err, cause) || strings.Contains(fmt.Sprint(err), "a medium error") != medium {
			t.Errorf("%v: %v", cause, err)
		}
	}
}

// gone is a disk that is no longer there after a program failed.
type gone struct {
	*disk
	is bool
}

func (g *gone) Gone() bool { return g.is }

// TestDiskThatIsGone lets the disk go away under a program, which tells of something else.
func TestDiskThatIsGone(t *testing.T) {
	for _, is := range []bool{false, true} {
		s := newStage(t, true)
		s.env.Open = func(plan.Plan) (target.Target, error) {
			s.disk.held++
			return &gone{s.disk, is}, nil
		}
		s.tools.On(tooltest.Fails(1, "No space left on device"), "mkfs.ext4")
		result, err := s.runner.Run(t.Context(), s.env)
		s.check(t, result, err)
		text := fmt.Sprint(err)
		if strings.Contains(text, "the disk is no longer there: it was unplugged") != is || !strings.Contains(text, "No space left on device") {
			t.Errorf("gone=%v: %v", is, err)
		}
	}
}
