package engine

import (
	"cmp"
	"context"
	"fmt"

	"lethe/engine/event"
	"lethe/engine/flake"
	"lethe/engine/helper"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// Trees is a system below any folders, worked on by this process with what it may do. [InstalledPlace] makes its place.
type Trees struct{ keep.Place }

var _ helper.Explorer = Trees{}

// Scan compares the trees, by what the one at the root declares.
func (t Trees) Scan(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	return Explore(ctx, persist.Request{
		Root: cmp.Or(t.Root, "/"), Persist: cmp.Or(t.Persist, flake.Storage), Progress: progress,
		Orphans: r.Orphans, Kept: r.Kept, Noise: r.Noise, Since: r.Since, Nanoseconds: r.Nanoseconds,
	}, sink)
}

// PlanKeep says what keeping paths would do.
func (t Trees) PlanKeep(ctx context.Context, paths []string) (keep.Plan, error) {
	return PlanKeep(ctx, t.Place, paths...)
}

// Keep does what a reviewed plan says.
func (t Trees) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	return Keep(ctx, t.Place, p, progress)
}

// Waiting lists what was copied and is not shown yet.
func (t Trees) Waiting(_ context.Context, paths []string) ([]keep.Pending, error) {
	return WaitingKept(t.Place, paths)
}

// Sync copies that again.
func (t Trees) Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	return SyncKept(ctx, t.Place, paths, progress)
}

// PlanForget says what forgetting paths would do.
func (t Trees) PlanForget(ctx context.Context, paths []string) (keep.ForgetPlan, error) {
	return PlanForget(ctx, t.Place, paths...)
}

// Forget does what a reviewed plan says.
func (t Trees) Forget(ctx context.Context, p keep.ForgetPlan) (keep.ForgetResult, error) {
	return Forget(ctx, t.Place, p)
}

// Forgotten lists what was forgotten and not deleted yet.
func (t Trees) Forgotten(context.Context) ([]keep.Forgotten, error) { return ListForgotten(t.Place) }

// Delete deletes for good what was forgotten at a date or on a day.
func (t Trees) Delete(_ context.Context, date string) ([]keep.Forgotten, error) {
	return DeleteForgotten(t.Place, date)
}

// trees is what a Local looks at, keeps and forgets.
func (l Local) trees() (Trees, error) {
	if l.System != (keep.Place{}) {
		return Trees{l.System}, nil
	}
	p, err := InstalledPlace("", "", "")
	if err != nil {
		return Trees{}, fmt.Errorf("cannot find the running system: %w", err)
	}
	return Trees{p}, nil
}

// writing does something to the running system under the lock: nobody installs or keeps at the same time.
func writing[T any](l Local, title string, do func(Trees) (T, error)) (result T, err error) {
	t, err := l.trees()
	if err != nil {
		return result, err
	}
	lock, err := l.lock(title)
	if err != nil {
		return result, err
	}
	defer lock.Close()
	return do(t)
}

// Scan tells what the next boot of the running system would forget. It takes no lock.
func (l Local) Scan(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	t, err := l.trees()
	if err != nil {
		return persist.Summary{}, err
	}
	return t.Scan(ctx, r, sink, progress)
}

// PlanKeep says what keeping paths would do.
func (l Local) PlanKeep(ctx context.Context, paths []string) (keep.Plan, error) {
	t, err := l.trees()
	if err != nil {
		return keep.Plan{}, err
	}
	return t.PlanKeep(ctx, paths)
}

// Keep does what a reviewed plan says.
func (l Local) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	title := "keeping nothing"
	if len(p.Items) > 0 {
		title = titleOfPaths("keeping", p.Items[0].Path, len(p.Items))
	}
	return writing(l, title, func(t Trees) (keep.Result, error) { return t.Keep(ctx, p, progress) })
}

// titleOfPaths says what is done, for whoever finds the lock held.
func titleOfPaths(what, first string, n int) string {
	if n > 1 {
		return fmt.Sprintf("%s %s and %d more", what, event.Plain(first), n-1)
	}
	return what + " " + event.Plain(first)
}

// Waiting lists what was copied and is not shown yet.
func (l Local) Waiting(ctx context.Context, paths []string) ([]keep.Pending, error) {
	t, err := l.trees()
	if err != nil {
		return nil, err
	}
	return t.Waiting(ctx, paths)
}

// Sync copies that again.
func (l Local) Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	return writing(l, "copying again what is kept", func(t Trees) (keep.Result, error) { return t.Sync(ctx, paths, progress) })
}

// PlanForget says what forgetting paths would do.
func (l Local) PlanForget(ctx context.Context, paths []string) (keep.ForgetPlan, error) {
	t, err := l.trees()
	if err != nil {
		return keep.ForgetPlan{}, err
	}
	return t.PlanForget(ctx, paths)
}

// Forget does what a reviewed plan says.
func (l Local) Forget(ctx context.Context, p keep.ForgetPlan) (keep.ForgetResult, error) {
	title := "forgetting nothing"
	if len(p.Items) > 0 {
		title = titleOfPaths("forgetting", p.Items[0].Path, len(p.Items))
	}
	return writing(l, title, func(t Trees) (keep.ForgetResult, error) { return t.Forget(ctx, p) })
}

// Forgotten lists what was forgotten and not deleted yet.
func (l Local) Forgotten(ctx context.Context) ([]keep.Forgotten, error) {
	t, err := l.trees()
	if err != nil {
		return nil, err
	}
	return t.Forgotten(ctx)
}

// Delete deletes for good what was forgotten at a date or on a day.
func (l Local) Delete(ctx context.Context, date string) ([]keep.Forgotten, error) {
	return writing(l, "deleting what was forgotten", func(t Trees) ([]keep.Forgotten, error) { return t.Delete(ctx, date) })
}
