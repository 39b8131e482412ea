// Package plan holds what will be done, as data: an ordered list of steps with their titles, the commands a
// person could type instead, their weight for progress, what is erased, and the fingerprint of the disk.
//
// A plan is pure: the same facts, wishes and layout make the same bytes. It can be printed, saved, diffed,
// reviewed, exported as a shell script, and run by package run. It never holds a secret, only the name of one.
// A plan made from shown facts is a preview, and no runner takes it for a real disk.
package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Version of the plan's own format.
const Version = 2

// Kind is what a step does; package step has one implementation for each.
type Kind string

// The kinds of steps.
const (
	Check     Kind = "check"     // the disk is the confirmed one, free, and every tool is there
	Memory    Kind = "memory"    // compressed swap in memory
	Lock      Kind = "lock"      // compute flake.lock
	Fetch     Kind = "fetch"     // clone a configuration of one's own
	Release   Kind = "release"   // take down volume groups, arrays and mappings on it
	Wipe      Kind = "wipe"      // remove old signatures
	Partition Kind = "partition" // write the GPT
	Encrypt   Kind = "encrypt"   // make the LUKS2 container
	Open      Kind = "open"      // open the container
	Format    Kind = "format"    // make one file system
	Mount     Kind = "mount"     // put the new system's tree together
	Configure Kind = "configure" // write the NixOS repository
	Passwords Kind = "passwords" // write the users' password hashes
	Install   Kind = "install"   // nixos-install
	Handover  Kind = "handover"  // give the repository to an administrator
	Verify    Kind = "verify"    // read everything back with other tools
	Close     Kind = "close"     // unmount, check, close, write out
)

// Step is one thing to do.
type Step struct {
	ID    string      `json:"id"` // unique in the plan: the kind, or kind-role
	Kind  Kind        `json:"kind"`
	Role  layout.Role `json:"role,omitempty"` // the partition it is about
	Title string      `json:"title"`
	// Why explains the step to a newcomer in a sentence.
	Why string `json:"why"`
	// Commands are what a person could type instead.
	Commands []command.Command `json:"commands"`
	// Weight is the step's share of the progress bar, in tenths of a second on an ordinary machine.
	Weight int `json:"weight"`
	// Erases tells that data of the disk is overwritten.
	Erases bool `json:"erases"`
	// NotRehearsed says why a rehearsal cannot do this step; empty when it is done.
	NotRehearsed string `json:"not_rehearsed,omitempty"`
}

// Loss is something on the disk that will be gone.
type Loss struct {
	What string `json:"what"` // a phrase for people, cleaned
	Name string `json:"name"` // kernel name, or empty in an image
	Size string `json:"size"`
	Type string `json:"type"`
	Text string `json:"label"`
	Used string `json:"used,omitempty"`
}

// Plan is everything that will be done to one disk.
type Plan struct {
	Version     int             `json:"version"`
	Grade       device.Grade    `json:"grade"`
	Verdict     device.Verdict  `json:"verdict"`
	Target      device.Identity `json:"target"`
	Transport   string          `json:"transport"`
	Fingerprint string          `json:"fingerprint"` // of Target
	Layout      layout.Layout   `json:"layout"`
	KDF         command.KDF     `json:"kdf"`
	Steps       []Step          `json:"steps"`
	Erase       []Loss          `json:"erase"`
	// Continues tells that everything before nixos-install was done by an earlier run: nothing is erased or formatted.
	Continues bool `json:"continues,omitempty"`
	// Release is what stands on the disk and is taken down before the first write, by name.
	Release []device.Release `json:"release"`
	// Memory is the machine's; 0 in a rehearsal.
	Memory quantity.Bytes `json:"memory"`
	Notes  []string       `json:"notes"`
	Wishes config.Config  `json:"wishes"`
	// Configuration is the NixOS repository, byte for byte as it will be written.
	Configuration Configuration `json:"configuration"`
	// Secrets names the secrets that a run needs.
	Secrets []string `json:"secrets"`
}

// Configuration is the NixOS repository of a plan.
type Configuration struct {
	// Files are all files of the generated repository, or those added to one of the user's own.
	Files flake.Repo `json:"files"`
	Hash  string     `json:"hash"` // of Files
	// Own is set when the user's own repository is taken.
	Own *Own `json:"own,omitempty"`
	// Findings is what the persistence lint and the log-in check have to say.
	Findings []flake.Finding `json:"findings"`
	// Lock says in a sentence whether the inputs are locked; empty when nobody asked.
	Lock string `json:"lock"`
}

// Own is a repository of the user's own.
type Own struct {
	Source string   `json:"source"`
	Rev    string   `json:"rev"` // the commit, in hex
	Diff   string   `json:"diff"`
	Says   []string `json:"says"`
}

// Refusals are the findings that stop a real installation.
func (c Configuration) Refusals() []flake.Finding {
	var list []flake.Finding
	for _, f := range c.Findings {
		if f.Severity == flake.Refuse {
			list = append(list, f)
		}
	}
	return list
}

// Runnable tells whether package run may execute the plan, and if not, why.
func (p Plan) Runnable() error {
	switch {
	case p.Version != Version:
		return fmt.Errorf("cannot run plan: it has version %d and this program knows version %d; make the plan again", p.Version, Version)
	case p.Verdict.State == device.Refused:
		return fmt.Errorf("cannot run plan on %s: %s", p.Target.Path, p.Verdict.Reason)
	case p.Grade != device.Confirmed:
		return fmt.Errorf("cannot run plan on %s: it was made without reading what is on the disk and is only a preview", p.Target.Path)
	case p.Verdict.State != device.Eligible:
		return fmt.Errorf("cannot run plan on %s: the disk was never called eligible; make the plan again", p.Target.Path)
	case p.Fingerprint != p.Target.Fingerprint():
		return fmt.Errorf("cannot run plan on %s: its fingerprint does not belong to its disk; make the plan again", p.Target.Path)
	}
	if err := p.Wishes.Validate(); err != nil {
		return fmt.Errorf("cannot run plan on %s: %w", p.Target.Path, err)
	}
	if own := p.Configuration.Own; (own != nil) != (p.Wishes.Repo.Source != "") || own != nil && own.Source != p.Wishes.Repo.Source {
		return fmt.Errorf("cannot run plan on %s: its configuration is not the one that was wished for; make the plan again", p.Target.Path)
	}
	if p.Configuration.Hash != p.Configuration.Files.Hash() {
		return fmt.Errorf("cannot run plan on %s: its configuration is not the one that was reviewed; make the plan again", p.Target.Path)
	}
	if refusals := p.Configuration.Refusals(); len(refusals) > 0 && p.Target.Kind == device.KindDisk {
		return fmt.Errorf("cannot run plan on %s: %s", p.Target.Path, refusals[0].Says)
	}
	if err := p.Layout.Check(); err != nil {
		return err
	}
	return p.coherent()
}

// coherent tells whether target, layout, steps and secrets belong together. The commands of the steps are not looked at: they
// are for people, and no step runs them.
func (p Plan) coherent() error {
	l := p.Layout
	if quantity.Bytes(l.SectorSize) != p.Target.Logical || l.DiskSectors != l.SectorSize.Floor(p.Target.Bytes) {
		return fmt.Errorf("cannot run plan on %s: its layout is for another disk; make the plan again", p.Target.Path)
	}
	steps := builder{plan: p}.steps()
	same := slices.EqualFunc(steps, p.Steps, func(a, b Step) bool {
		a.Commands, b.Commands = nil, nil
		return reflect.DeepEqual(a, b)
	})
	if !same || !slices.Equal(p.secrets(), p.Secrets) {
		return fmt.Errorf("cannot run plan on %s: its steps are not the ones that its layout needs; make the plan again", p.Target.Path)
	}
	return nil
}

// JSON is the plan in its canonical form: indented, one newline at the end.
func (p Plan) JSON() ([]byte, error) {
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("cannot write plan: %w", err)
	}
	return append(text, '\n'), nil
}

// Hash is the hex SHA-256 of [Plan.JSON]: what a user confirmed.
func (p Plan) Hash() (string, error) {
	text, err := p.JSON()
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:]), nil
}

// Find gives the step with an id, and whether there is one.
func (p Plan) Find(id string) (Step, bool) {
	for _, s := range p.Steps {
		if s.ID == id {
			return s, true
		}
	}
	return Step{}, false
}

// Weight is the sum of all steps' weights.
func (p Plan) Weight() int {
	total := 0
	for _, s := range p.Steps {
		total += s.Weight
	}
	return total
}
