package session

import (
	"io"
	"math/rand/v2"
	"reflect"

	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// State is everything that the window is about.
type State struct {
	Page     Page
	Furthest Page
	// Rehearsal tells that everything runs on a virtual disk. Change it by [State.SetRehearsal].
	Rehearsal bool
	Draft     Draft
	// Checks is what was found out about the machine. Main fills it.
	Checks Checks
	// Shown is the inventory that the cards are made from: read without privilege, until [State.UseFacts] replaces it.
	Shown device.Inventory
	// Facts is what the root side said; nil until then.
	Facts *engine.Facts
	// Plan is what was planned last; use [State.Fresh] to tell whether it still fits.
	Plan *plan.Plan
	// Run is the run of the plan; its zero value means that none has begun.
	Run Run
	// Watching tells that the run is another process's, and only looked at.
	Watching bool
	// Consent is what was typed as the name of the disk.
	Consent string
	// Notice is something that the user has to be told once, such as that the chosen disk is gone. A page clears it.
	Notice Text

	shown    map[Page]bool // what somebody has had before their eyes
	selected *device.Identity
	before   Page // the explorer; empty where that was opened first
	seed     [32]byte
	users    int
}

// Options is what a session begins with.
type Options struct {
	// Seed is 32 bytes of a good random source: partition identifiers are drawn from it, for preview and plan alike.
	Seed [32]byte
	// Rehearse asks for a rehearsal whatever the machine is. Without it a live session begins with a real installation.
	Rehearse bool
	Checks   Checks
	Shown    device.Inventory
	// Wishes to begin with; the zero value means the defaults.
	Wishes config.Config
	// Before is what was chosen in a session before, to begin with that instead of Wishes. Its secrets are gone.
	Before *Draft
}

// The virtual disk of a rehearsal, until another size is chosen.
const defaultImage = 40 * quantity.GiB

// New begins a session.
func New(o Options) *State {
	s := &State{
		Page: PageWelcome, Furthest: PageWelcome, Checks: o.Checks, Shown: o.Shown, seed: o.Seed,
		Rehearsal: o.Rehearse || o.Checks.Live != Yes,
		Draft:     Draft{Wishes: o.Wishes, Image: defaultImage, Sector: 512},
	}
	var accounts []Account
	if b := o.Before; b != nil {
		s.Draft = Draft{Wishes: b.Wishes, Image: b.Image, Sector: b.Sector, placed: b.placed}
		accounts = b.Accounts
	}
	s.Draft.Wishes.Version, s.Draft.Wishes.Disk.Target = config.Version, ""
	users := s.Draft.Wishes.Users
	s.Draft.Wishes.Users = nil
	for i, u := range users {
		s.AddUser()
		s.Draft.Wishes.Users[i] = u
		if i < len(accounts) {
			s.Draft.Accounts[i].made = accounts[i].made
		}
	}
	if len(users) == 0 {
		s.AddUser()
	}
	return s
}

// Entropy is a new reader of the session's random bytes, from their beginning.
func (s *State) Entropy() io.Reader { return rand.NewChaCha8(s.seed) }

// Memory is the machine's memory, 0 when unknown.
func (s *State) Memory() quantity.Bytes {
	if s.Shown.Memory != 0 {
		return s.Shown.Memory
	}
	return s.Checks.Memory
}

// Target is the disk that the layout is for: the chosen one, or an imagined one in a rehearsal.
func (s *State) Target() (device.Disk, bool) {
	if !s.Rehearsal {
		return s.Selected()
	}
	disk := engine.Imagined(s.Draft.Image)
	if s.Draft.Sector != 0 {
		disk.Logical = quantity.Bytes(s.Draft.Sector)
		disk.Topology.Logical, disk.Topology.Physical = disk.Logical, disk.Logical
	}
	return disk, true
}

// Request is what to ask the engine for a plan with. Main adds the key derivation and the lock.
func (s *State) Request() engine.Request {
	r := engine.Request{Wishes: s.Wishes(), Memory: s.Memory(), Entropy: s.Entropy()}
	if s.Rehearsal {
		return r
	}
	r.Firmware = s.Shown.Firmware
	if s.Facts != nil {
		r.Machine = engine.Machine{Hardware: s.Facts.Hardware, Virtualization: s.Facts.Virtualization}
	}
	return r
}

// SetPlan takes a plan that was made from [State.Request]. The name of the disk must be typed anew.
func (s *State) SetPlan(p plan.Plan) { s.Plan, s.Consent = &p, "" }

// Fresh tells that there is a plan and that it was made for the present wishes and disk.
func (s *State) Fresh() bool {
	if s.Plan == nil || !reflect.DeepEqual(s.Plan.Wishes, s.Wishes()) {
		return false
	}
	disk, ok := s.Target()
	switch {
	case !ok:
		return false
	case s.Rehearsal:
		return s.Plan.Target.Kind == device.KindImage && s.Plan.Target.Bytes == disk.Bytes && s.Plan.Target.Logical == disk.Logical
	}
	return s.Plan.Target.Kind == device.KindDisk && s.Plan.Grade == device.Confirmed && s.Plan.Fingerprint == disk.Identity.Fingerprint()
}

// SetRehearsal changes between a rehearsal and a real installation. The latter is refused where [State.Choices] says so.
func (s *State) SetRehearsal(on bool) bool {
	if !on && !s.Choice(ChoiceReal).Enabled {
		return false
	}
	if s.Rehearsal != on {
		s.Rehearsal, s.Plan, s.Consent = on, nil, ""
	}
	return true
}
