package engine

import (
	"context"
	"os"
	"path/filepath"

	"lethe/engine/persist/keep"
)

// InstalledPlace is the running system as Lethe installs it, with other folders where they are named ("" is the usual one).
// Links in the paths are resolved here; below them none is followed.
func InstalledPlace(root, persist, repo string) (keep.Place, error) {
	p := keep.Place{}
	for _, f := range []struct {
		to         *string
		name, here string
	}{{&p.Root, root, "/"}, {&p.Persist, persist, ""}, {&p.Repo, repo, "/etc/nixos"}} {
		if f.name == "" {
			f.name = f.here
		}
		if f.name == "" {
			continue
		}
		real, err := filepath.EvalSymlinks(f.name)
		if err != nil && f.name == f.here {
			real, err = f.name, nil // what is missing is said where it is needed
		}
		if err != nil {
			return keep.Place{}, err
		}
		if *f.to, err = filepath.Abs(real); err != nil {
			return keep.Place{}, err
		}
	}
	host, err := os.Hostname()
	if err != nil {
		return keep.Place{}, err
	}
	if root == "" || p.Root == "/" {
		p.Host = host
	}
	return p, nil
}

// PlanKeep says what keeping paths would do; nothing is written. See [keep.PlanKeep].
func PlanKeep(ctx context.Context, p keep.Place, paths ...string) (keep.Plan, error) {
	return keep.PlanKeep(ctx, p, paths...)
}

// Keep does what a reviewed plan says: it copies, verifies and declares. Progress comes at most twenty times a second for each path.
func Keep(ctx context.Context, p keep.Place, plan keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	return keep.Keep(ctx, p, plan, progress)
}

// SyncKept copies again what waits for a rebuild: the paths, or all.
func SyncKept(ctx context.Context, p keep.Place, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	return keep.Sync(ctx, p, paths, progress)
}

// WaitingKept lists what was copied and is not shown by the running system yet: the paths, or all.
func WaitingKept(p keep.Place, paths []string) ([]keep.Pending, error) {
	return keep.PlanSync(p, paths)
}

// PlanForget says what forgetting paths would do; nothing is written.
func PlanForget(ctx context.Context, p keep.Place, paths ...string) (keep.ForgetPlan, error) {
	return keep.PlanForget(ctx, p, paths...)
}

// Forget does what a reviewed plan says: nothing is deleted, only moved to [keep.ForgottenFolder].
func Forget(ctx context.Context, p keep.Place, plan keep.ForgetPlan) (keep.ForgetResult, error) {
	return keep.Forget(ctx, p, plan)
}

// ListForgotten tells what was forgotten and not deleted yet.
func ListForgotten(p keep.Place) ([]keep.Forgotten, error) { return keep.ListForgotten(p) }

// DeleteForgotten deletes for good what was forgotten at a date or on a day.
func DeleteForgotten(p keep.Place, date string) ([]keep.Forgotten, error) {
	return keep.Delete(p, date)
}
