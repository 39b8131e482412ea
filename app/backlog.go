package main

import (
	"cmp"
	"iter"
	"slices"

	"lethe/app/session"
	"lethe/engine/event"
)

// parcel is an event or a call, with its place among all that was said.
type parcel struct {
	place uint64
	event event.Event
	call  func()
}

// backlog is what was said and not delivered yet. However much is said, it stays small: of log lines it holds the newest, as many as
// the session would keep, and counts those that it dropped; of the progress of a step, the newest; of all else, everything. Adding
// takes the same short time however full it is. It is for one goroutine at a time.
type backlog struct {
	most     int // of log lines
	said     uint64
	logs     fifo
	progress map[string]parcel // by step
	kept     []parcel          // all else, in order
	dropped  uint64            // lines
}

// event adds an event.
func (b *backlog) event(e event.Event) {
	b.said++
	p := parcel{place: b.said, event: e}
	switch e.Kind {
	case event.Log:
		b.logs.push(p)
		if b.logs.length > b.most {
			b.dropped += session.LinesOf(b.logs.pop().event)
		}
	case event.Progress:
		if b.progress == nil {
			b.progress = map[string]parcel{}
		}
		b.progress[e.Step] = p
	default:
		b.kept = append(b.kept, p)
	}
}

// call adds a call.
func (b *backlog) call(f func()) {
	b.said++
	b.kept = append(b.kept, parcel{place: b.said, call: f})
}

// empty tells that nothing is to be delivered.
func (b *backlog) empty() bool { return b.logs.length+len(b.progress)+len(b.kept) == 0 }

// all gives what is left, in the order in which it was said, and uses it up.
func (b *backlog) all() iter.Seq[parcel] {
	others := b.kept
	for _, p := range b.progress {
		others = append(others, p)
	}
	slices.SortFunc(others, func(x, y parcel) int { return cmp.Compare(x.place, y.place) })
	return func(yield func(parcel) bool) {
		for b.logs.length > 0 || len(others) > 0 {
			var next parcel
			if len(others) == 0 || b.logs.length > 0 && b.logs.first().place < others[0].place {
				next = b.logs.pop()
			} else {
				next, others = others[0], others[1:]
			}
			if !yield(next) {
				return
			}
		}
	}
}

// fifo gives parcels back in the order in which they came. It grows in pieces of one size, so that no single push copies all of it, and
// uses an empty piece again.
type fifo struct {
	length int
	pieces []*[piece]parcel
	spare  *[piece]parcel
	begin  int // in the first piece
	end    int // in the last one
}

// piece is how many parcels are allocated at once: some 24 KiB.
const piece = 128

func (f *fifo) push(p parcel) {
	if len(f.pieces) == 0 || f.end == piece {
		if f.spare == nil {
			f.spare = new([piece]parcel)
		}
		f.pieces, f.spare, f.end = append(f.pieces, f.spare), nil, 0
	}
	f.pieces[len(f.pieces)-1][f.end] = p
	f.end++
	f.length++
}

// first gives the oldest parcel; there must be one.
func (f *fifo) first() *parcel { return &f.pieces[0][f.begin] }

// pop takes the oldest parcel out; there must be one.
func (f *fifo) pop() parcel {
	p := *f.first()
	*f.first() = parcel{} // its text may go
	f.begin++
	f.length--
	switch {
	case f.begin == piece:
		f.spare, f.pieces, f.begin = f.pieces[0], f.pieces[1:], 0
	case f.length == 0:
		f.begin, f.end = 0, 0
	}
	return p
}
