package helper

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

func TestExploring(t *testing.T) {
	host := &fakeHost{}
	c := serve(t, host)
	var found []persist.Finding
	var far []persist.Progress
	want := ScanRequest{Orphans: true, Kept: true, Noise: true, Since: time.Unix(5, 7).UTC(), Nanoseconds: true}
	sums, err := c.Scan(t.Context(), want, func(list []persist.Finding) { found = append(found, list...) }, func(p persist.Progress) { far = append(far, p) })
	if err != nil || !cmp.Equal(found, someFindings(3)) || !cmp.Equal(host.asked, []ScanRequest{want}) || len(far) != 1 || far[0].Entries != 3 {
		t.Errorf("%v, %v, %+v: %s", err, far, host.asked, cmp.Diff(someFindings(3), found))
	}
	if direct, _ := host.Scan(t.Context(), want, func([]persist.Finding) {}, func(persist.Progress) {}); !cmp.Equal(sums, direct) {
		t.Error(cmp.Diff(direct, sums))
	}
	if _, err := c.Scan(t.Context(), ScanRequest{}, nil, nil); err != nil {
		t.Errorf("nobody has to listen: %v", err)
	}
	waiting, err := c.Waiting(t.Context(), []string{"/one"})
	if want, _ := host.Waiting(t.Context(), []string{"/one"}); err != nil || !cmp.Equal(waiting, want) {
		t.Errorf("%v: %s", err, cmp.Diff(want, waiting))
	}
	synced, err := c.Sync(t.Context(), []string{"/one", "/\xff"}, nil)
	if _, again := c.Sync(t.Context(), nil, nil); errors.Join(err, again) != nil || fmt.Sprint(synced.Notes) != "[synced]" || !cmp.Equal(host.synced, [][]string{{"/one", "/\xff"}, nil}) {
		t.Errorf("%v, %+v, %q", err, synced, host.synced)
	}
	forgotten, err := c.Forgotten(t.Context())
	if want, _ := host.Forgotten(t.Context()); err != nil || !cmp.Equal(forgotten, want) {
		t.Errorf("%v: %s", err, cmp.Diff(want, forgotten))
	}
	deleted, err := c.Delete(t.Context(), "2026-11-23")
	if err != nil || len(deleted) != 1 || fmt.Sprint(host.done) != "[delete 2026-11-23]" {
		t.Errorf("%v, %+v, %q", err, deleted, host.done)
	}
}

// TestWhatWasShownIsDone carries out plans as they came, changed, twice, and in place of each other.
func TestWhatWasShownIsDone(t *testing.T) {
	host := &fakeHost{}
	c := serve(t, host)
	paths := []string{"/var/lib/x", "/srv/<&>\u2028"}
	show := func() keep.Plan {
		t.Helper()
		p, err := c.PlanKeep(t.Context(), paths)
		if want, _ := host.PlanKeep(t.Context(), paths); err != nil || !cmp.Equal(p, want) {
			t.Fatalf("%v: %s", err, cmp.Diff(want, p))
		}
		return p
	}
	var copied []keep.Progress
	p := show()
	result, err := c.Keep(t.Context(), p, func(p keep.Progress) { copied = append(copied, p) })
	if err != nil || !cmp.Equal(result.Change, p.Change) || len(result.Copies) != 1 || len(copied) != 1 || copied[0].Path != paths[0] {
		t.Errorf("%v, %+v, %+v", err, result, copied)
	}
	_, err = c.Keep(t.Context(), p, nil)
	_ = wantError(t, err, CodePlan, "carried out already; look at it again")
	for name, change := range map[string]func(*keep.Plan){
		"path":    func(p *keep.Plan) { p.Items[1].Path = "/etc/shadow" },
		"after":   func(p *keep.Plan) { p.Change.After += " " },
		"diff":    func(p *keep.Plan) { p.Change.Diff = "" },
		"size":    func(p *keep.Plan) { p.Items[0].Size.Bytes++ },
		"fewer":   func(p *keep.Plan) { p.Items = p.Items[:1] },
		"order":   func(p *keep.Plan) { p.Items[0], p.Items[1] = p.Items[1], p.Items[0] },
		"rebuild": func(p *keep.Plan) { p.Rebuild = "reboot" },
		"all":     func(p *keep.Plan) { *p = keep.Plan{} },
	} {
		p := show()
		change(&p)
		_, err := c.Keep(t.Context(), p, nil)
		if _ = wantError(t, err, CodePlan, "no plan with this hash was shown"); len(host.done) != 1 {
			t.Fatalf("another %s: %q", name, host.done)
		}
	}
	p = show()
	odd := []string{"/bad\xff\xfe", "/bad\xff\xfd", "/good"} // JSON makes one of the first two
	f, err := c.PlanForget(t.Context(), odd)
	if err != nil || !cmp.Equal(forgetPaths(f), odd) {
		t.Fatalf("%q, %v", forgetPaths(f), err)
	}
	_, err = c.Keep(t.Context(), p, nil)
	_ = wantError(t, err, CodePlan, "no plan with this hash was shown") // what was shown since took its place
	forgot, err := c.Forget(t.Context(), f)
	if err != nil || !cmp.Equal(forgot.Moved, odd) {
		t.Errorf("%q, %v", forgot.Moved, err)
	}
	if f, err = c.PlanForget(t.Context(), odd); err != nil {
		t.Fatal(err)
	}
	f.Items[0].Path = odd[1]
	_, err = c.Forget(t.Context(), f)
	_ = wantError(t, err, CodePlan, "no plan with this hash was shown")
	if host.broken != "" || fmt.Sprint(host.done) != "[keep forget]" {
		t.Errorf("%s: %q", host.broken, host.done)
	}
}

// base64Paths is a "paths" field of a request.
func base64Paths(paths ...string) string {
	var list []string
	for _, p := range paths {
		list = append(list, `"`+base64.StdEncoding.EncodeToString([]byte(p))+`"`)
	}
	return `,"paths":[` + strings.Join(list, ",") + `]`
}

// TestExploringOutOfOrder asks for what no client of ours asks for.
func TestExploringOutOfOrder(t *testing.T) {
	host := &fakeHost{}
	plan, err := new(fakeHost).PlanKeep(t.Context(), []string{"/a"})
	if err != nil {
		t.Fatal(err)
	}
	hash, err := hashOfKeep(plan)
	if err != nil {
		t.Fatal(err)
	}
	right := fmt.Sprintf(`,"hash":%q`, hash)
	var many []string
	for i := range mostPaths + 1 {
		many = append(many, fmt.Sprintf("/%d", i))
	}
	c := converse(t, host)
	c.say(greeting)
	for i, row := range []struct {
		op, more string
		code     Code
		want     string
	}{
		{"keep", right, CodePlan, "no plan with this hash was shown"},
		{"forget", right, CodePlan, "no plan with this hash was shown"},
		{"keep", "", CodePlan, "no plan with this hash was shown"},
		{"scan", "", CodeMalformed, "it is not said what"},
		{"scan", `,"scan":{"root":"/home/eve"}`, CodeMalformed, `unknown field "root"`},
		{"scan", `,"scan":{"persist":"/home/eve"}`, CodeMalformed, `unknown field "persist"`},
		{"scan", `,"scan":{"workers":1000000}`, CodeMalformed, `unknown field "workers"`},
		{"scan", `,"scan":{"since":"yesterday"}`, CodeMalformed, "parsing time"},
		{"plan-keep", `,"place":{"repo":"/home/eve"}`, CodeMalformed, `unknown field "place"`},
		{"plan-keep", `,"repo":"/home/eve"`, CodeMalformed, `unknown field "repo"`},
		{"plan-keep", "", CodeMalformed, "cannot keep nothing"},
		{"plan-forget", `,"paths":[]`, CodeMalformed, "cannot forget nothing"},
		{"plan-keep", `,"paths":["/etc/x"]`, CodeMalformed, "illegal base64"},
		{"plan-keep", base64Paths("etc"), CodeMalformed, "not an absolute path"},
		{"plan-keep", base64Paths("/a/../etc/shadow"), CodeMalformed, "not an absolute path in its shortest form"},
		{"plan-forget", base64Paths("/a//b"), CodeMalformed, "shortest form"},
		{"sync", base64Paths("/a/"), CodeMalformed, "shortest form"},
		{"waiting", base64Paths("/a\x00b"), CodeMalformed, "shortest form"},
		{"plan-keep", base64Paths(""), CodeMalformed, "shortest form"},
		{"plan-keep", base64Paths("/a", "/b", "/a"), CodeMalformed, "named twice"},
		{"plan-keep", base64Paths("/" + strings.Repeat("x", mostPath)), CodeMalformed, "a path of 4096 bytes"},
		{"plan-keep", base64Paths(many...), CodeMalformed, "cannot take 1001 paths"},
		{"plan-keep", base64Paths("/refused/by/the/engine"), CodeHost, "none is followed"},
		{"keep", right, CodePlan, "no plan with this hash was shown"},
		{"delete", "", CodeMalformed, "no date"},
		{"delete", `,"date":"../../etc"`, CodeMalformed, "no date"},
		{"delete", `,"date":"` + strings.Repeat("2", mostDate+1) + `"`, CodeMalformed, "no date"},
		{"plan-forget", base64Paths("/a"), "", ""},
		{"keep", right, CodePlan, "no plan with this hash was shown"}, // it is another kind of plan
		{"plan-keep", base64Paths("/a"), "", ""},
		{"forget", right, CodePlan, "no plan with this hash was shown"},
		{"keep", `,"hash":"` + strings.ToUpper(hash) + `"`, CodePlan, "no plan with this hash was shown"},
		{"keep", right + base64Paths("/etc/shadow"), "", ""}, // the plan says which paths
		{"keep", right, CodePlan, "carried out already"},
		{"plan-keep", base64Paths("/a"), "", ""},
		{"plan-keep", base64Paths("/refused"), CodeHost, ""},
		{"keep", right, CodePlan, "no plan with this hash was shown"}, // a second look takes the place of the first
		{"carry-out", right, CodeMalformed, "there is no such operation"},
	} {
		c.say(ask(i+1, row.op, row.more))
		c.hear(uint64(i+1), row.code, row.want)
		if row.code == "" {
			c.say(ask(i+1, row.op, row.more)) // again, byte by byte
			c.hear(uint64(i+1), CodeReplayed, "came before it")
		}
	}
	c.say(raw(findingsFrame, "\x00\x00"))
	c.hear(0, CodeMalformed, "nobody here takes findings")
	if err := c.end(); err != nil {
		t.Error(err)
	}
	if host.broken != "" || fmt.Sprint(host.done) != "[keep]" {
		t.Errorf("%q: %q", host.done, host.broken)
	}
}

// endless scans until it is told to end.
func endless(ctx context.Context, _ ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	var sums persist.Summary
	for ; ctx.Err() == nil; sums.Entries += parcelFindings {
		sink(someFindings(parcelFindings))
		progress(persist.Progress{Entries: sums.Entries, Folder: strings.Repeat("/x", 10_000)})
	}
	return sums, fmt.Errorf("cannot finish the scan: %w", context.Cause(ctx))
}

// TestScanIsCancelled cancels in the middle, and goes on with the same root side. The sums until then come beside the error.
func TestScanIsCancelled(t *testing.T) {
	host := &fakeHost{explorer: explorer{scan: endless}}
	c := serve(t, host)
	why := errors.New("cannot print: nobody reads")
	for _, cause := range []error{nil, why} {
		ctx, cancel := context.WithCancelCause(t.Context())
		parcels, reports := 0, 0
		sums, err := c.Scan(ctx, ScanRequest{}, func(list []persist.Finding) {
			if parcels++; parcels == 100 {
				cancel(cause)
			}
		}, func(p persist.Progress) {
			if reports++; len(p.Folder) > mostPath+3 {
				t.Errorf("a folder of %d bytes", len(p.Folder))
			}
		})
		want := cause
		if want == nil {
			want = context.Canceled
		}
		if !errors.Is(err, want) || sums.Entries < 100*parcelFindings || parcels < 100 || reports == 0 {
			t.Errorf("%v, %d entries, %d parcels, %d reports", err, sums.Entries, parcels, reports)
		}
	}
	if _, err := c.Facts(t.Context()); err != nil {
		t.Errorf("after a cancel the root side is of no more use: %v", err)
	}
	_, err := c.PlanKeep(t.Context(), []string{"/a"})
	if err != nil {
		t.Error(err)
	}
}

// TestNobodyReadsFindings has a window hang, cancel without reading, and go away: the scan waits, and ends each time.
func TestNobodyReadsFindings(t *testing.T) {
	for _, leave := range []string{"cancel", "end", "both streams"} {
		synctest.Test(t, func(t *testing.T) {
			var handed int
			ended := make(chan error, 1)
			host := &fakeHost{explorer: explorer{scan: func(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
				sums, err := endless(ctx, r, func(list []persist.Finding) { handed++; sink(list) }, progress)
				ended <- err
				return sums, err
			}}}
			in, out := newPipe(), newPipe()
			served := make(chan error, 1)
			go func() { served <- Serve(context.Background(), "server", in.r, out.w, host) }()
			in.say(greeting + ask(1, "scan", `,"scan":{}`))
			synctest.Wait() // the scan waits for the reader
			time.Sleep(time.Hour)
			if most := 2 * mostParcels / 10_000; handed < 2 || handed > most {
				t.Errorf("%d parcels are made for nobody, %d is the most", handed, most)
			}
			switch leave {
			case "cancel":
				in.say(ask(2, "cancel", ""))
			case "both streams":
				_ = out.r.Close()
			case "end":
				_ = in.w.Close()
			}
			if err := <-ended; err == nil {
				t.Errorf("after %s the scan ended well", leave)
			}
			_ = in.w.Close()
			if err := <-served; err != nil {
				t.Errorf("after %s: %v", leave, err)
			}
			_ = out.r.Close() // the writer that was left behind ends
		})
	}
}

// TestWindowGoneFromAKeep ends the input in the middle of a copy, and in the middle of copying again.
func TestWindowGoneFromAKeep(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var cause error
		begun := make(chan struct{})
		host := &fakeHost{explorer: explorer{keep: func(ctx context.Context, _ keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
			for range 10_000 { // nobody reads them
				progress(keep.Progress{Path: "/a", Stage: keep.StageCopy})
			}
			close(begun)
			<-ctx.Done()
			cause = context.Cause(ctx)
			return keep.Result{}, cause
		}}}
		c := converse(t, host)
		c.say(greeting, ask(1, "plan-keep", base64Paths("/a")))
		c.hear(1, "")
		plan, _ := new(fakeHost).PlanKeep(t.Context(), []string{"/a"})
		hash, err := hashOfKeep(plan)
		if err != nil {
			t.Fatal(err)
		}
		c.say(ask(2, "keep", fmt.Sprintf(`,"hash":%q`, hash)))
		<-begun
		for i, op := range []string{"scan", "plan-keep", "keep", "sync", "plan-forget", "forget", "delete", "forgotten", "waiting", "facts", "reboot"} {
			c.say(ask(3+i, op, ""))
			c.hear(uint64(3+i), CodeBusy, "an operation is under way")
		}
		if err := c.end(); err != nil || !errors.Is(cause, context.Canceled) || !strings.Contains(cause.Error(), "the window is gone") {
			t.Errorf("%v; the copy ended with %v", err, cause)
		}
	})
}

// TestLongResultsAreCut keeps a folder with a million sockets: what was done is answered, and what was left out is counted.
func TestLongResultsAreCut(t *testing.T) {
	const many = 1_000_000
	host := &fakeHost{explorer: explorer{keep: func(context.Context, keep.Plan, func(keep.Progress)) (keep.Result, error) {
		done := keep.Done{Pending: keep.Pending{Copied: keep.Copied{Changed: []string{"torn"}}}}
		for i := range many {
			done.Left = append(done.Left, keep.Left{Path: fmt.Sprintf("run/socket-of-somebody-%d", i), Why: "it is a socket"})
		}
		return keep.Result{Copies: []keep.Done{done}}, nil
	}}}
	c := serve(t, host)
	p, err := c.PlanKeep(t.Context(), []string{"/a"})
	if err != nil {
		t.Fatal(err)
	}
	result, err := c.Keep(t.Context(), p, nil)
	if err != nil || len(result.Copies) != 1 || len(result.Copies[0].Left) != mostMentions || len(result.Torn()) != 1 {
		t.Fatalf("%v, %d copies", err, len(result.Copies))
	}
	contains(t, strings.Join(result.Notes, ""), fmt.Sprintf("%d more entries", many-mostMentions))
}

// pipe is one in this process.
type pipe struct {
	r *io.PipeReader
	w *io.PipeWriter
}

func newPipe() pipe {
	r, w := io.Pipe()
	return pipe{r, w}
}

func (p pipe) say(text string) { _, _ = io.WriteString(p.w, text) }
