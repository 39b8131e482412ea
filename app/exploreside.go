package main

import (
	"context"
	"os"
	"sync"

	"lethe/app/madeup"
	"lethe/engine"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// system is what the explorer looks at and changes. Every call may take long, so each is made from a goroutine of its own.
type system interface {
	engine.Explorer
	// Rebuild is the command that makes the system keep what waits.
	Rebuild() string
	// AsRoot tells that nothing is hidden, and that keeping needs no other permission.
	AsRoot() bool
	// Close lets go of it. A made-up system is gone then.
	Close() error
}

// Explore opens a system in this very process: a made-up one, or this one as far as this user may read it.
func (realEngine) Explore(ctx context.Context, madeUp bool) (system, error) {
	if madeUp {
		made, err := madeup.Make(ctx, os.TempDir())
		return rehearsed{engine.Trees{Place: made.Place}, made}, err
	}
	place, err := engine.InstalledPlace("", "", "")
	if err != nil {
		return nil, err
	}
	if os.Geteuid() == 0 {
		return &running{Explorer: engine.Local{System: place}, rebuild: place.Rebuild(), root: true}, nil
	}
	return &running{Explorer: engine.Trees{Place: place}, rebuild: place.Rebuild()}, nil
}

// running is this system.
type running struct {
	engine.Explorer
	rebuild string
	root    bool
	host    host       // nil in this process
	one     sync.Mutex // the root side looks at one thing at a time
}

func (s *running) Rebuild() string { return s.rebuild }
func (s *running) AsRoot() bool    { return s.root }

func (s *running) Scan(ctx context.Context, r engine.ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	s.one.Lock()
	defer s.one.Unlock()
	return s.Explorer.Scan(ctx, r, sink, progress)
}

func (s *running) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	s.one.Lock()
	defer s.one.Unlock()
	return s.Explorer.Keep(ctx, p, progress)
}

func (s *running) Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	s.one.Lock()
	defer s.one.Unlock()
	return s.Explorer.Sync(ctx, paths, progress)
}

func (s *running) Close() error {
	if s.host == nil {
		return nil
	}
	return hangUp(s.host)
}

// rehearsed is a made-up system. Its root is a folder, so what its tmpfs would hold is made up too.
type rehearsed struct {
	engine.Trees
	made madeup.System
}

func (rehearsed) AsRoot() bool { return true }

// Rebuild is what it would be on a real system: nobody is told to rebuild their own from a temporary folder.
func (s rehearsed) Rebuild() string { return keep.Place{Host: s.Host}.Rebuild() }

func (s rehearsed) Scan(ctx context.Context, r engine.ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	request := s.made.Request()
	request.Orphans, request.Kept, request.Noise, request.Progress = r.Orphans, r.Kept, r.Noise, progress
	sum, err := engine.Explore(ctx, request, sink)
	sum.Space = s.made.Space(sum.Lost().Blocks + sum.Noise.Blocks)
	return sum, err
}

func (s rehearsed) PlanKeep(ctx context.Context, paths []string) (keep.Plan, error) {
	for _, path := range paths {
		if err := s.made.Dress(path); err != nil {
			return keep.Plan{}, err
		}
	}
	return s.Trees.PlanKeep(ctx, paths)
}

func (s rehearsed) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	r, err := s.Trees.Keep(ctx, p, progress)
	return s.told(r), err
}

func (s rehearsed) Sync(ctx context.Context, paths []string, progress func(keep.Progress)) (keep.Result, error) {
	r, err := s.Trees.Sync(ctx, paths, progress)
	return s.told(r), err
}

func (s rehearsed) told(r keep.Result) keep.Result {
	if r.Rebuild != "" {
		r.Rebuild = s.Rebuild()
	}
	return r
}

func (s rehearsed) Forget(ctx context.Context, p keep.ForgetPlan) (keep.ForgetResult, error) {
	r, err := s.Trees.Forget(ctx, p)
	if r.Rebuild != "" {
		r.Rebuild = s.Rebuild()
	}
	return r, err
}

func (s rehearsed) Close() error { return s.made.Remove() }

var (
	_ system = (*running)(nil)
	_ system = rehearsed{}
)
