package helper

import (
	"context"
	"errors"
	"fmt"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// ears listen to a scan or a copy. What is nil is not listened to.
type ears struct {
	found   func([]persist.Finding)
	scanned func(persist.Progress)
	copied  func(keep.Progress)
	unpack  unpacker
}

// listenWith has a scan or a copy listened to until the release.
func (c *Client) listenWith(e *ears) (release func(), err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.exploring {
		return nil, refusal(CodeBusy, "cannot look at two things at once: wait for the end of the first, or cancel it")
	}
	c.exploring, c.ears = true, e
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.exploring, c.ears = false, &ears{}
	}, nil
}

// found hands on a frame of findings. One that nobody waits for any more is read and dropped.
func (c *Client) found(payload []byte) error {
	c.mu.Lock()
	e := c.ears
	c.mu.Unlock()
	findings, err := e.unpack.read(payload)
	if err == nil && e.found != nil && len(findings) > 0 {
		e.found(findings)
	}
	return err
}

// Scan tells what the next boot of the running system would forget. A slow sink slows the scan; neither sink nor progress may call the client.
func (c *Client) Scan(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	release, err := c.listenWith(&ears{found: sink, scanned: progress})
	if err != nil {
		return persist.Summary{}, err
	}
	defer release()
	a, err := c.call(ctx, request{Op: opScan, Scan: &r})
	var sums persist.Summary
	if a.Scan != nil {
		sums = *a.Scan
		restore(a.Exact, len(sums.Unreadable), func(i int) *string { return &sums.Unreadable[i].Path })
	}
	return sums, because(ctx, "cannot finish the scan", err)
}

// because gives the caller's own reason where an operation was cancelled for that.
func because(ctx context.Context, what string, err error) error {
	var told *Error
	if cause := context.Cause(ctx); cause != nil && errors.As(err, &told) && told.Cancelled {
		return fmt.Errorf("%s: %w", what, cause)
	}
	return err
}

// PlanKeep says what keeping paths would do.
func (c *Client) PlanKeep(ctx context.Context, paths []string) (keep.Plan, error) {
	a, err := c.call(ctx, request{Op: opPlanKeep, Paths: pathsToBytes(paths)})
	if err != nil || a.KeepPlan == nil {
		return keep.Plan{}, err
	}
	p := *a.KeepPlan
	restore(a.Exact, len(p.Items), func(i int) *string { return &p.Items[i].Path })
	return p, nil
}

// Keep does what the plan says that PlanKeep gave last, once. Any other is refused.
func (c *Client) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	hash, err := hashOfKeep(p)
	if err != nil {
		return keep.Result{}, err
	}
	return c.copy(ctx, request{Op: opKeep, Hash: hash}, progress)
}

// copy waits for the end of a copy.
func (c *Client) copy(ctx context.Context, r request, progress func(keep.Progress)) (keep.Result, error) {
	release, err := c.listenWith(&ears{copied: progress})
	if err != nil {
		return keep.Result{}, err
	}
	defer release()
	a, err := c.call(ctx, r)
	if a.Kept == nil {
		return keep.Result{}, err
	}
	return *a.Kept, err
}

// Waiting lists what was copied and is not shown by the running system yet.
func (c *Client) Waiting(ctx context.Context, paths []string) ([]keep.Pending, error) {
	a, err := c.call(ctx, request{Op: opWaiting, Paths: pathsToBytes(paths)})
	return a.Waiting, err
}

// Sync copies again what waits for a rebuild.
func (c *Client) Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	return c.copy(ctx, request{Op: opSync, Paths: pathsToBytes(paths)}, progress)
}

// PlanForget says what forgetting paths would do.
func (c *Client) PlanForget(ctx context.Context, paths []string) (keep.ForgetPlan, error) {
	a, err := c.call(ctx, request{Op: opPlanForget, Paths: pathsToBytes(paths)})
	if err != nil || a.ForgetPlan == nil {
		return keep.ForgetPlan{}, err
	}
	p := *a.ForgetPlan
	restore(a.Exact, len(p.Items), func(i int) *string { return &p.Items[i].Path })
	return p, nil
}

// Forget does what the plan says that PlanForget gave last, once. Any other is refused.
func (c *Client) Forget(ctx context.Context, p keep.ForgetPlan) (keep.ForgetResult, error) {
	hash, err := hashOfForget(p)
	if err != nil {
		return keep.ForgetResult{}, err
	}
	a, err := c.call(ctx, request{Op: opForget, Hash: hash})
	if a.Forgot == nil {
		return keep.ForgetResult{}, err
	}
	result := *a.Forgot
	restore(a.Exact, len(result.Moved), func(i int) *string { return &result.Moved[i] })
	return result, err
}

// Forgotten lists what was forgotten and not deleted yet.
func (c *Client) Forgotten(ctx context.Context) ([]keep.Forgotten, error) {
	a, err := c.call(ctx, request{Op: opForgotten})
	return a.Forgotten, err
}

// Delete deletes for good what was forgotten at a date or on a day.
func (c *Client) Delete(ctx context.Context, date string) ([]keep.Forgotten, error) {
	a, err := c.call(ctx, request{Op: opDelete, Date: date})
	return a.Forgotten, err
}
