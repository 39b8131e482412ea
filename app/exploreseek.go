package main

import (
	"context"
	"errors"

	"lethe/app/session"
	"lethe/engine/persist"
)

// errEnough ends a scan that has found what it looks for.
var errEnough = errors.New("enough was found")

// seek lists what was counted and not kept apart: the entries of a folder, or "" those that the search is about. The tree of a million files keeps few
// of them, so another scan finds them anew, which takes as long as the first and hardly any memory.
func (e *explorer) seek(folder string) {
	if e.system == nil {
		return
	}
	want, ok := e.state.BeginSeek(folder)
	if !ok {
		return
	}
	ctx, cancel := context.WithCancelCause(e.w.life)
	e.seeking = func() { cancel(nil) }
	tree, number, request, on := e.tree, e.scans, e.request(), e.system
	inBackground(ctx, e.w, func(ctx context.Context) (*session.Seek, error) {
		want.Begin(tree)
		_, err := on.Scan(ctx, request, func(parcel []persist.Finding) {
			if !want.Take(parcel) {
				cancel(errEnough)
			}
		}, nil)
		if err == nil || errors.Is(context.Cause(ctx), errEnough) {
			want.End(tree)
			return want, nil
		}
		return want, err
	}, func(_ *session.Seek, err error) {
		stopped := ctx.Err() != nil && !errors.Is(context.Cause(ctx), errEnough)
		cancel(nil)
		if number != e.scans { // what it looked for is no longer shown
			return
		}
		e.seeking = nil
		if stopped {
			e.state.StopSeek()
		} else {
			e.state.EndSeek(want, textOf(err))
		}
		e.load()
	})
	e.refresh()
}
