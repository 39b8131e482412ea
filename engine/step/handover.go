package step

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"lethe/engine/plan"
)

// handover gives the repository to an administrator, and folders of services to theirs.
type handover struct{}

// Do changes owners below the kept folders only, and follows no link.
func (*handover) Do(ctx context.Context, e *Env) error {
	if owner := e.Plan.Owner(); owner != 0 {
		if err := own(e.Machine.path(plan.Persist+"/etc/nixos"), owner, plan.UsersGroup); err != nil {
			return fmt.Errorf("cannot hand the configuration to its owner: %w", err)
		}
		e.Log("The configuration belongs to user %d now.", owner)
	}
	for _, k := range e.Plan.Kept() {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		if k.User == "" {
			continue
		}
		if err := e.serve(k); err != nil {
			return fmt.Errorf("cannot hand %s to %s: %w", k.Path, k.User, err)
		}
	}
	return nil
}

// serve gives a folder to the user of a service, whose number the installation handed out.
func (e *Env) serve(k plan.Kept) error {
	uid, err := lookup(e.Machine.path(plan.Root+"/etc/passwd"), k.User)
	if err != nil {
		return err
	}
	gid, err := lookup(e.Machine.path(plan.Root+"/etc/group"), k.User)
	if err != nil {
		return err
	}
	if uid < 0 || gid < 0 {
		e.Log("There is no user %s in the new system; %s stays root's.", k.User, k.Path)
		return nil
	}
	return own(e.Machine.path(k.Real), uid, gid)
}

// lookup finds the number of a name in a passwd or group file; -1 when there is none.
func lookup(path, name string) (int, error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return -1, nil
	}
	if err != nil {
		return -1, err
	}
	defer f.Close()
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if fields := strings.Split(lines.Text(), ":"); len(fields) > 2 && fields[0] == name {
			id, err := strconv.ParseUint(fields[2], 10, 32)
			if err != nil || id == keepOwner {
				return -1, fmt.Errorf("%s gives %s the number %q", path, name, fields[2])
			}
			return int(id), nil
		}
	}
	return -1, lines.Err()
}

// keepOwner is no number of anybody: chown takes it as "leave it as it is".
const keepOwner = 1<<32 - 1

// own gives a folder and all in it to somebody.
func own(folder string, uid, gid int) error {
	return filepath.WalkDir(folder, func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Lchown(path, uid, gid)
	})
}

// Undo leaves the owners: nothing is held.
func (*handover) Undo(context.Context, *Env) error { return nil }
