package persist

import (
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// allowed gives the runtime two threads for Go's code during a test.
func allowed(t *testing.T) {
	t.Helper()
	before := runtime.GOMAXPROCS(2)
	t.Cleanup(func() { runtime.GOMAXPROCS(before) })
}

func wantThreads(t *testing.T, when string, want int) {
	t.Helper()
	if got := runtime.GOMAXPROCS(0); got != want {
		t.Errorf("%s: %d threads, not %d", when, got, want)
	}
}

func TestRoom(t *testing.T) {
	allowed(t)
	var r room
	r.add(8)
	wantThreads(t, "for one scan", 9)
	r.add(8)
	wantThreads(t, "for two", 17)
	r.add(-8)
	wantThreads(t, "for the one that is left", 9)
	r.add(-8)
	wantThreads(t, "for none", 2)
	r.add(1)
	wantThreads(t, "where there is enough", 2)
	r.add(-1)
	wantThreads(t, "where there was enough", 2)

	r.add(8)
	runtime.GOMAXPROCS(3)
	r.add(-8)
	wantThreads(t, "after somebody else said three", 3)

	var all sync.WaitGroup
	for range 50 {
		all.Go(func() { r.add(8); r.add(-8) })
	}
	all.Wait()
	wantThreads(t, "after many at once", 3)
}

// TestRoomIsGivenBack has one scan begin and end while another one that needs room is still at work.
func TestRoomIsGivenBack(t *testing.T) {
	allowed(t)
	joined, over := make(chan struct{}), make(chan struct{})
	var mu sync.Mutex
	seen := map[*worker]bool{}
	long := grower(t, func(w *worker) {
		if !w.crowd.grown.Load() {
			return
		}
		mu.Lock()
		if !seen[w] {
			seen[w] = true
			if len(seen) == usualWorkers+1 { // so there is one for whom room was made
				close(joined)
			}
		}
		mu.Unlock()
		<-over
	})
	var walk sync.WaitGroup
	walk.Go(func() { long.run(usualWorkers) })
	<-joined
	wantThreads(t, "for the first scan", usualWorkers+moreWorkers+1)
	want := 2*(usualWorkers+moreWorkers) + 1
	var reached atomic.Bool
	short := grower(t, func(w *worker) {
		for end := time.Now().Add(10 * time.Second); w.crowd.grown.Load() && !reached.Load() && time.Now().Before(end); time.Sleep(time.Millisecond) {
			if runtime.GOMAXPROCS(0) == want { // the room is made right after it is said that the walk has grown
				reached.Store(true)
			}
		}
	})
	short.run(usualWorkers)
	if !reached.Load() {
		t.Errorf("two scans never had %d threads", want)
	}
	wantThreads(t, "for the first scan again", usualWorkers+moreWorkers+1)
	close(over)
	walk.Wait()
	wantThreads(t, "after both", 2)
}
