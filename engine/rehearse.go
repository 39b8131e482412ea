package engine

import (
	"cmp"
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

// yielding is how nice the programs of a rehearsal are: somebody works on this machine, and looks at the window.
const yielding = 10

// defaultImageSize is the virtual disk of the walkthrough.
const defaultImageSize = 40 * quantity.GiB

// Prepare makes the image where it does not exist, reads it, and makes the plan. An existing image is
// left as it is, but for one of our own that is to have another size or whose table is half-written: that one is
// emptied, once the wishes are known to fit. On an error nothing is left behind that was not there before.
func Prepare(ctx context.Context, r Rehearsal) (*Stage, error) {
	s := &Stage{Tools: tool.Exec{Nice: yielding}}
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
	disk, err := s.read(ctx, r)
	if err != nil {
		return err
	}
	s.Disk = disk
	s.Plan, err = Plan(ctx, disk, r.Request)
	return err
}

// read reads the image. One of our own is emptied first where it is to have another size, or where a killed run left its
// table half-written, but not before it is known that the wishes fit.
func (s *Stage) read(ctx context.Context, r Rehearsal) (device.Disk, error) {
	if err := target.Free(s.Path); err != nil {
		return device.Disk{}, err
	}
	disk, err := Image(ctx, s.Path, r.Sector)
	if err != nil || !ours(s.Path) {
		return disk, err
	}
	size := cmp.Or(r.Size, disk.Bytes)
	if size == disk.Bytes && disk.Table.Problem == "" {
		return disk, nil
	}
	imagined := Imagined(size)
	imagined.Logical, imagined.Topology = disk.Logical, disk.Topology
	request, err := r.Request.measured()
	if err != nil {
		return device.Disk{}, err
	}
	if _, err := request.layout(imagined); err != nil {
		return device.Disk{}, err
	}
	if err := blank(s.Path, size); err != nil {
		return device.Disk{}, err
	}
	return Image(ctx, s.Path, r.Sector)
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

// create makes a new sparse image and its state folder. The image is made inside the folder and moved to its place once the
// folder says whose it is, so that a kill at any moment leaves nothing that the next rehearsal would not know.
func (s *Stage) create(r Rehearsal) error {
	size := cmp.Or(r.Size, defaultImageSize)
	if size > mostImage {
		return fmt.Errorf("cannot make image of %s: larger than any file", size)
	}
	folder := plan.StateDir(s.Path)
	switch err := os.Mkdir(folder, 0o700); {
	case err == nil:
		s.made = append(s.made, folder)
	case !errors.Is(err, os.ErrExist): // of an image that is gone: what lies in it may be somebody's work
		return fmt.Errorf("cannot make image: %w", err)
	}
	fresh := filepath.Join(folder, "new.img")
	if err := os.Remove(fresh); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("cannot remove leftover: %w", err)
	}
	f, err := os.OpenFile(fresh, os.O_RDWR|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("cannot make image: %w", err)
	}
	if err := errors.Join(f.Truncate(int64(size)), f.Close()); err != nil {
		return errors.Join(fmt.Errorf("cannot make image of %s: %w", size, err), os.Remove(fresh))
	}
	if err := claim(s.Path, fresh); err != nil {
		return err
	}
	if err := unix.Renameat2(unix.AT_FDCWD, fresh, unix.AT_FDCWD, s.Path, unix.RENAME_NOREPLACE); err != nil {
		return errors.Join(fmt.Errorf("cannot put image in its place: %w", err), os.Remove(fresh))
	}
	s.made = append(s.made, s.Path)
	return nil
}

// reuse tells whether an image that is there may be taken: one that a rehearsal made, or any other when that was said. It
// changes nothing; a foreign image is marked as ours when the run begins.
func reuse(path string, size quantity.Bytes, r Rehearsal) error {
	own := ours(path)
	switch {
	case !own && !r.Overwrite:
		return fmt.Errorf("cannot use image %s: it exists and no rehearsal made it; choose another path, or say --overwrite to lose what is in it", path)
	case r.Size > mostImage:
		return fmt.Errorf("cannot make image of %s: larger than any file", r.Size)
	case !own && r.Size != 0 && r.Size != size:
		return fmt.Errorf("cannot use image %s: it has %s and %s were asked for; leave --size out", path, size, r.Size)
	}
	return nil
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

// claim marks the state folder of an image as belonging to that very file, so that a later rehearsal knows it for its own, even
// after a kill, and never takes another file that somebody put in its place.
func claim(path, file string) error {
	folder := plan.StateDir(path)
	if err := os.Mkdir(folder, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return fmt.Errorf("cannot make state folder: %w", err)
	}
	mark, err := birth(file)
	if err != nil {
		return err
	}
	name := filepath.Join(folder, marker)
	if is, err := os.ReadFile(name); err == nil && string(is) == mark {
		return nil
	}
	fresh := name + ".new" // a kill in the middle of writing must not take the mark away
	if err := errors.Join(os.WriteFile(fresh, []byte(mark), 0o600), os.Rename(fresh, name)); err != nil {
		return fmt.Errorf("cannot mark state folder: %w", err)
	}
	return nil
}

// ours tells whether a rehearsal made the very file at path.
func ours(path string) bool {
	mark, err := os.ReadFile(filepath.Join(plan.StateDir(path), marker))
	if err != nil {
		return false
	}
	is, err := birth(path)
	return err == nil && string(mark) == is
}

// birth tells one file from all others, also from a later one that got its inode: device, inode and time of birth, where the
// file system keeps that.
func birth(path string) (string, error) {
	var st unix.Statx_t
	if err := unix.Statx(unix.AT_FDCWD, path, unix.AT_SYMLINK_NOFOLLOW, unix.STATX_INO|unix.STATX_BTIME, &st); err != nil {
		return "", fmt.Errorf("cannot identify image %s: %w", path, err)
	}
	return fmt.Sprintf("The image beside this folder was made by lethe-engine rehearse; both may be deleted.\n%d:%d %d %d.%09d\n",
		st.Dev_major, st.Dev_minor, st.Ino, st.Btime.Sec, st.Btime.Nsec), nil
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
	runner := run.Runner{For: step.For, Sink: event.Tee(journal, sink), Now: time.Now, Tick: tick, Silence: tool.Silence}
	result, err := runner.Run(ctx, &step.Env{
		Plan: s.Plan, Tools: s.Tools, Secrets: secrets, Now: time.Now,
		Open: openTarget, Identify: identify,
	})
	return result, errors.Join(err, journal.Close())
}

// save marks the image as ours and writes the reviewable forms of the plan.
func (s *Stage) save() error {
	if err := claim(s.Path, s.Path); err != nil {
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
