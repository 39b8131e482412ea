package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
)

// Reads is the line that makes a configuration read the data file: for persist.nix, or any module that has lib.
const Reads = `imports = [ { environment.persistence."` + flake.Storage + `" = lib.importJSON ./` + flake.AddedFile + `; } ];`

// ErrNotRead is wrapped when a repository does not have the data file, or nothing in it reads the file.
var ErrNotRead = errors.New("the repository does not read " + flake.AddedFile)

// repo is the NixOS repository, open.
type repo struct {
	folder *os.File
	at     string
}

// openRepo opens a repository that reads the data file; see [ErrNotRead].
func openRepo(at string) (*repo, error) {
	folder, err := openRoot(at)
	if err != nil {
		return nil, fmt.Errorf("cannot look at the NixOS repository: %w; name it with --repo", err)
	}
	r := &repo{folder, at}
	reads, err := r.reads(folder, 0, new(int))
	if err == nil && !reads {
		err = ErrNotRead
	}
	if err == nil {
		_, err = r.data()
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrNotRead
		}
	}
	if err != nil {
		r.close()
		if errors.Is(err, ErrNotRead) {
			err = fmt.Errorf("cannot change what is kept: %w (%s). To let Lethe add paths, do this once: in %s/%s, or another module that has lib among its arguments, put\n  %s\nand then run\n  cd %s && echo '{}' > %s && git add %s",
				err, at, at, flake.PersistFile, Reads, command.Quote(at), flake.AddedFile, flake.AddedFile)
		}
		return nil, err
	}
	return r, nil
}

func (r *repo) close() { _ = r.folder.Close() } // only read

const (
	mostDepth = 6
	mostFiles = 5000
)

// reads tells whether a Nix file of the repository names the data file.
func (r *repo) reads(folder *os.File, depth int, seen *int) (bool, error) {
	entries, err := folder.ReadDir(-1)
	if err != nil {
		return false, fmt.Errorf("cannot read the repository: %w", err)
	}
	for _, e := range entries {
		if *seen++; *seen > mostFiles {
			return false, nil
		}
		switch {
		case e.Type().IsRegular() && strings.HasSuffix(e.Name(), ".nix"):
			text, err := readText(folder, e.Name())
			if err == nil && strings.Contains(string(text), flake.AddedFile) {
				return true, nil
			}
		case e.IsDir() && e.Name() != ".git" && depth < mostDepth:
			inside, err := openFolder(folder, e.Name())
			if err != nil {
				continue // another user's folder holds no configuration
			}
			found, err := r.reads(inside, depth+1, seen)
			if err = errors.Join(err, inside.Close()); found || err != nil {
				return found, err
			}
		}
	}
	return false, nil
}

// data reads the data file.
func (r *repo) data() ([]byte, error) {
	text, err := readText(r.folder, flake.AddedFile)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s: %w", path.Join(r.at, flake.AddedFile), err)
	}
	return text, nil
}

// apply writes what was reviewed, and nothing else, and stages it. A failure to stage is told as a note: a file that git knows
// already is seen by Nix as it is.
func (r *repo) apply(c Change) (notes []string, err error) {
	now, err := r.data()
	if err != nil {
		return nil, err
	}
	if string(now) != c.Before {
		return nil, fmt.Errorf("cannot write %s: it was changed since the change was shown; look at it again", path.Join(r.at, flake.AddedFile))
	}
	if c.Empty() {
		return nil, nil
	}
	var s unix.Stat_t
	if err := unix.Fstatat(int(r.folder.Fd()), flake.AddedFile, &s, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path.Join(r.at, flake.AddedFile), err)
	}
	if err := writeText(r.folder, flake.AddedFile, []byte(c.After), s.Mode&0o777, &s); err != nil {
		return nil, fmt.Errorf("cannot write %s: %w", path.Join(r.at, flake.AddedFile), err)
	}
	if err := r.stage([]byte(c.After)); err != nil && !errors.Is(err, export.ErrNoGit) {
		notes = append(notes, fmt.Sprintf("%v. Do it yourself: git -C %s add %s", err, command.Quote(r.at), flake.AddedFile))
	}
	return notes, nil
}

func (r *repo) stage(text []byte) error {
	root, err := os.OpenRoot(fmt.Sprintf("/proc/self/fd/%d/", r.folder.Fd()))
	if err != nil {
		return err
	}
	defer root.Close()
	return export.Restage(root, flake.AddedFile, text)
}

// Rebuild is the command that makes the running system keep what the repository says.
func (p Place) Rebuild() string {
	p = p.withDefaults()
	where := p.Repo
	if p.Host != "" {
		where += "#" + p.Host
	}
	return "sudo nixos-rebuild switch --flake " + command.Quote(where)
}
