package engine

import (
	"context"
	"errors"

	"lethe/engine/plan"
	"lethe/engine/secret"
)

// Prepare begins to derive the key.
func (Local) Prepare(context.Context, plan.Plan, *secret.Store) error {
	return errors.New("cannot derive the key ahead of the installation")
}
