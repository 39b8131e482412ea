package engine

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// Rehearsal is a run on an image file, with no privilege at all.
type Rehearsal struct {
	// Path of the image; "" makes one in a temporary folder.
	Path string
	// Size of a new image. An existing image keeps its size when Size is 0.
	Size   quantity.Bytes
	Sector quantity.SectorSize // 0 means 512, or what an existing image has
	// Overwrite allows taking an image that no rehearsal made.
	Overwrite bool
	Request   Request
}

// Stage is a rehearsal that is ready to run: the image is there and the plan is made.
type Stage struct {
	Path string
	Disk device.Disk
	Plan plan.Plan
	// Tools runs the outside programs; Prepare sets the real ones.
	Tools tool.Runner
	made  []string // what to remove unless the image is kept
}

// marker is the file in a state folder that says whose it is.
const marker = "made-by-lethe-rehearse"

// mostImage is the largest file that an offset can reach.
const mostImage = quantity.Bytes(math.MaxInt64)

// tick is how often progress is told.
const tick = 100 * time.Millisecond

// defaultImageSize is the virtual disk of the walkthrough.
const defaultImageSize = 40 * quantity.GiB

// Prepare makes the image where it does not exist, reads it, and makes the plan. Nothing of an existing image is
// changed. On an error nothing is left behind that was not there before.
func Prepare(ctx context.Context, r Rehearsal) (*Stage, error) {
	s := &Stage{Tools: tool.Exec{}}
	if err := s.prepare(ctx, r); err != nil {
		return nil, errors.Join(err, s.Remove())
	}
	return s, nil
}

func (s *Stage) prepare(ctx context.Context, r Rehearsal) error {
	if err := r.Request.Wishes.Validate(); err != nil {
		return err
	}
	if err := s.place(r); err != nil {
		return err
	}
	disk, err := s.read(ctx, r.Sector)
	if err != nil {
		return err
	}
	s.Disk = disk
	s.Plan, err = Plan(ctx, disk, r.Request)
	return err
}

// read reads the image. One of our own whose table a killed run left half-written is made blank first.
func (s *Stage) read(ctx context.Context, sector quantity.SectorSize) (device.Disk, error) {
	if err := target.Free(s.Path); err != nil {
		return device.Disk{}, err
	}
	disk, err := Image(ctx, s.Path, sector)
	if err != nil || disk.Table.Problem == "" || !ours(s.Path) {
		return disk, err
	}
	if err := blank(s.Path, disk.Bytes); err != nil {
		return device.Disk{}, err
	}
	return Image(ctx, s.Path, sector)
}

// place finds or makes the image file.
func (s *Stage) place(r Rehearsal) error {
	if r.Path == "" {
		folder, err := os.MkdirTemp("", "lethe-rehearsal-")
		if err != nil {
			return fmt.Errorf("cannot make temporary folder: %w", err)
		}
		s.made = append(s.made, folder)
		r.Path = filepath.Join(folder, "disk.img")
	}
	path, err := filepath.Abs(r.Path)
	if err != nil {
		return fmt.Errorf("cannot use image %s: %w", r.Path, err)
	}
	s.Path = path
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return s.create(r)
	case err != nil:
		return fmt.Errorf("cannot use image: %w", err)
	case !info.Mode().IsRegular():
		return fmt.Errorf("cannot use %s as an image: it is not a regular file; real disks are not for rehearsals", path)
	}
	return reuse(path, quantity.Bytes(info.Size()), r)
}

// create makes a new sparse image and its state folder.
func (s *Stage) create(r Rehearsal) error {
	if r.Size == 0 {
		r.Size = defaultImageSize
	}
	if r.Size > mostImage {
		return fmt.Errorf("cannot make image of %s: larger than any file", r.Size)
	}
	f, err := os.OpenFile(s.Path, os.O_RDWR|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make image: %w", err)
	}
	s.made = append(s.made, s.Path, plan.StateDir(s.Path))
	if err := claim(s.Path); err != nil {
		return errors.Join(err, f.Close())
	}
	if err := errors.Join(f.Truncate(int64(r.Size)), f.Close()); err != nil {
		return fmt.Errorf("cannot make image of %s: %w", r.Size, err)
	}
	return nil
}

// reuse starts over on an image that a rehearsal made; any other is taken only when that was said.
func reuse(path string, size quantity.Bytes, r Rehearsal) error {
	own := ours(path)
	switch {
	case !own && !r.Overwrite:
		return fmt.Errorf("cannot use image %s: it exists and no rehearsal made it; choose another path, or say --overwrite to lose what is in it", path)
	case r.Size == 0 || r.Size == size:
		return nil // marked as ours when the run begins, not before
	case r.Size > mostImage:
		return fmt.Errorf("cannot make image of %s: larger than any file", r.Size)
	case !own:
		return fmt.Errorf("cannot use image %s: it has %s and %s were asked for; leave --size out", path, size, r.Size)
	}
	return blank(path, r.Size)
}

// ours tells whether a rehearsal made the image.
func ours(path string) bool {
	_, err := os.Lstat(filepath.Join(plan.StateDir(path), marker))
	return err == nil
}

// blank empties an image of our own and gives it a size.
func blank(path string, size quantity.Bytes) error {
	if err := target.Free(path); err != nil {
		return err
	}
	if err := os.Truncate(path, 0); err != nil {
		return fmt.Errorf("cannot start over on image: %w", err)
	}
	if err := os.Truncate(path, int64(size)); err != nil {
		return fmt.Errorf("cannot resize image %s to %s: %w", path, size, err)
	}
	return nil
}

// claim marks the state folder, so that a later rehearsal knows the image for its own, even after a kill.
func claim(path string) error {
	folder := plan.StateDir(path)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cannot make state folder: %w", err)
	}
	text := "This folder and the image beside it were made by `lethe-engine rehearse` and may be deleted.\n"
	if err := os.WriteFile(filepath.Join(folder, marker), []byte(text), 0o600); err != nil {
		return fmt.Errorf("cannot mark state folder: %w", err)
	}
	return nil
}

// Remove deletes what Prepare made.
func (s *Stage) Remove() error {
	var problems []error
	for i := len(s.made) - 1; i >= 0; i-- {
		problems = append(problems, os.RemoveAll(s.made[i]))
	}
	s.made = nil
	return errors.Join(problems...)
}

// StateDir is where plan, script, wishes, journal and configuration of the rehearsal lie.
func (s *Stage) StateDir() string { return plan.StateDir(s.Path) }

// Run does what the plan says and tells sink. Plan, script, wishes and journal are kept in the state folder.
func (s *Stage) Run(ctx context.Context, secrets *secret.Store, sink event.Sink) (run.Result, error) {
	if err := s.save(); err != nil {
		return run.Result{State: step.Untouched}, err
	}
	journal, err := run.OpenJournal(filepath.Join(s.StateDir(), "journal.jsonl"))
	if err != nil {
		return run.Result{State: step.Untouched}, err
	}
	runner := run.Runner{For: step.For, Sink: event.Tee(journal, sink), Now: time.Now, Tick: tick}
	result, err := runner.Run(ctx, &step.Env{
		Plan: s.Plan, Tools: s.Tools, Secrets: secrets, Now: time.Now,
		Open: openImage, Identify: identifyImage,
	})
	return result, errors.Join(err, journal.Close())
}

// save marks the image as ours and writes the reviewable forms of the plan.
func (s *Stage) save() error {
	if err := claim(s.Path); err != nil {
		return err
	}
	text, err := s.Plan.JSON()
	if err != nil {
		return err
	}
	wishes, err := s.Plan.Wishes.Encode()
	if err != nil {
		return err
	}
	files := map[string][]byte{"plan.json": text, "plan.sh": []byte(s.Plan.Script()), "wishes.toml": wishes}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(s.StateDir(), name), content, 0o600); err != nil {
			return fmt.Errorf("cannot save %s: %w", name, err)
		}
	}
	return nil
}

// openImage takes hold of the plan's image.
func openImage(p plan.Plan) (target.Target, error) {
	if p.Target.Kind != device.KindImage {
		return nil, fmt.Errorf("cannot write to %s: real disks need the root helper, which this version does not have yet", p.Target.Path)
	}
	return target.OpenImage(p.Target.Path, p.Layout.SectorSize)
}

// identifyImage reads the image anew.
func identifyImage(ctx context.Context, p plan.Plan) (device.Disk, error) {
	return Image(ctx, p.Target.Path, p.Layout.SectorSize)
}
