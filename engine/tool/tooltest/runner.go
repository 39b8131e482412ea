// Package tooltest is a scripted stand-in for outside programs. A program that no test spoke of fails, so that no
// step can run one unnoticed. Real programs can be let through one by one, with [tool.Exec]'s Run as their handler.
package tooltest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"lethe/engine/command"
	"lethe/engine/tool"
)

// ErrUnscripted is what a program gives that no test spoke of.
var ErrUnscripted = errors.New("no test scripted this program")

// Handler plays one call of a program.
type Handler func(ctx context.Context, call tool.Call) (tool.Result, error)

// Runner plays programs by their handlers and remembers the calls. It is safe for concurrent use.
type Runner struct {
	mu       sync.Mutex
	handlers map[string]Handler
	lacking  []string
	calls    []command.Command
}

// New makes a runner that knows no program.
func New() *Runner { return &Runner{handlers: map[string]Handler{}} }

// On sets how programs are played.
func (r *Runner) On(h Handler, names ...string) *Runner {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, name := range names {
		r.handlers[name] = h
	}
	return r
}

// Lack makes programs missing.
func (r *Runner) Lack(names ...string) *Runner {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lacking = append(r.lacking, names...)
	return r
}

// Run plays the call.
func (r *Runner) Run(ctx context.Context, call tool.Call) (tool.Result, error) {
	r.mu.Lock()
	r.calls = append(r.calls, call.Command)
	h, ok := r.handlers[call.Command.Name]
	r.mu.Unlock()
	if !ok {
		return tool.Result{}, fmt.Errorf("cannot run %s: %w", call.Command.Shell(), ErrUnscripted)
	}
	return h(ctx, call)
}

// Missing gives the names that were made missing.
func (r *Runner) Missing(names ...string) []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var missing []string
	for _, name := range names {
		if slices.Contains(r.lacking, name) {
			missing = append(missing, name)
		}
	}
	return missing
}

// Calls gives every call so far.
func (r *Runner) Calls() []command.Command {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.calls)
}

// Says plays a program that prints text and succeeds.
func Says(stdout string) Handler {
	return func(context.Context, tool.Call) (tool.Result, error) {
		return tool.Result{Stdout: []byte(stdout)}, nil
	}
}

// Fails plays a program that complains and exits with a code.
func Fails(code int, complaint string) Handler {
	return func(_ context.Context, call tool.Call) (tool.Result, error) {
		if call.Line != nil {
			call.Line(complaint)
		}
		return tool.Result{Stderr: complaint}, &tool.Error{Command: call.Command, Exit: code, Tail: complaint, Cause: fmt.Errorf("it exited with code %d", code)}
	}
}

// Hangs plays a program that never ends by itself. started is closed when it runs.
func Hangs(started chan<- struct{}) Handler {
	var once sync.Once
	return func(ctx context.Context, call tool.Call) (tool.Result, error) {
		once.Do(func() { close(started) })
		<-ctx.Done()
		return tool.Result{}, &tool.Error{Command: call.Command, Exit: -1, Cause: context.Cause(ctx)}
	}
}
