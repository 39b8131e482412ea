package helper

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"lethe/engine/command"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/step"
)

// Client is a [Host] in another process. It may be used by several goroutines; the helper does one operation at a time and refuses a
// second one as busy.
//
// When the context of an operation ends, the helper is asked to cancel, and its answer is waited for: only that says what became of the disk.
type Client struct {
	process Process

	writing sync.Mutex // frames go out whole, and ids in order
	last    uint64     // id

	mu        sync.Mutex
	waiting   map[uint64]chan reply // by id
	applying  bool
	sink      event.Sink // of the run under way
	title     string     // of its step
	exploring bool
	ears      *ears  // of the scan or copy under way; never nil
	accepted  string // hash of the plan that can be applied

	complaint *Error // what the helper said last about no request in particular
	lost      error  // set before ended is closed
	ended     chan struct{}
}

var _ Host = (*Client)(nil)

// Facts reads everything anew.
func (c *Client) Facts(ctx context.Context) (Facts, error) {
	r, err := c.call(ctx, request{Op: opFacts})
	if err != nil || r.Facts == nil {
		return Facts{}, err
	}
	return *r.Facts, nil
}

// Accept proposes the plan.
func (c *Client) Accept(ctx context.Context, p plan.Plan) error {
	text, err := p.JSON()
	if err != nil {
		return err
	}
	hash, err := p.Hash()
	if err != nil {
		return err
	}
	c.accept("")
	if _, err := c.call(ctx, request{Op: opPropose, Hash: hash, Plan: text}); err != nil {
		return err
	}
	c.accept(hash)
	return nil
}

// propose is Accept where it has not just been called with the same plan.
func (c *Client) propose(ctx context.Context, p plan.Plan) error {
	hash, err := p.Hash()
	if err != nil {
		return err
	}
	c.mu.Lock()
	known := c.accepted == hash
	c.mu.Unlock()
	if known {
		return nil
	}
	return c.Accept(ctx, p)
}

func (c *Client) accept(hash string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.accepted = hash
}

// Install proposes the plan where Accept has not just done so, sends the secrets that it needs, and runs it. The secrets stay the
// caller's to wipe; the helper wipes its own at the end of the run. A slow sink may miss log lines and progress, and is told how many;
// it must not call the client. After a [*Lost] the state of the result is empty: nobody knows it.
func (c *Client) Install(ctx context.Context, p plan.Plan, secrets *secret.Store, sink event.Sink) (Result, error) {
	if missing := secrets.Missing(p.Secrets...); len(missing) > 0 {
		return untouched, fmt.Errorf("cannot install: the %s was not given", missing[0])
	}
	hash, err := p.Hash()
	if err != nil {
		return untouched, err
	}
	if err := c.propose(ctx, p); err != nil {
		return untouched, err
	}
	c.accept("") // it can be applied once
	for _, name := range p.Secrets {
		if err := c.sendSecret(name, secrets); err != nil {
			return untouched, err
		}
	}
	return c.apply(ctx, hash, sink)
}

// apply runs the plan with the hash.
func (c *Client) apply(ctx context.Context, hash string, sink event.Sink) (Result, error) {
	if err := context.Cause(ctx); err != nil {
		return untouched, err
	}
	if err := c.follow(sink); err != nil {
		return untouched, err
	}
	defer c.unfollow()
	r, err := c.call(ctx, request{Op: opApply, Hash: hash})
	switch {
	case r.Result != nil:
		return *r.Result, err
	case r.Error != nil: // no run began
		return untouched, err
	}
	return Result{}, err
}

// untouched is how a run ends that never began.
var untouched = Result{State: step.Untouched}

// follow begins to listen to a run.
func (c *Client) follow(sink event.Sink) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.applying {
		return refusal(CodeBusy, "cannot install: an installation is under way; wait for its end or cancel it")
	}
	c.applying, c.sink, c.title = true, sink, ""
	return nil
}

func (c *Client) unfollow() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.applying, c.sink = false, nil
}

// Prepare proposes the plan where Accept has not just done so, sends its secrets and has the key derived and passwords hashed ahead. It returns as
// soon as that has begun.
func (c *Client) Prepare(ctx context.Context, p plan.Plan, secrets *secret.Store) error {
	if err := c.propose(ctx, p); err != nil {
		return err
	}
	hash, err := p.Hash()
	if err != nil {
		return err
	}
	for _, name := range p.Secrets {
		if _, given := secrets.Get(name); given || name == command.Passphrase {
			if err := c.sendSecret(name, secrets); err != nil {
				return err
			}
		}
	}
	_, err = c.call(ctx, request{Op: opPrepare, Hash: hash})
	return err
}

// Recall gives the plan that continues the unfinished installation on a disk.
func (c *Client) Recall(ctx context.Context, disk string, secrets *secret.Store) (plan.Plan, error) {
	c.accept("") // the helper forgets what was proposed
	if _, given := secrets.Get(command.Passphrase); given {
		if err := c.sendSecret(command.Passphrase, secrets); err != nil {
			return plan.Plan{}, err
		}
	}
	r, err := c.call(ctx, request{Op: opRecall, Disk: disk})
	if err != nil {
		return plan.Plan{}, err
	}
	return plan.Decode(r.Plan)
}

// Watch hands on what the installation in another process tells. The sink must not call the client, but [Client.Stop] may be called
// meanwhile by others.
func (c *Client) Watch(ctx context.Context, sink event.Sink) error {
	if err := c.follow(sink); err != nil {
		return err
	}
	defer c.unfollow()
	_, err := c.call(ctx, request{Op: opWatch})
	return err
}

// Stop asks the installation in another process to cancel.
func (c *Client) Stop(ctx context.Context) error {
	_, err := c.call(ctx, request{Op: opStop})
	return err
}

// Release lets go of what an interrupted installation left, and names it.
func (c *Client) Release(ctx context.Context) ([]string, error) {
	r, err := c.call(ctx, request{Op: opRelease})
	return r.Released, err
}

// Reboot starts the machine again.
func (c *Client) Reboot(ctx context.Context) error {
	_, err := c.call(ctx, request{Op: opReboot})
	return err
}

// Close tells the helper that nobody is there any more, and waits for its end until ctx ends. A run that has reached nixos-install
// goes on after that; one that has not is cancelled.
func (c *Client) Close(ctx context.Context) error {
	err := c.process.CloseWrite()
	select {
	case <-c.ended: // then the input was closed already
		return nil
	case <-ctx.Done():
		return errors.Join(fmt.Errorf("the helper that runs as root goes on by itself: %w", context.Cause(ctx)), err)
	}
}
