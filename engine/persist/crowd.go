package persist

import (
	"sync"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const (
	usualWorkers = 2
	moreWorkers  = 6   // who come when the disk must be waited for, so that it has several orders at a time
	muchRead     = 512 // blocks of 512 bytes after which they come
	lookEvery    = 16  // folders
)

// crowd are the workers of a walk. More of them than the machine has cores are a burden while everything is in memory: they only wait for
// each other's findings.
type crowd struct {
	wait    sync.WaitGroup
	more    int   // who may still come, all at once; it does not change
	before  int64 // blocks read when the walk began
	folders atomic.Int64
	grown   atomic.Bool
	made    int // workers that [threads] made room for, until the walk ends
}

// grow calls the rest when the disk is read. A worker calls it after each folder.
func (k *walk) grow() {
	c := &k.crowd
	if c.more == 0 || c.grown.Load() || c.folders.Add(1)%lookEvery != 0 || blocksRead()-c.before < muchRead || !c.grown.CompareAndSwap(false, true) {
		return
	}
	if k.quick {
		c.made = usualWorkers + c.more
		threads.add(c.made)
	}
	k.queue.join(c.more)
	for range c.more {
		c.wait.Go(k.work)
	}
}

// end waits for all workers.
func (c *crowd) end() {
	c.wait.Wait()
	if c.made > 0 {
		threads.add(-c.made)
		c.made = 0
	}
}

// blocksRead is how much this process has had to read from disks so far.
func blocksRead() int64 {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return 0
	}
	return int64(used.Inblock) //nolint:unconvert // it has another size on other machines
}
