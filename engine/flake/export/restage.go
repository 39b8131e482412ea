package export

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"path"
	"time"

	"github.com/go-git/go-git/v5/plumbing"
	"github.com/go-git/go-git/v5/plumbing/filemode"
	"github.com/go-git/go-git/v5/plumbing/format/config"
	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/go-git/go-git/v5/plumbing/format/objfile"
	"golang.org/x/sys/unix"
)

// ErrNoGit is wrapped when a folder is no git repository with files of its own, such as a plain folder or a further work tree.
var ErrNoGit = errors.New("it has no .git folder")

// Restage makes text the staged content of one file of a repository that somebody owns, as `git add` would, and commits
// nothing. It may run as root in a folder of an ordinary user: nothing outside the folder is written, whatever links are in it,
// and what is new belongs to the owner of .git. Another git at work is respected (index.lock). The file itself is not touched.
func Restage(repo *os.Root, name string, text []byte) error {
	if err := restage(repo, name, text); err != nil {
		return fmt.Errorf("cannot stage %s: %w", name, err)
	}
	return nil
}

func restage(repo *os.Root, name string, text []byte) error {
	info, err := repo.Lstat(".git")
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.IsDir() {
		return ErrNoGit
	}
	if err != nil {
		return err
	}
	git, err := repo.OpenRoot(".git")
	if err != nil {
		return err
	}
	defer git.Close()
	g := gitFolder{Root: git}
	if err := g.readOwner(); err != nil {
		return err
	}
	if err := g.checkFormat(); err != nil {
		return err
	}
	hash, err := g.addBlob(text)
	if err != nil {
		return err
	}
	return g.addEntry(name, hash, len(text))
}

// gitFolder is .git.
type gitFolder struct {
	*os.Root
	uid, gid int
}

func (g *gitFolder) readOwner() error {
	f, err := g.Open(".")
	if err != nil {
		return err
	}
	defer f.Close()
	var s unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &s); err != nil {
		return err
	}
	g.uid, g.gid = int(s.Uid), int(s.Gid)
	return nil
}

// checkFormat refuses a repository whose objects have another hash than SHA-1.
func (g *gitFolder) checkFormat() error {
	text, err := g.ReadFile("config")
	if err != nil {
		return err
	}
	c := config.New()
	if err := config.NewDecoder(bytes.NewReader(text)).Decode(c); err != nil {
		return err
	}
	if format := c.Section("extensions").Option("objectformat"); format != "" && format != "sha1" {
		return fmt.Errorf("its objects are named by %s, which is not supported", format)
	}
	return nil
}

// addBlob writes a loose object, unless it is there.
func (g *gitFolder) addBlob(text []byte) (plumbing.Hash, error) {
	hash := plumbing.ComputeHash(plumbing.BlobObject, text)
	folder := path.Join("objects", hash.String()[:2])
	name := path.Join(folder, hash.String()[2:])
	if _, err := g.Lstat(name); err == nil {
		return hash, nil
	}
	var b bytes.Buffer
	w := objfile.NewWriter(&b)
	err := w.WriteHeader(plumbing.BlobObject, int64(len(text)))
	if err == nil {
		_, err = w.Write(text)
	}
	if err = errors.Join(err, w.Close()); err != nil {
		return hash, err
	}
	if err := g.Mkdir(folder, 0o755); err == nil {
		if err := g.Lchown(folder, g.uid, g.gid); err != nil {
			return hash, err
		}
	} else if !errors.Is(err, fs.ErrExist) {
		return hash, err
	}
	return hash, g.replace(path.Join(folder, temporaryName("object")), name, b.Bytes(), 0o444)
}

// addEntry points the index at an object.
func (g *gitFolder) addEntry(name string, hash plumbing.Hash, size int) error {
	idx := &index.Index{Version: 2}
	text, err := g.ReadFile("index")
	if err == nil {
		err = index.NewDecoder(bytes.NewReader(text)).Decode(idx)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err != nil {
		return fmt.Errorf("cannot read the index: %w", err)
	}
	entry, err := idx.Entry(name)
	if errors.Is(err, index.ErrEntryNotFound) {
		entry = idx.Add(name)
		entry.Mode = filemode.Regular
	} else if err != nil {
		return err
	}
	if entry.Stage != 0 || size > math.MaxUint32 {
		return errors.New("it is being merged; finish the merge first")
	}
	entry.Hash, entry.Size, entry.IntentToAdd = hash, uint32(size), false
	// Without times git compares the bytes; see [forgetTimes].
	entry.CreatedAt, entry.ModifiedAt = time.Time{}, time.Time{}
	entry.Dev, entry.Inode, entry.UID, entry.GID = 0, 0, 0, 0
	var b bytes.Buffer
	if err := index.NewEncoder(&b).Encode(idx); err != nil {
		return fmt.Errorf("cannot write the index: %w", err)
	}
	err = g.replace("index.lock", "index", b.Bytes(), 0o644)
	if errors.Is(err, fs.ErrExist) {
		return errors.New("git is at work there, or was interrupted (.git/index.lock)")
	}
	return err
}

// replace writes a file under a new name and renames it.
func (g *gitFolder) replace(temporary, name string, text []byte, mode fs.FileMode) error {
	f, err := g.OpenFile(temporary, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, bytes.NewReader(text))
	err = errors.Join(err, f.Chown(g.uid, g.gid), f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = g.Rename(temporary, name)
	}
	if err != nil {
		_ = g.Remove(temporary)
	}
	return err
}
