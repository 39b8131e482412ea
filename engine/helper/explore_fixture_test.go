package helper

import (
	"context"
	"fmt"
	"strings"
	"time"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// explorer is what a fakeHost explores. What is not set succeeds at once.
type explorer struct {
	scan   func(context.Context, ScanRequest, func([]persist.Finding), func(persist.Progress)) (persist.Summary, error)
	keep   func(context.Context, keep.Plan, func(keep.Progress)) (keep.Result, error)
	shown  map[string]bool // hashes of plans that may be carried out
	asked  []ScanRequest
	synced [][]string
	done   []string // what was written, in order
}

func (h *fakeHost) Scan(ctx context.Context, r ScanRequest, sink func([]persist.Finding), progress func(persist.Progress)) (persist.Summary, error) {
	h.mu.Lock()
	h.explorer.asked = append(h.explorer.asked, r)
	h.mu.Unlock()
	if h.explorer.scan != nil {
		return h.explorer.scan(ctx, r, sink, progress)
	}
	sink(someFindings(3))
	progress(persist.Progress{Entries: 3, Folder: "/a\xff"})
	return persist.Summary{Entries: 3, Unreadable: []persist.Unread{{Path: "/b\xff\n", Cause: "permission denied"}}, UnreadableCount: 1}, nil
}

// show notes a plan that somebody saw.
func (h *fakeHost) show(hash string, err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.explorer.shown == nil {
		h.explorer.shown = map[string]bool{}
	}
	h.explorer.shown[hash] = true
	return err
}

// act checks what no client may be able to get around: a plan is carried out as it was shown, and once.
func (h *fakeHost) act(what, hash string, err error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if err != nil || !h.explorer.shown[hash] {
		h.broken = what + " did what was not shown"
	}
	delete(h.explorer.shown, hash)
	h.explorer.done = append(h.explorer.done, what)
	return err
}

func (h *fakeHost) PlanKeep(_ context.Context, paths []string) (keep.Plan, error) {
	p := keep.Plan{Change: keep.Change{Before: "{}\n", After: "{\"directories\": []}\n", Diff: "--- a\n+++ b\n<&>\u2028"}, Rebuild: "sudo nixos-rebuild switch"}
	for i, path := range paths {
		if strings.HasPrefix(path, "/refused") {
			return keep.Plan{}, fmt.Errorf("cannot keep %q: a folder in it is a link, and none is followed", path)
		}
		p.Items = append(p.Items, keep.Item{Entry: keep.Entry{Path: path}, Size: keep.Size{Entries: i, Bytes: 1 << 40}, Notes: []string{"a note"}})
	}
	return p, h.show(hashOfKeep(p))
}

func (h *fakeHost) Keep(ctx context.Context, p keep.Plan, progress func(keep.Progress)) (keep.Result, error) {
	hash, err := hashOfKeep(p)
	if err := h.act("keep", hash, err); err != nil {
		return keep.Result{}, err
	}
	if h.explorer.keep != nil {
		return h.explorer.keep(ctx, p, progress)
	}
	progress(keep.Progress{Path: p.Items[0].Path, Stage: keep.StageCopy, Entries: 1})
	return keep.Result{Change: p.Change, Rebuild: p.Rebuild, Copies: []keep.Done{{Aside: "x"}}}, nil
}

func (h *fakeHost) Waiting(_ context.Context, paths []string) ([]keep.Pending, error) {
	list := []keep.Pending{{Entry: keep.Entry{Path: "/waits"}, Snapshot: time.Unix(1, 2).UTC(), Declared: true}}
	if len(paths) > 0 {
		list[0].Path = paths[0]
	}
	return list, nil
}

func (h *fakeHost) Sync(_ context.Context, paths []string, _ func(keep.Progress)) (keep.Result, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.explorer.synced = append(h.explorer.synced, paths)
	return keep.Result{Notes: []string{"synced"}}, nil
}

func (h *fakeHost) PlanForget(_ context.Context, paths []string) (keep.ForgetPlan, error) {
	p := keep.ForgetPlan{}
	for _, path := range paths {
		p.Items = append(p.Items, keep.ForgetItem{Path: path, Stored: true})
	}
	return p, h.show(hashOfForget(p))
}

func (h *fakeHost) Forget(_ context.Context, p keep.ForgetPlan) (keep.ForgetResult, error) {
	hash, err := hashOfForget(p)
	return keep.ForgetResult{Date: "2026-11-23T00-00-00.000Z", Moved: forgetPaths(p)}, h.act("forget", hash, err)
}

func (h *fakeHost) Forgotten(context.Context) ([]keep.Forgotten, error) {
	return []keep.Forgotten{{Date: "2026-11-23T00-00-00.000Z", Paths: []string{"/a", "/b"}}}, nil
}

func (h *fakeHost) Delete(_ context.Context, date string) ([]keep.Forgotten, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.explorer.done = append(h.explorer.done, "delete "+date)
	return []keep.Forgotten{{Date: date}}, nil
}

// someFindings makes findings as a scan finds them: folder by folder, with few owners.
func someFindings(n int) []persist.Finding {
	list := make([]persist.Finding, n)
	for i := range list {
		list[i] = finding(i)
	}
	return list
}

func finding(i int) persist.Finding {
	f := persist.Finding{
		Kind: kinds[i%len(kinds)], Type: types[i%7%len(types)], Path: fmt.Sprintf("/home/ada/.local/share/app-%d/some folder/file-%d.dat", i/300, i),
		Size: int64(i) * 37, Blocks: int64(i%9) * 4096, Modified: time.Unix(1_790_000_000+int64(i*7919%100_000), int64(i)%1_000_000_000),
		UID: 1000, GID: 100,
		Owner: persist.Owner{Name: fmt.Sprintf("app-%d", i/300), Kind: persist.Application, Suggest: fmt.Sprintf("/home/ada/.local/share/app-%d", i/300)},
	}
	if i%5 == 0 {
		f.Noise = "a cache, made anew"
	}
	return f
}
