package event_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"lethe/engine/event"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.FixedZone("CET", 3600))

func clock() time.Time { return noon }

func redact(text string) string { return strings.ReplaceAll(text, "hunter2", "[redacted]") }

func TestStreamNumbersStampsAndRedacts(t *testing.T) {
	var kept event.Recorder
	s := event.NewStream(&kept, clock, redact)
	s.Emit(event.Event{Kind: event.Log, Text: "a hunter2", Title: "b hunter2", Next: "c hunter2", Seq: 99, Time: time.Time{}})
	s.Emit(event.Event{Kind: event.RunDone, Done: 1})
	got := kept.Events()
	want := []event.Event{
		{Seq: 1, Time: noon.UTC(), Kind: event.Log, Text: "a [redacted]", Title: "b [redacted]", Next: "c [redacted]"},
		{Seq: 2, Time: noon.UTC(), Kind: event.RunDone, Done: 1},
	}
	if len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got[0].Time.Location() != time.UTC {
		t.Error("the time is not in UTC")
	}
}

func TestStreamCopiesAndRedactsWork(t *testing.T) {
	var kept event.Recorder
	s := event.NewStream(&kept, clock, redact)
	work := event.Work{Copied: 1, Fetches: 2, Now: "copying hunter2"}
	s.Emit(event.Event{Kind: event.Progress, Work: &work})
	work.Copied = 2
	got := *kept.Events()[0].Work
	if want := (event.Work{Copied: 1, Fetches: 2, Now: "copying [redacted]"}); got != want || work.Now != "copying hunter2" {
		t.Errorf("got %+v", got)
	}
}

func TestWorkInWords(t *testing.T) {
	for want, w := range map[string]event.Work{
		"": {Now: "copying x"},
		"copied 120 of 345 paths, 1.2 GiB of 5.6 GiB, built 3 of 12": {
			Builds: 12, Built: 3, Fetches: 345, Copied: 120, Bytes: 1288490189, BytesTotal: 6012954214,
		},
		"copied 0 of 345 paths, 5.6 GiB in all": {Fetches: 345, BytesTotal: 6012954214},
		"copied 7 paths":                        {Copied: 7},
		"built 0 of 1":                          {Builds: 1},
	} {
		if got := w.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestEventWithoutWorkSaysNothingOfIt(t *testing.T) {
	text, err := json.Marshal(event.Event{Kind: event.Progress})
	if err != nil || strings.Contains(string(text), "work") {
		t.Errorf("%s, %v", text, err)
	}
	var back event.Event
	text, err = json.Marshal(event.Event{Work: &event.Work{Builds: 3, Bytes: 1 << 40, Now: "x"}})
	if err != nil || json.Unmarshal(text, &back) != nil || back.Work == nil || *back.Work != (event.Work{Builds: 3, Bytes: 1 << 40, Now: "x"}) {
		t.Errorf("%s reads as %+v, %v", text, back.Work, err)
	}
}

func TestTeeKeepsOrder(t *testing.T) {
	var order []string
	sink := func(name string) event.Sink {
		return event.SinkFunc(func(e event.Event) { order = append(order, name+e.Text) })
	}
	tee := event.Tee(sink("a"), sink("b"), sink("c"))
	tee.Event(event.Event{Text: "1"})
	tee.Event(event.Event{Text: "2"})
	if got := strings.Join(order, " "); got != "a1 b1 c1 a2 b2 c2" {
		t.Errorf("got %s", got)
	}
	event.Tee().Event(event.Event{})
}

func TestRecorderGivesACopy(t *testing.T) {
	var kept event.Recorder
	kept.Event(event.Event{Text: "a"})
	kept.Events()[0].Text = "changed"
	if got := kept.Events()[0].Text; got != "a" {
		t.Errorf("the recorder's own event was changed to %q", got)
	}
}

func TestStreamServesManyAtOnce(t *testing.T) {
	const writers, each = 16, 200
	var kept event.Recorder
	inside := 0 // not guarded: the race detector sees two at a time
	s := event.NewStream(event.Tee(&kept, event.SinkFunc(func(event.Event) { inside++ })), clock, redact)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for i := range each {
				s.Emit(event.Event{Kind: event.Log, Step: fmt.Sprint(w), Text: fmt.Sprint(i)})
			}
		})
	}
	wg.Wait()
	last := map[string]int{}
	for i, e := range kept.Events() {
		if e.Seq != uint64(i+1) {
			t.Fatalf("event %d has number %d", i, e.Seq)
		}
		n := 0
		if _, err := fmt.Sscan(e.Text, &n); err != nil || n < last[e.Step] {
			t.Fatalf("writer %s: %s after %d", e.Step, e.Text, last[e.Step])
		}
		last[e.Step] = n
	}
	if inside != writers*each {
		t.Errorf("%d events arrived instead of %d", inside, writers*each)
	}
}
