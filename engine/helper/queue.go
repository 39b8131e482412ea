package helper

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"lethe/engine/event"
)

// Bounds of what waits to be written. Only log lines and progress are ever left out for them; the rest of a run is short.
const (
	mostWaiting      = 4096    // messages
	mostWaitingBytes = 4 << 20 // of text in them
	mostReplies      = 256
	mostParcels      = 1 << 20 // bytes of findings; who finds waits then
)

// queue hands messages to a writer that may be slow, stuck or dead. Only who finds ever waits for it.
type queue struct {
	mu      sync.Mutex
	list    []toClient
	bytes   int  // of texts in list
	replies int  // in list
	parcels int  // bytes of findings in list
	tidings int  // reports of progress in list, of scans and copies
	dead    bool // a write failed: nobody listens
	closed  bool
	more    chan struct{} // has room for one
	room    chan struct{} // likewise: findings went out, or nobody listens any more
	ended   chan struct{} // closed when the writer ended
}

// newQueue starts a writer to w.
func newQueue(w io.Writer) *queue {
	q := &queue{more: make(chan struct{}, 1), room: make(chan struct{}, 1), ended: make(chan struct{})}
	go q.write(w)
	return q
}

// write sends what waits, in order.
func (q *queue) write(w io.Writer) {
	defer close(q.ended)
	for range q.more {
		for {
			m, ok, closed := q.next()
			if !ok && closed {
				return
			}
			if !ok {
				break
			}
			q.writeOne(w, m)
		}
	}
}

// writeOne sends one message. One that cannot be encoded becomes an error where somebody waits for it.
func (q *queue) writeOne(w io.Writer, m toClient) {
	text, err := m.parcel, error(nil)
	if text == nil {
		text, err = encode(m, mostMessage)
	}
	if err != nil && m.Reply != nil {
		text, err = encode(toClient{Reply: &reply{ID: m.Reply.ID, Error: refusal(CodeHost, "cannot send the answer: %v", err)}}, mostMessage)
	}
	if err != nil {
		return // a log line of 32 MiB
	}
	if _, err := w.Write(text); err != nil {
		q.mu.Lock()
		q.dead, q.list, q.bytes, q.replies, q.parcels, q.tidings = true, nil, 0, 0, 0, 0
		q.mu.Unlock()
		wake(q.room)
	}
}

// next takes the first message.
func (q *queue) next() (m toClient, ok, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.list) == 0 {
		q.list = nil // gives the memory of a long queue back
		return toClient{}, false, q.closed
	}
	m, q.list[0] = q.list[0], toClient{}
	q.list = q.list[1:]
	q.bytes -= m.size()
	switch {
	case m.Reply != nil:
		q.replies--
	case m.Scanned != nil || m.Copied != nil:
		q.tidings--
	case m.parcel != nil:
		q.parcels -= len(m.parcel)
		wake(q.room)
	}
	return m, true, q.closed
}

// send queues a message of any kind but an event.
func (q *queue) send(m toClient) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.add(m)
}

// event queues an event as safe makes it, or counts it where it is one that may be left out and nobody takes them.
func (q *queue) event(e event.Event, safe func(event.Event) event.Event) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if full := len(q.list) >= mostWaiting || q.bytes >= mostWaitingBytes; full && (e.Kind == event.Log || e.Kind == event.Progress) {
		q.drop(e)
		return
	}
	e = safe(e)
	q.add(toClient{Event: &e})
}

// drop counts an event in its place in the order.
func (q *queue) drop(e event.Event) {
	if d := q.list[len(q.list)-1].Dropped; d != nil {
		d.Count++
		d.Last = e.Seq
		return
	}
	q.add(toClient{Dropped: &dropped{Count: 1, Last: e.Seq}})
}

// add appends a message and wakes the writer.
func (q *queue) add(m toClient) {
	if q.dead || q.closed {
		return
	}
	q.list = append(q.list, m)
	q.bytes += m.size()
	switch {
	case m.Reply != nil:
		q.replies++
	case m.Scanned != nil || m.Copied != nil:
		q.tidings++
	}
	q.parcels += len(m.parcel)
	wake(q.more)
}

// wake fills a channel that has room for one, unless it is full.
func wake(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// errNobody is why findings are not taken any more.
var errNobody = errors.New("nobody reads what is found")

// findings queues a frame of findings once less than [mostParcels] waits. It gives up when ctx ends or nobody listens any more. One goroutine
// at a time may wait here.
func (q *queue) findings(ctx context.Context, frame []byte) error {
	for {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		q.mu.Lock()
		switch {
		case q.dead || q.closed:
			q.mu.Unlock()
			return errNobody
		case q.parcels < mostParcels:
			q.add(toClient{parcel: frame})
			q.mu.Unlock()
			return nil
		}
		q.mu.Unlock()
		select {
		case <-q.room:
		case <-ctx.Done():
		}
	}
}

// progress queues how far a scan or a copy is, unless such a report waits already: the next one says more.
func (q *queue) progress(m toClient) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.tidings == 0 {
		q.add(m)
	}
}

// crowded tells that the other side asks without reading the answers.
func (q *queue) crowded() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.replies >= mostReplies
}

// close writes what waits, for at most patience: a reader that never reads is left behind, with the writer.
func (q *queue) close(patience time.Duration) {
	q.mu.Lock()
	q.closed = true
	wake(q.more)
	q.mu.Unlock()
	select {
	case <-q.ended:
	case <-time.After(patience):
	}
}

// size is about the text that a message holds.
func (m toClient) size() int {
	if m.Event == nil {
		return len(m.parcel)
	}
	return len(m.Event.Text) + len(m.Event.Title) + len(m.Event.Next)
}
