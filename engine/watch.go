package engine

import (
	"context"
	"errors"

	"lethe/engine/event"
)

// Watch hands on what the installation in another process tells.
func (Local) Watch(context.Context, event.Sink) error {
	return errors.New("cannot watch: no other Lethe is at work on this machine")
}

// Stop asks the installation in another process to cancel.
func (Local) Stop(context.Context) error {
	return errors.New("cannot stop: no other Lethe is at work on this machine")
}
