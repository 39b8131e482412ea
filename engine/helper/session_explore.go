package helper

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// explore starts an operation of [Explorer].
func (s *session) explore(r request) {
	if e := checkPaths(r.Paths); e != nil {
		s.refuse(r.ID, e)
		return
	}
	paths := pathsFromBytes(r.Paths)
	switch r.Op {
	case opScan:
		s.scan(r)
	case opPlanKeep:
		s.planKeep(r.ID, paths)
	case opKeep:
		s.carryOutKeep(r)
	case opWaiting:
		s.start(nil, func(ctx context.Context) func() {
			list, err := s.host.Waiting(ctx, paths)
			return func() { s.answer(reply{ID: r.ID, Waiting: list}, err) }
		})
	case opSync:
		s.start(nil, func(ctx context.Context) func() {
			result, err := s.host.Sync(ctx, paths, s.copied)
			return func() { s.answerKept(r.ID, result, err) }
		})
	case opPlanForget:
		s.planForget(r.ID, paths)
	case opForget:
		s.carryOutForget(r)
	case opForgotten:
		s.start(nil, func(ctx context.Context) func() {
			list, err := s.host.Forgotten(ctx)
			return func() { s.answer(reply{ID: r.ID, Forgotten: list}, err) }
		})
	case opDelete:
		s.delete(r)
	default:
		s.refuse(r.ID, refusal(CodeMalformed, "cannot do %.40q: there is no such operation", r.Op))
	}
}

// scan sends findings as fast as they are read.
func (s *session) scan(r request) {
	if r.Scan == nil {
		s.refuse(r.ID, refusal(CodeMalformed, "cannot scan: it is not said what is to be told"))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		ctx, stop := context.WithCancelCause(ctx)
		defer stop(nil)
		p := newPacker(func(frame []byte) error { return s.queue.findings(ctx, frame) })
		sums, err := s.host.Scan(ctx, *r.Scan, func(findings []persist.Finding) {
			if ctx.Err() != nil {
				return
			}
			if err := p.add(findings); err != nil {
				stop(err)
			}
		}, s.scanned)
		if p.left > 0 {
			sums.Notes = append(sums.Notes, fmt.Sprintf("%d entries are counted and not shown: their paths have more than %d bytes.", p.left, longestPath))
		}
		answer := reply{ID: r.ID, Scan: &sums}
		for i := range sums.Unreadable {
			sums.Unreadable[i].Path = clip(sums.Unreadable[i].Path)
			answer.Exact = append(answer.Exact, []byte(sums.Unreadable[i].Path))
		}
		return func() { s.answer(answer, err) }
	})
}

// scanned reports how far a scan is.
func (s *session) scanned(p persist.Progress) {
	p.Folder = clip(p.Folder)
	s.queue.progress(toClient{Scanned: &p})
}

// copied reports how far a copy is.
func (s *session) copied(p keep.Progress) { s.queue.progress(toClient{Copied: &p}) }

// clip bounds a path that is only shown.
func clip(path string) string {
	if len(path) <= mostPath {
		return path
	}
	return path[:mostPath] + "…"
}

// planKeep makes a plan and remembers what was shown, in place of what was shown before.
func (s *session) planKeep(id uint64, paths []string) {
	s.change = nil
	if len(paths) == 0 {
		s.refuse(id, refusal(CodeMalformed, "cannot keep nothing: name a path"))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		p, err := s.host.PlanKeep(ctx, paths)
		var shown change
		if err == nil {
			shown.keep = &p
			shown.hash, err = hashOfKeep(p)
		}
		return func() {
			if err != nil {
				s.answer(reply{ID: id}, err)
				return
			}
			s.change = &shown
			s.answer(reply{ID: id, KeepPlan: &p, Exact: pathsToBytes(keepPaths(p))}, nil)
		}
	})
}

// carryOutKeep does what was shown, once.
func (s *session) carryOutKeep(r request) {
	shown := s.change
	if shown == nil || shown.keep == nil || r.Hash != shown.hash {
		s.refuse(r.ID, errNotShown("keep"))
		return
	}
	s.change = nil
	s.start(nil, func(ctx context.Context) func() {
		result, err := s.host.Keep(ctx, *shown.keep, s.copied)
		return func() { s.answerKept(r.ID, result, err) }
	})
}

func (s *session) answerKept(id uint64, result keep.Result, err error) {
	result = bounded(result)
	s.answer(reply{ID: id, Kept: &result}, err)
}

// planForget is planKeep for what is to be forgotten.
func (s *session) planForget(id uint64, paths []string) {
	s.change = nil
	if len(paths) == 0 {
		s.refuse(id, refusal(CodeMalformed, "cannot forget nothing: name a path"))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		p, err := s.host.PlanForget(ctx, paths)
		var shown change
		if err == nil {
			shown.forget = &p
			shown.hash, err = hashOfForget(p)
		}
		return func() {
			if err != nil {
				s.answer(reply{ID: id}, err)
				return
			}
			s.change = &shown
			s.answer(reply{ID: id, ForgetPlan: &p, Exact: pathsToBytes(forgetPaths(p))}, nil)
		}
	})
}

// carryOutForget does what was shown, once.
func (s *session) carryOutForget(r request) {
	shown := s.change
	if shown == nil || shown.forget == nil || r.Hash != shown.hash {
		s.refuse(r.ID, errNotShown("forget"))
		return
	}
	s.change = nil
	s.start(nil, func(ctx context.Context) func() {
		result, err := s.host.Forget(ctx, *shown.forget)
		return func() { s.answer(reply{ID: r.ID, Forgot: &result, Exact: pathsToBytes(result.Moved)}, err) }
	})
}

func errNotShown(what string) *Error {
	return refusal(CodePlan, "cannot %s: no plan with this hash was shown, or it was carried out already; look at it again", what)
}

// delete deletes what was forgotten.
func (s *session) delete(r request) {
	if r.Date == "" || len(r.Date) > mostDate || !utf8.ValidString(r.Date) || strings.ContainsAny(r.Date, "/\x00") {
		s.refuse(r.ID, refusal(CodeMalformed, "cannot delete %.80q: it is no date", r.Date))
		return
	}
	s.start(nil, func(ctx context.Context) func() {
		list, err := s.host.Delete(ctx, r.Date)
		return func() { s.answer(reply{ID: r.ID, Forgotten: list}, err) }
	})
}
