package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"

	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// engineSide is what the window asks of the engine. Every call may take long, so each is made from a goroutine of its own, never
// from the one that draws.
type engineSide interface {
	// Inventory reads the disks as far as an ordinary user can.
	Inventory(ctx context.Context) (device.Inventory, error)
	// Plan makes a plan; nothing is written.
	Plan(ctx context.Context, disk device.Disk, r engine.Request) (plan.Plan, error)
	// Prepare makes the virtual disk of a rehearsal and its plan.
	Prepare(ctx context.Context, r engine.Rehearsal) (stage, error)
	// Connect starts the root side, which may ask the user for a password.
	Connect(ctx context.Context) (host, error)
	// Export writes the configuration of a plan to a new folder or archive; kept is a clone that a rehearsal left, or "".
	Export(ctx context.Context, p plan.Plan, kept, to string) error
	// Explore opens a system to look at what its next boot would forget: this one, or a made-up one for rehearsing.
	Explore(ctx context.Context, madeUp bool) (system, error)
}

// host is the root side, until it is closed.
type host interface {
	engine.Host
	Close(ctx context.Context) error
}

// stage is a rehearsal that can be run.
type stage interface {
	Plan() plan.Plan
	Disk() device.Disk
	Run(ctx context.Context, secrets *secret.Store, sink event.Sink) (engine.Rehearsed, error)
	// Repo is where the run leaves the configuration.
	Repo() string
	// Remove deletes the virtual disk and all that belongs to it.
	Remove() error
}

// realEngine is the engine itself.
type realEngine struct{}

var _ engineSide = realEngine{}

func (realEngine) Inventory(ctx context.Context) (device.Inventory, error) {
	return engine.Inventory(ctx)
}

func (realEngine) Plan(ctx context.Context, disk device.Disk, r engine.Request) (plan.Plan, error) {
	return engine.Plan(ctx, disk, r)
}

func (realEngine) Prepare(ctx context.Context, r engine.Rehearsal) (stage, error) {
	s, err := engine.Prepare(ctx, r)
	if err != nil {
		return nil, err
	}
	return realStage{s}, nil
}

// Connect starts the lethe-engine that lies beside this program: root runs no other.
func (realEngine) Connect(ctx context.Context) (host, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, fmt.Errorf("cannot find this program: %w", err)
	}
	program := filepath.Join(filepath.Dir(self), "lethe-engine")
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("cannot start the root side: %w; put lethe-engine into the folder of this program", err)
	}
	return engine.Connect(ctx, program)
}

func (realEngine) Export(ctx context.Context, p plan.Plan, kept, to string) error {
	return engine.Export(ctx, p, kept, to)
}

// realStage gives an engine.Stage the methods of stage.
type realStage struct{ *engine.Stage }

func (s realStage) Plan() plan.Plan   { return s.Stage.Plan }
func (s realStage) Disk() device.Disk { return s.Stage.Disk }
func (s realStage) Repo() string      { return plan.RepoDir(s.Stage.Path) }
