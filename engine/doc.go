// Package engine is the one door to the install engine, for the window and the command line alike.
//
// Data travels one way:
//
//	facts   device.Inventory ─┐
//	wishes  config.Config ────┼─▶ layout.Layout ─▶ flake.Repo ─▶ plan.Plan ─▶ run ─▶ step ─▶ tool ─▶ disk
//	                          ┘     (pure)           (pure)        (data)      │
//	                                                                           ▼
//	                                     window, command line, journal ◀── event.Event
//
// Packages layout, flake and plan are pure. Package run executes plans and knows nothing of what the steps do; package
// step does them; package tool runs outside programs. Package target holds the disk, package verify reads it back,
// package printer prints events, package secret holds passphrases.
//
// The engine never decides what to erase: it runs a plan that somebody reviewed, on the disk whose fingerprint
// the plan carries, or refuses. A real disk is installed to
// through package helper, the root side; a rehearsal on an image file needs no privilege.
package engine
