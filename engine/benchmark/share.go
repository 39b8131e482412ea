package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"

	"lethe/engine"
	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/event"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// clocked remembers when children ran.
type clocked struct {
	tool.Exec
	mu    sync.Mutex
	spans [][2]time.Time
}

// Run notes start and end of the child.
func (c *clocked) Run(ctx context.Context, call tool.Call) (tool.Result, error) {
	start := time.Now()
	result, err := c.Exec.Run(ctx, call)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.spans = append(c.spans, [2]time.Time{start, time.Now()})
	return result, err
}

// busy is the time in which at least one child ran.
func (c *clocked) busy() time.Duration {
	slices.SortFunc(c.spans, func(a, b [2]time.Time) int { return a[0].Compare(b[0]) })
	var total time.Duration
	var end time.Time
	for _, span := range c.spans {
		if span[0].Before(end) {
			span[0] = end
		}
		if span[1].After(span[0]) {
			total, end = total+span[1].Sub(span[0]), span[1]
		}
	}
	return total
}

// ownShare prints the part of a rehearsal's run in which the engine itself works.
func ownShare(runs int) error {
	var shares, walls []time.Duration
	for range runs {
		share, wall, err := oneShare()
		if err != nil {
			return err
		}
		shares, walls = append(shares, share), append(walls, wall)
	}
	fmt.Printf("%-40s %v of %v (wall without children)\n", "the engine's own share, quick key", median(shares), median(walls))
	return nil
}

func oneShare() (share, wall time.Duration, err error) {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(folder)
	wishes, err := config.Preset("walkthrough")
	if err != nil {
		return 0, 0, err
	}
	ctx := context.Background()
	stage, err := engine.Prepare(ctx, engine.Rehearsal{
		Path:    filepath.Join(folder, "disk.img"),
		Request: engine.Request{Wishes: wishes, KDF: command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}},
	})
	if err != nil {
		return 0, 0, err
	}
	secrets := secret.NewStore()
	defer secrets.Wipe()
	secrets.Put(command.Passphrase, secret.New([]byte(passphrase)))
	clock := &clocked{}
	stage.Tools = clock
	start := time.Now()
	if _, err := stage.Run(ctx, secrets, event.SinkFunc(func(event.Event) {})); err != nil {
		return 0, 0, err
	}
	wall = time.Since(start)
	return wall - clock.busy(), wall, nil
}
