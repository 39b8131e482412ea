package printer_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/event"
	"lethe/engine/printer"
)

// TestJournalReadsBack writes events into a journal and reads the same ones back. Of progress, only that with figures is in it.
func TestJournalReadsBack(t *testing.T) {
	var out bytes.Buffer
	var kept event.Recorder
	tell(event.Tee(&kept, printer.NewJournal(&out)), story())
	var want []event.Event
	for _, e := range kept.Events() {
		if e.Kind != event.Progress || e.Work != nil {
			e.Time = e.Time.Truncate(time.Millisecond)
			want = append(want, e)
		}
	}
	var got []event.Event
	for line := range strings.Lines(out.String()) {
		e, err := printer.ParseJournal([]byte(line))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, e)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestJournalRefusesWhatIsNone(t *testing.T) {
	for _, line := range []string{"", "{", "null", "[]", `{"kind":"log"}`, `{"seq":1}`, `{"kind":"log","seq":-1}`, `{"kind":"log","seq":1,"time":"yesterday"}`} {
		if e, err := printer.ParseJournal([]byte(line)); err == nil || !strings.HasPrefix(err.Error(), "cannot read a line of the journal: ") {
			t.Errorf("%s reads as %+v, %v", line, e, err)
		}
	}
}
