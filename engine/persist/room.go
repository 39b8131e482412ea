package persist

import (
	"runtime"
	"sync"
)

// room lets goroutines be in the kernel although the runtime is not told that they are, and one more run beside them. It is about the whole
// process, in which several scans may be at work.
type room struct {
	mu      sync.Mutex
	workers int // of all scans
	before  int // what the runtime was allowed when there were none
	set     int // what it is allowed for them
}

// threads is the process's room.
var threads room

// add makes room for so many workers more, or for fewer. With the last of them goes all of it, unless somebody else has set the runtime
// to something since: that stays. One thing is not as before: the runtime does not follow a limit on processors that changes
// later, since it takes any number that it is given for the last word.
func (r *room) add(workers int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := runtime.GOMAXPROCS(0)
	if r.workers == 0 || now != r.set {
		r.before = now
	}
	r.workers += workers
	r.set = r.before
	if r.workers > 0 {
		r.set = max(r.before, r.workers+1)
	}
	if r.set != now {
		runtime.GOMAXPROCS(r.set)
	}
}
