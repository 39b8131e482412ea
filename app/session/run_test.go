package session_test

import (
	"fmt"
	"math/rand"
	"strings"
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/verify"
)

// started is when runs of tests begin.
var started = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// abc is a plan of three steps of weight 10, 80 and 10.
func abc() plan.Plan {
	return plan.Plan{Steps: []plan.Step{{ID: "a", Title: "Step A", Weight: 10}, {ID: "b", Title: "Step B", Weight: 80}, {ID: "c", Title: "Step C", Weight: 10}}}
}

// feed numbers and dates events and applies them.
func feed(r *session.Run, events ...event.Event) {
	for i, e := range events {
		e.Seq, e.Time = uint64(i+1), started.Add(time.Duration(i)*time.Second)
		r.Apply(e)
	}
}

func states(r *session.Run) string {
	var list []string
	for _, s := range r.Steps {
		list = append(list, string(s.State))
	}
	return strings.Join(list, ",")
}

func TestRunThatIsDone(t *testing.T) {
	r := session.NewRun(abc())
	if states(&r) != "waiting,waiting,waiting" || r.Current != -1 || r.Outcome != session.OutcomeRunning || r.Ended() {
		t.Fatalf("a new run: %+v", r)
	}
	begin := []event.Event{
		{Kind: event.RunStart, Title: "the disk"},
		{Kind: event.StepStart, Step: "a", Title: "Step A"},
		{Kind: event.StepDone, Step: "a", Title: "Step A", Done: .1, Millis: 1500},
		{Kind: event.StepStart, Step: "b", Title: "Step B", Done: .1},
		{Kind: event.Log, Step: "b", Text: "working", Done: .1},
		{Kind: event.Progress, Step: "b", Done: .5, Work: &event.Work{Fetches: 4, Copied: 2, Now: "copying glibc"}},
	}
	feed(&r, begin...)
	if states(&r) != "done,running,waiting" || r.Current != 1 || r.Title != "the disk" || r.Done != .5 {
		t.Errorf("on its way: %s, step %d, %q, %v", states(&r), r.Current, r.Title, r.Done)
	}
	if r.Figures.String() != "copied 2 of 4 paths" || r.Now != "copying glibc" || r.Steps[0].Took != 1500*time.Millisecond || r.Steps[0].Share != 1 {
		t.Errorf("work %q, now %q, step %+v", r.Figures, r.Now, r.Steps[0])
	}
	if share := r.Steps[1].Share; share < .49 || share > .51 {
		t.Errorf("half of the step is done, and its share is %v", share)
	}
	rest := []event.Event{
		{Kind: event.Progress, Step: "b", Done: .3},
		{Kind: event.StepDone, Step: "b", Title: "Step B", Done: .9},
		{Kind: event.StepStart, Step: "c", Title: "Step C", Done: .9},
		{Kind: event.Checked, Step: "c", Title: "partition table", Status: string(verify.Passed), Text: "3 partitions"},
		{Kind: event.Checked, Step: "c", Title: "boot loader", Status: string(verify.NotRehearsed), Text: "no machine"},
		{Kind: event.StepDone, Step: "c", Title: "Step C", Status: string(verify.NotRehearsed), Text: "needs device-mapper"},
		{Kind: event.RunDone, Done: 1, Disk: "complete", Millis: 12000},
	}
	feed(&r, append(begin, rest[0])...)
	if r.Done != .5 {
		t.Errorf("progress goes back to %v", r.Done)
	}
	feed(&r, append(begin, rest...)...)
	if states(&r) != "done,done,not rehearsed" || r.Outcome != session.OutcomeDone || !r.Ended() || r.Done != 1 || r.Disk != "complete" || r.Took != 12*time.Second {
		t.Errorf("at the end: %+v", r)
	}
	want := []session.Check{{"partition table", session.CheckPassed, "3 partitions"}, {"boot loader", session.CheckNotRehearsed, "no machine"}}
	if fmt.Sprint(r.Checks) != fmt.Sprint(want) {
		t.Errorf("checks: %v", r.Checks)
	}
	if string(session.CheckFailed) != string(verify.Failed) {
		t.Error("a failed check has another name in the engine")
	}
	r.Apply(event.Event{Seq: 999, Kind: event.RunFailed, Text: "late"})
	if r.Outcome != session.OutcomeDone {
		t.Error("a run ends twice")
	}
}

func TestRunThatFails(t *testing.T) {
	for kind, want := range map[event.Kind]session.Outcome{event.RunFailed: session.OutcomeFailed, event.RunCancelled: session.OutcomeCancelled} {
		cause := "cannot format: broken"
		if kind == event.RunCancelled {
			cause = "" // it was wanted
		}
		r := session.NewRun(abc())
		r.Stopping = true
		feed(&r,
			event.Event{Kind: event.RunStart}, event.Event{Kind: event.StepStart, Step: "a", Title: "Step A"}, event.Event{Kind: event.StepDone, Step: "a", Title: "Step A"},
			event.Event{Kind: event.StepStart, Step: "b", Title: "Step B"}, event.Event{Kind: event.StepFailed, Step: "b", Title: "Step B", Text: "cannot format: broken"},
			event.Event{Kind: event.UndoStart, Step: "b", Title: "Step B"}, event.Event{Kind: event.UndoDone, Step: "b", Title: "Step B"},
			event.Event{Kind: event.UndoStart, Step: "a", Title: "Step A"},
		)
		if states(&r) != "undoing,failed,waiting" || r.Ended() {
			t.Errorf("undoing: %s", states(&r))
		}
		r.Apply(event.Event{Seq: 20, Kind: event.UndoFailed, Step: "a", Title: "Step A", Text: "cannot unmount"})
		r.Apply(event.Event{Seq: 21, Kind: kind, Step: "b", Text: "cannot format: broken", Disk: "incomplete", Next: "Run it again.", Done: .2})
		if states(&r) != "undo failed,failed,waiting" || r.Outcome != want || r.Error != cause || r.Disk != "incomplete" || r.Next != "Run it again." || r.Stopping || r.Done == 1 {
			t.Errorf("%s: %+v", kind, r)
		}
	}
	r := session.NewRun(abc())
	feed(&r, event.Event{Kind: event.StepStart, Step: "a"}, event.Event{Kind: event.StepDone, Step: "a"}, event.Event{Kind: event.UndoDone, Step: "a"})
	if states(&r) != "undone,waiting,waiting" {
		t.Error(states(&r))
	}
}

// TestCancelledRun tells nothing of what a program said when it was ended.
func TestCancelledRun(t *testing.T) {
	r := session.NewRun(abc())
	feed(&r,
		event.Event{Kind: event.StepStart, Step: "a", Title: "Step A"}, event.Event{Kind: event.StepDone, Step: "a", Title: "Step A"},
		event.Event{Kind: event.StepStart, Step: "b", Title: "Step B"},
		event.Event{Kind: event.StepFailed, Step: "b", Title: "Step B", Status: event.Cancelled, Text: "cannot run x: context canceled"},
	)
	if states(&r) != "done,stopped,waiting" {
		t.Errorf("cancelled: %s", states(&r))
	}
	for i, id := range []string{"b", "a"} {
		r.Apply(event.Event{Seq: uint64(20 + i), Kind: event.UndoDone, Step: id, Title: "Step"})
	}
	r.Apply(event.Event{Seq: 30, Kind: event.RunCancelled, Step: "b", Title: "Step B", Text: "cannot run x: context canceled", Disk: "incomplete"})
	if states(&r) != "undone,undone,waiting" || r.Outcome != session.OutcomeCancelled {
		t.Errorf("%s: %s", r.Outcome, states(&r))
	}
	if report := r.Report(); strings.Contains(report, "canceled") || strings.Contains(report, "failed") {
		t.Errorf("the report tells of a failure:\n%s", report)
	}
	r = session.NewRun(abc())
	r.Stopping = true
	r.Cancel("untouched", "Nothing was written.")
	if r.Outcome != session.OutcomeCancelled || r.Error != "" || r.Stopping || r.Next != "Nothing was written." {
		t.Errorf("before it began: %+v", r)
	}
}

func TestRunWhoseConnectionBreaks(t *testing.T) {
	r := session.NewRun(abc())
	feed(&r, event.Event{Kind: event.StepStart, Step: "b"})
	r.Fail("the root side is gone", "unknown", "Start again.")
	if states(&r) != "waiting,failed,waiting" || r.Outcome != session.OutcomeFailed || r.Error == "" || r.Next == "" || r.Current != -1 {
		t.Errorf("%+v", r)
	}
	r.Fail("again", "", "")
	if r.Error != "the root side is gone" {
		t.Error("a run fails twice")
	}
	early := session.NewRun(abc())
	early.Fail("no", "untouched", "")
	if states(&early) != "waiting,waiting,waiting" || !early.Ended() {
		t.Errorf("%+v", early)
	}
}

// TestCoalescing leaves out progress, repeats events and splits batches, and the run ends the same.
func TestCoalescing(t *testing.T) {
	var all []event.Event
	for _, s := range abc().Steps {
		all = append(all, event.Event{Kind: event.StepStart, Step: s.ID, Title: s.Title})
		for i := range 20 {
			all = append(all, event.Event{Kind: event.Progress, Step: s.ID, Done: float64(i) / 100}, event.Event{Kind: event.Log, Step: s.ID, Text: fmt.Sprint(i)})
		}
		all = append(all, event.Event{Kind: event.StepDone, Step: s.ID, Title: s.Title, Millis: 5})
	}
	all = append(all, event.Event{Kind: event.RunDone, Done: 1})
	whole, part := session.NewRun(abc()), session.NewRun(abc())
	random := rand.New(rand.NewSource(1))
	for i, e := range all {
		e.Seq, e.Time = uint64(i+1), started.Add(time.Duration(i)*time.Millisecond)
		whole.Apply(e)
		if e.Kind == event.Progress && random.Intn(2) == 0 {
			continue
		}
		part.Apply(e)
		part.Apply(e)
	}
	if a, b := whole.Report(), part.Report(); a != b || whole.Done != part.Done {
		t.Errorf("the runs differ:\n%s\n%s", a, b)
	}
}

func TestRunOfUnknownSteps(t *testing.T) {
	var r session.Run
	feed(&r, event.Event{Kind: event.StepStart, Step: "x", Title: "Step X"}, event.Event{Kind: event.Progress, Step: "x", Done: 2}, event.Event{Kind: event.StepDone})
	if r.Outcome != session.OutcomeRunning || len(r.Steps) != 1 || r.Steps[0].Title != "Step X" || r.Done != 1 {
		t.Errorf("%+v", r)
	}
	if _, ok := r.Left(started); ok {
		t.Error("something is known of the time left")
	}
}

func TestTimeLeft(t *testing.T) {
	r := session.NewRun(abc())
	seq := uint64(0)
	at := func(second float64, done float64) (time.Duration, bool) {
		seq++
		now := started.Add(time.Duration(second * float64(time.Second)))
		r.Apply(event.Event{Seq: seq, Time: now, Kind: event.Progress, Step: "b", Done: done})
		return r.Left(now)
	}
	feed(&r, event.Event{Kind: event.StepStart, Step: "b"})
	seq = 1
	if _, ok := at(1, .001); ok {
		t.Error("there is no evidence after a second")
	}
	if _, ok := at(20, .002); ok {
		t.Error("there is no evidence without progress")
	}
	near := func(name string, got time.Duration, ok bool, want time.Duration) {
		t.Helper()
		if diff := got - want; !ok || diff < -want/5-time.Second || diff > want/5+time.Second {
			t.Errorf("%s: %v (%v), want about %v", name, got, ok, want)
		}
	}
	var left time.Duration
	var ok bool
	for i := 1; i <= 40; i++ {
		left, ok = at(20+float64(i)*5, float64(i)*.01)
	}
	near("steady", left, ok, 300*time.Second)
	if later, ok := r.Left(started.Add(230 * time.Second)); !ok || later >= left {
		t.Errorf("time does not pass: %v, then %v", left, later)
	}
	if _, ok := r.Left(started.Add(300 * time.Second)); ok {
		t.Error("nothing moves, and something is still said")
	}
	for i := 1; i <= 100; i++ {
		left, ok = at(220+float64(i), .4+float64(i)*.005)
	}
	near("faster", left, ok, 25*time.Second)
	if left < 0 {
		t.Error("negative")
	}
	r.Apply(event.Event{Seq: seq + 1, Kind: event.RunDone})
	if _, ok := r.Left(started.Add(400 * time.Second)); ok {
		t.Error("a run that is done takes more time")
	}
}

func TestTimeLeftInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "Less than a minute left", 40 * time.Second: "Less than a minute left", 70 * time.Second: "About a minute left",
		100 * time.Second: "About 2 minutes left", 14*time.Minute + 40*time.Second: "About 15 minutes left",
		80 * time.Minute: "About an hour left", 150 * time.Minute: "About 3 hours left",
	} {
		if got := session.LeftText(d).String(); got != want {
			t.Errorf("%v: %q, want %q", d, got, want)
		}
	}
}

func TestLogKeepsTheLastLines(t *testing.T) {
	r := session.NewRun(abc())
	const all = 3*session.LogMost + 7
	for i := range all {
		r.Apply(event.Event{Seq: uint64(i + 1), Kind: event.Log, Step: string(rune('a' + i%2)), Text: fmt.Sprintf("Line %d", i)})
	}
	lines := r.Log(session.LogFilter{})
	if len(lines) != session.LogMost || r.LogTotal() != all {
		t.Fatalf("%d lines of %d", len(lines), r.LogTotal())
	}
	for i, l := range lines {
		if want := fmt.Sprintf("Line %d", all-session.LogMost+i); l.Text != want {
			t.Fatalf("line %d is %q, want %q", i, l.Text, want)
		}
	}
	if got := r.Log(session.LogFilter{Step: "a", Tail: 3}); len(got) != 3 || got[2].Text != "Line 15006" {
		t.Errorf("%v", got)
	}
	if got := r.Log(session.LogFilter{Text: "lINE 15001"}); len(got) != 1 || got[0].Step != "b" {
		t.Errorf("%v", got)
	}
	if !strings.Contains(r.Report(), "10007 earlier lines are not kept") {
		t.Error("the report does not tell that lines are missing")
	}
}

func TestLogLines(t *testing.T) {
	r := session.NewRun(abc())
	feed(&r,
		event.Event{Kind: event.RunStart, Title: "the disk"}, event.Event{Kind: event.StepStart, Step: "a", Title: "Step A"},
		event.Event{Kind: event.Log, Step: "a", Text: "two\nlines\n"}, event.Event{Kind: event.Log, Step: "a"},
		event.Event{Kind: event.Log, Step: "a", Text: strings.Repeat("ä", 100000)},
		event.Event{Kind: event.Progress, Step: "a", Text: "never"},
		event.Event{Kind: event.Checked, Step: "a", Title: "table", Status: "passed"},
		event.Event{Kind: event.StepFailed, Step: "a", Title: "Step A", Text: "why"}, event.Event{Kind: event.RunFailed, Text: "why"},
	)
	var got []string
	for _, l := range r.Log(session.LogFilter{}) {
		if len(l.Text) > 5000 {
			t.Errorf("a line of %d bytes", len(l.Text))
		} else if len(l.Text) < 100 {
			got = append(got, l.Text)
		}
	}
	if want := "the disk|Step A|two|lines|table: passed|Step A: why|why"; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}

// TestReportHoldsNoSecret sends a secret through the engine's own stream, which is where secrets are taken out.
func TestReportHoldsNoSecret(t *testing.T) {
	s := filled(t)
	s.SetPlan(planned(t, s))
	s.Begin()
	stream := event.NewStream(event.SinkFunc(s.Run.Apply), func() time.Time { return started },
		func(text string) string { return strings.ReplaceAll(text, "hunter2", "[redacted]") })
	stream.Emit(event.Event{Kind: event.RunStart, Title: "hunter2"})
	stream.Emit(event.Event{Kind: event.Log, Step: "check", Text: "hunter2"})
	stream.Emit(event.Event{Kind: event.Checked, Step: "check", Title: "hunter2", Text: "hunter2", Status: "failed"})
	stream.Emit(event.Event{Kind: event.Progress, Step: "check", Work: &event.Work{Now: "hunter2"}})
	stream.Emit(event.Event{Kind: event.RunFailed, Step: "check", Text: "hunter2", Next: "hunter2", Disk: "untouched"})
	report := s.Run.Report()
	if strings.Contains(report, "hunter2") || strings.Count(report, "[redacted]") < 5 {
		t.Errorf("the report:\n%s", report)
	}
	if all := fmt.Sprintf("%+v", s.Run); strings.Contains(all, "hunter2") {
		t.Error("the run holds a secret")
	}
	for _, want := range []string{"Outcome  failed", "Error    [redacted]", "State    untouched", "waiting       Write the partition table"} {
		if !strings.Contains(report, want) {
			t.Errorf("%q is not in the report:\n%s", want, report)
		}
	}
}

func BenchmarkApplyLogLine(b *testing.B) {
	r := session.NewRun(abc())
	r.Apply(event.Event{Seq: 1, Kind: event.StepStart, Step: "b", Time: started})
	e := event.Event{Kind: event.Log, Step: "b", Text: "copying path /nix/store/abc-glibc-2.40 from cache.nixos.org", Done: .1}
	for i := 0; b.Loop(); i++ {
		e.Seq, e.Time = uint64(i+2), started.Add(time.Duration(i)*time.Microsecond)
		r.Apply(e)
	}
}

func BenchmarkMoveBoundary(b *testing.B) {
	s := session.New(session.Options{Seed: seed, Checks: liveChecks, Shown: inventory("confirmed", disk("/dev/nvme0n1", 500*quantity.GiB))})
	s.Select("/dev/nvme0n1")
	for i := 0; b.Loop(); i++ {
		if _, ok := s.MoveBoundary(1, quantity.Sectors(1<<21+i%1000*2048)); !ok {
			b.Fatal("it does not move")
		}
		if _, err := s.After(); err != nil {
			b.Fatal(err)
		}
	}
}
