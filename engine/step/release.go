package step

import (
	"context"
	"fmt"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
)

// release takes down what is built on the disk: only what the confirmed plan names, and only as long as the disk still
// carries exactly that.
type release struct{}

// Do deactivates by name, topmost first. Nothing is written to the disk.
func (*release) Do(ctx context.Context, e *Env) error {
	for _, r := range e.Plan.Release {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		active, err := e.Machine.Active(r)
		if err != nil {
			return fmt.Errorf("cannot tell whether %s is still there: %w", device.Clean(r.Name), err)
		}
		if !active { // gone together with what stood on it
			continue
		}
		if err := e.takeDown(ctx, r); err != nil {
			return fmt.Errorf("cannot take down %s: %w", device.Clean(r.Name), err)
		}
	}
	return nil
}

// deactivation bounds one such command: they wait for udev, and for ever where udev has lost the event.
const deactivation = time.Minute

// takeDown deactivates one thing.
func (e *Env) takeDown(ctx context.Context, r device.Release) error {
	limited, stop := context.WithTimeoutCause(ctx, deactivation, fmt.Errorf("it took longer than %s; restart the machine and try again", deactivation))
	defer stop()
	return e.run(limited, command.Deactivate(r.Kind, r.Name))
}

// Undo leaves things down: nothing of them was in use, and what took them up does so again when it is asked.
func (*release) Undo(context.Context, *Env) error { return nil }
