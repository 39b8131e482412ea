package main

import (
	"context"
	"slices"

	"lethe/app/page"
	"lethe/app/session"
	"lethe/engine/device"
	"lethe/engine/flake/locale"
)

// seen is what a look at the machine gave.
type seen struct {
	inventory device.Inventory
	checks    session.Checks
}

// look reads the machine anew: as an ordinary user, or through the root side where that runs.
func (w *window) look() {
	if w.host != nil {
		w.readFacts()
		return
	}
	inBackground(w.life, w, func(ctx context.Context) (seen, error) {
		inventory, err := w.engine.Inventory(ctx)
		return seen{inventory, w.lookAround()}, err
	}, func(s seen, err error) {
		if w.life.Err() != nil {
			return
		}
		if err != nil {
			w.shell.tell(page.Engine(err.Error()))
			return
		}
		w.saw(s)
	})
}

// saw takes what was read. A session that runs from a live medium installs for real, unless somebody said otherwise or is under way.
func (w *window) saw(s seen) {
	first := w.state.Shown.Grade == ""
	s.checks.Firmware, s.checks.Memory = s.inventory.Firmware, s.inventory.Memory
	if slices.ContainsFunc(s.inventory.Disks, func(d device.Disk) bool { return d.LiveMedium }) {
		s.checks.Live = session.Yes
	}
	w.state.Checks = s.checks
	if w.state.Facts == nil {
		w.state.Shown = s.inventory
	}
	if first && !w.rehearse && s.checks.Live == session.Yes && w.state.Page == session.PageWelcome {
		w.state.SetRehearsal(false)
	}
	w.refresh()
}

// readLists reads what can be chosen as language, time zone and keyboard, and how this session's keyboard is laid out.
func (w *window) readLists() {
	inBackground(w.life, w, func(context.Context) (locale.Lists, error) {
		w.keys.readSession(w.env)
		return locale.Read(w.root)
	}, func(lists locale.Lists, _ error) { // what could be read is there, and the rest is offered from Lethe's own lists
		*w.lists = lists
		w.refresh()
	})
}
