package persist

import (
	"bytes"
	"sync"
)

// batch are folders of one folder that wait to be read. Their names are packed, so that a million of them take the bytes of their names.
type batch struct {
	parent  string // relative to the tree, without a slash at its ends
	names   []byte // each ended by a NUL
	other   bool   // the other tree has parent
	covered bool   // something above is kept
}

// take gives the next folder's path, appended to path[:0].
func (b *batch) take(path []byte) []byte {
	name, rest, _ := bytes.Cut(b.names, []byte{0})
	b.names = rest
	path = append(path[:0], b.parent...)
	if b.parent != "" {
		path = append(path, '/')
	}
	return append(path, name...)
}

// queue hands folders to workers, the newest first, so that few wait at a time.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	batches []batch
	busy    int // workers that may still add something
	stopped bool
}

func newQueue(workers int) *queue {
	q := &queue{busy: workers}
	q.changed = sync.NewCond(&q.mu)
	return q
}

// join counts workers who come later. One who is there already must call it.
func (q *queue) join(workers int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy += workers
}

// add puts folders on top.
func (q *queue) add(b batch) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.batches = append(q.batches, b)
	q.changed.Broadcast()
}

// next takes the top folder, and waits while there is none and another worker may still add some. The batch that comes back says all but the
// names. idle is called before waiting.
func (q *queue) next(path []byte, idle func()) (batch, []byte, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.batches) == 0 && !q.stopped {
		q.mu.Unlock()
		idle()
		q.mu.Lock()
		if len(q.batches) > 0 || q.stopped {
			break
		}
		if q.busy--; q.busy == 0 {
			q.changed.Broadcast()
			return batch{}, path, false
		}
		q.changed.Wait()
		if q.busy == 0 {
			return batch{}, path, false
		}
		q.busy++
	}
	if q.stopped {
		return batch{}, path, false
	}
	top := &q.batches[len(q.batches)-1]
	path = top.take(path)
	b := *top
	b.names = nil
	if len(top.names) == 0 {
		q.batches[len(q.batches)-1] = batch{}
		q.batches = q.batches[:len(q.batches)-1]
	}
	return b, path, true
}

// stop makes every worker return.
func (q *queue) stop() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.stopped = true
	q.changed.Broadcast()
}
