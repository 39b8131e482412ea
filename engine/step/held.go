package step

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/plan"
	"lethe/engine/tool"
)

// kind is a sort of thing that a run takes from the machine and must let go of.
type kind string

const (
	tree   kind = "tree"   // everything that is mounted at or below a folder
	mapper kind = "mapper" // an opened container
	zram   kind = "zram"   // compressed swap in memory
	folder kind = "folder" // scratch on the disk, removed while it is mounted
)

// thing is one of them.
type thing struct {
	Kind kind   `json:"kind"`
	Name string `json:"name"`
}

// String is for people.
func (t thing) String() string {
	switch t.Kind {
	case tree:
		return "what is mounted at " + t.Name
	case mapper:
		return "the opened container " + t.Name
	case zram:
		return "the swap in memory " + t.Name
	}
	return "the folder " + t.Name
}

// Machine is the running system as far as steps change it besides the disk.
type Machine struct {
	// Chroot is where the machine's tree begins; "" is this machine's own.
	Chroot string
	Tools  tool.Runner
	// Record is a file that holds what was taken and not let go of yet, so that a later process can do it after a kill.
	Record string
	// Mounts lists what is mounted at or below a folder, in the order in which it was mounted.
	Mounts func(below string) ([]string, error)
	// Opened tells whether there is a mapping of that name.
	Opened func(name string) (bool, error)
	// Active tells whether something is still built on a disk.
	Active func(device.Release) (bool, error)

	things []thing
}

// path is where a path of the machine is.
func (m *Machine) path(name string) string { return m.Chroot + name }

// take notes a thing before it comes to be.
func (m *Machine) take(k kind, name string) error {
	m.things = append(m.things, thing{k, name})
	return m.save()
}

// save writes the record, whole or not at all; without any thing there is none.
func (m *Machine) save() error {
	if len(m.things) == 0 {
		if err := os.Remove(m.Record); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("cannot remove the record of what is held: %w", err)
		}
		return nil
	}
	text, err := json.Marshal(m.things)
	if err == nil {
		fresh := m.Record + ".new"
		if err = os.WriteFile(fresh, text, 0o600); err == nil {
			err = os.Rename(fresh, m.Record)
		}
	}
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("cannot record what is held: %w; it lies in memory: remove what you do not need from %s", err, filepath.Dir(plan.RunDir))
	case err != nil:
		return fmt.Errorf("cannot record what is held: %w", err)
	}
	return nil
}

// letGo releases the things of some kinds, the newest first. One that cannot be released does not keep the others. A record that cannot be
// shortened, since its file system is full, is no problem: it names what is gone, and what is gone is passed over.
func (m *Machine) letGo(ctx context.Context, kinds ...kind) error {
	var problems []error
	for _, t := range slices.Backward(slices.Clone(m.things)) {
		if !slices.Contains(kinds, t.Kind) {
			continue
		}
		if err := m.release(ctx, t); err != nil {
			problems = append(problems, err)
			continue
		}
		m.things = slices.DeleteFunc(m.things, func(is thing) bool { return is == t })
	}
	return errors.Join(errors.Join(problems...), m.shorten())
}

// shorten writes the record after something was let go of. Where that fails the old one stays.
func (m *Machine) shorten() error {
	if err := m.save(); err != nil && !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return nil
}

// letGoOf releases one thing.
func (m *Machine) letGoOf(ctx context.Context, t thing) error {
	if err := m.release(ctx, t); err != nil {
		return err
	}
	m.things = slices.DeleteFunc(m.things, func(is thing) bool { return is == t })
	return m.shorten()
}

// forget leaves things of a kind to themselves.
func (m *Machine) forget(k kind) {
	m.things = slices.DeleteFunc(m.things, func(t thing) bool { return t.Kind == k })
}

// release lets go of one thing, if it is still there.
func (m *Machine) release(ctx context.Context, t thing) error {
	switch t.Kind {
	case tree:
		return m.unmountAll(ctx, t.Name)
	case mapper:
		return m.closeMapper(ctx, t.Name)
	case zram:
		return tool.Zram{Tools: m.Tools}.Stop(ctx, t.Name)
	case folder:
		return m.removeFolder(t.Name)
	}
	return fmt.Errorf("cannot release %s: this program knows no %q", t.Name, t.Kind)
}

// removeFolder removes the scratch, but only where it lies on a disk that is mounted: never from the live system below it.
func (m *Machine) removeFolder(name string) error {
	mounted, err := m.Mounts(filepath.Dir(name))
	if err != nil || len(mounted) == 0 {
		return err
	}
	if err := os.RemoveAll(m.path(name)); err != nil {
		return fmt.Errorf("cannot remove %s: %w", name, err)
	}
	return nil
}

// unmountAll unmounts everything at or below a folder, what was mounted last first.
func (m *Machine) unmountAll(ctx context.Context, at string) error {
	points, err := m.Mounts(at)
	if err != nil {
		return fmt.Errorf("cannot tell what is mounted below %s: %w", at, err)
	}
	for _, point := range slices.Backward(points) {
		if err := m.patiently(ctx, command.Unmount(point)); err != nil {
			return fmt.Errorf("cannot unmount %s: %w; find what uses it with fuser -vm %s", point, err, command.Quote(point))
		}
	}
	return nil
}

func (m *Machine) closeMapper(ctx context.Context, name string) error {
	opened, err := m.Opened(name)
	if err != nil || !opened {
		return err
	}
	if err := m.patiently(ctx, command.CloseLUKS(name)); err != nil {
		return fmt.Errorf("cannot close %s: %w", name, err)
	}
	return nil
}

// patience is how long something may be busy: a child that was just killed, or udev that looks at a new device.
const (
	patience = 5 * time.Second
	pause    = 200 * time.Millisecond
)

// patiently runs a command again while it fails, for a while.
func (m *Machine) patiently(ctx context.Context, c command.Command) error {
	end := time.Now().Add(patience)
	for {
		_, err := m.Tools.Run(ctx, tool.Call{Command: c})
		if err == nil || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return err
		}
	}
}

// Leftovers reads what an earlier run took and did not let go of, and of that what is still there.
func (m *Machine) Leftovers() ([]string, error) {
	if err := m.load(); err != nil {
		return nil, err
	}
	var names []string
	for _, t := range m.things {
		there, err := m.there(t)
		if err != nil {
			return nil, err
		}
		if there {
			names = append(names, t.String())
		}
	}
	return names, nil
}

// unheld makes sure that nothing of the record is there: whoever takes things writes a record anew.
func (m *Machine) unheld() error {
	left, err := m.Leftovers()
	if err == nil && len(left) > 0 {
		err = fmt.Errorf("%s is held already; let go of it with lethe-engine unmount", strings.Join(left, " and "))
	}
	return err
}

// there tells whether a thing still exists.
func (m *Machine) there(t thing) (bool, error) {
	switch t.Kind {
	case tree:
		points, err := m.Mounts(t.Name)
		return len(points) > 0, err
	case mapper:
		return m.Opened(t.Name)
	}
	return false, nil // gone with the tree, or no harm
}

// ReleaseLeftovers lets go of everything that an earlier run left, and names it.
func (m *Machine) ReleaseLeftovers(ctx context.Context) ([]string, error) {
	names, err := m.Leftovers()
	if err != nil {
		return nil, err
	}
	if err := m.letGo(ctx, tree, mapper, zram, folder); err != nil {
		return nil, fmt.Errorf("cannot release what an earlier installation left: %w", err)
	}
	return names, nil
}

// releaseSwap lets go of the swap in memory that an earlier run left. What cannot be let go of is remembered, and tried again at the end. Of all
// else nothing may be there, see [Machine.unheld].
func (m *Machine) releaseSwap(ctx context.Context) error {
	if err := m.load(); err != nil {
		return err
	}
	m.things = slices.DeleteFunc(m.things, func(t thing) bool { return t.Kind != zram })
	return m.letGo(ctx, zram)
}

// load reads the record of an earlier run.
func (m *Machine) load() error {
	text, err := os.ReadFile(m.Record)
	if errors.Is(err, fs.ErrNotExist) {
		m.things = nil
		return nil
	}
	if err == nil {
		m.things = nil
		err = json.Unmarshal(text, &m.things)
	}
	if err != nil {
		return fmt.Errorf("cannot read what an earlier installation left (%s): %w", m.Record, err)
	}
	for _, t := range m.things {
		if !t.known() {
			return fmt.Errorf("cannot read what an earlier installation left (%s): it names %q; remove the file after looking at it", m.Record, t.Name)
		}
	}
	return nil
}

// known tells whether a thing of the record is one that a run takes. The record is root's own, and still no path in it is believed.
func (t thing) known() bool {
	switch t.Kind {
	case tree:
		return t.Name == plan.Root || t.Name == plan.Look
	case folder:
		return t.Name == plan.Temp
	case mapper:
		return mapperName.MatchString(t.Name)
	case zram:
		return filepath.Dir(t.Name) == "/dev" && mapperName.MatchString(filepath.Base(t.Name))
	}
	return false
}

// mapperName is the form of a name that no program takes for an option or a path.
var mapperName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.+-]*$`)
