package tool

import (
	"encoding/json"
	"strings"

	"lethe/engine/event"
	"lethe/engine/quantity"
)

// Numbers of Nix's record, from its src/libutil/logging.hh. They are the same from 2.8 to 2.36.
const (
	actCopyPath   = 100
	actRealise    = 102
	actCopyPaths  = 103
	actBuilds     = 104
	actBuild      = 105
	actSubstitute = 108

	resProgress    = 105
	resSetExpected = 106
)

// mostActivities bounds how many activities are remembered at a time. Nix has some dozens.
const mostActivities = 4096

// nixRecord adds up the activities of Nix's record, as its own progress bar does. Several Nixes may come one after the
// other.
type nixRecord struct {
	seen  bool
	live  map[uint64]*activity
	ended map[int]uint64 // done by activities that ended, by type
}

// activity is something under way.
type activity struct {
	kind           int
	done, expected uint64
	bytes          uint64 // that it expects to be copied in all
}

// entry is a line of the record.
type entry struct {
	Action string            `json:"action"`
	ID     uint64            `json:"id"`
	Type   int               `json:"type"`
	Text   string            `json:"text"`
	Msg    string            `json:"msg"`
	Fields []json.RawMessage `json:"fields"`
}

// readRecord reads a line of the record, with the messages in it or without. A line that is none, or was cut, is left out.
func (p *NixProgress) readRecord(text string, messages bool) {
	var e entry
	if json.Unmarshal([]byte(text), &e) != nil {
		return
	}
	switch e.Action {
	case "msg":
		if !messages {
			return
		}
		p.plain(printable([]byte(withoutColour(e.Msg))))
	case "start":
		p.begin(e)
	case "stop":
		p.record.stop(e.ID)
	case "result":
		p.record.result(e)
	}
}

// begin takes notice of an activity.
func (p *NixProgress) begin(e entry) {
	switch e.Type {
	case actBuild:
		p.work.Now = "building " + pathName(e.text(0))
	case actSubstitute:
		p.work.Now = "copying " + pathName(e.text(0))
	case actCopyPath, actRealise, actCopyPaths, actBuilds:
		p.record.start(e)
	}
}

func (r *nixRecord) start(e entry) {
	if r.live == nil {
		r.live, r.ended = map[uint64]*activity{}, map[int]uint64{}
	}
	if len(r.live) < mostActivities {
		r.live[e.ID] = &activity{kind: e.Type}
	}
}

func (r *nixRecord) stop(id uint64) {
	if a := r.live[id]; a != nil {
		r.ended[a.kind] = min(r.ended[a.kind]+a.done, mostBytes)
		delete(r.live, id)
	}
}

func (r *nixRecord) result(e entry) {
	a := r.live[e.ID]
	switch {
	case a == nil:
	case e.Type == resProgress:
		a.done, a.expected = e.number(0), e.number(1)
		r.seen = true
	case e.Type == resSetExpected && e.number(0) == actCopyPath:
		a.bytes = e.number(1)
	}
}

// read puts the sums into w where they are larger, and gives how many were built and copied.
func (r *nixRecord) read(w *event.Work) (built, copied int) {
	done := map[int]uint64{}
	expected := map[int]uint64{}
	for kind, n := range r.ended {
		done[kind], expected[kind] = n, n
	}
	bytes := r.ended[actCopyPath]
	var total uint64
	for _, a := range r.live {
		done[a.kind] = min(done[a.kind]+a.done, mostBytes)
		expected[a.kind] = min(expected[a.kind]+a.expected, mostBytes)
		total = min(total+a.bytes, mostBytes)
	}
	bytes = max(bytes, done[actCopyPath])
	w.Builds = max(w.Builds, int(min(expected[actBuilds], mostCounted)))
	w.Fetches = max(w.Fetches, int(min(expected[actCopyPaths], mostCounted)))
	w.BytesTotal = max(w.BytesTotal, quantity.Bytes(total))
	w.Bytes = max(w.Bytes, quantity.Bytes(bytes))
	return int(min(done[actBuilds], mostCounted)), int(min(done[actCopyPaths], mostCounted))
}

// number is a field that holds one, bounded; 0 otherwise.
func (e entry) number(i int) uint64 {
	var n uint64
	if i >= len(e.Fields) || json.Unmarshal(e.Fields[i], &n) != nil {
		return 0
	}
	return min(n, mostBytes)
}

// text is a field that holds one.
func (e entry) text(i int) string {
	var s string
	if i >= len(e.Fields) || json.Unmarshal(e.Fields[i], &s) != nil {
		return ""
	}
	return s
}

// withoutColour takes the colour codes out of a message.
func withoutColour(text string) string {
	for {
		before, rest, ok := strings.Cut(text, "\x1b[")
		if !ok {
			return text
		}
		_, after, _ := strings.Cut(rest, "m")
		text = before + after
	}
}
