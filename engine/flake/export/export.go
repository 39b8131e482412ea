// Package export writes a repository out as git: into a folder, a zip or a tar.gz, with every file staged and
// one first commit; reads one back; and adds files to a clone of the user's own.
//
// It guarantees that a target that is not empty is refused, that nothing is written outside the target,
// also through symbolic links, and that a target that fills up or cannot be written is left as it was. The same
// repository, author and time give the same bytes. No program is run, so no hook and no git configuration of the
// machine takes part. It needs no mode, no link and no case-sensitive names of the file system: FAT is enough.
// (An archive cannot know where it will be unpacked; on FAT, set core.filemode=false.)
// It changes no owner: files belong to whoever runs it, who may be root. What [Load] reads loses its modes: no script
// stays executable.
package export

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"lethe/engine/flake"
)

// Author is whom the first commit names, and how.
type Author struct {
	Name  string
	Email string
	When  time.Time
	// Message is that of the commit; "" is [GeneratedMessage].
	Message string
	// Local also writes the name and the address into .git/config, where they come before the person's own. It is for the
	// copy on an installed system: root, who commits there, has no name in git.
	Local bool
}

// GeneratedMessage is the commit message for a repository that Lethe generated.
const GeneratedMessage = "Configure NixOS\n\nWritten by Lethe."

// CopiedMessage is one for a repository that was loaded, and so written by somebody else.
const CopiedMessage = "Copy the NixOS configuration"

// ErrExists is wrapped when the target is there and not an empty folder.
var ErrExists = errors.New("it is there already")

// Write writes a repository to a new or empty folder, or to a new file if the name ends in .zip, .tar.gz or .tgz.
// Cancelling ctx leaves nothing behind.
func Write(ctx context.Context, repo flake.Repo, to string, author Author) error {
	files, err := Stage(repo, author)
	if err != nil {
		return err
	}
	path, err := filepath.Abs(to)
	if err != nil {
		return fmt.Errorf("cannot export to %s: %w", to, err)
	}
	if err := write(ctx, files, path, author.When); err != nil {
		return fmt.Errorf("cannot export to %s: %w", to, err)
	}
	return nil
}

func write(ctx context.Context, files []flake.File, path string, when time.Time) error {
	info, err := os.Lstat(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	if pack := packer(path); pack != nil {
		if !missing {
			return fmt.Errorf("%w; choose another name", ErrExists)
		}
		return writeArchive(ctx, pack, files, path, when)
	}
	switch {
	case missing:
		return writeNew(ctx, files, path)
	case info.IsDir():
		return writeInto(ctx, files, path)
	}
	return fmt.Errorf("%w and is no folder; choose another name", ErrExists)
}

// IsArchive tells whether a name asks for an archive and not a folder.
func IsArchive(name string) bool { return packer(name) != nil }

// packer gives the archive format that a name asks for; nil is a folder.
func packer(path string) pack {
	name := strings.ToLower(path)
	switch {
	case strings.HasSuffix(name, ".zip"):
		return zipPack
	case strings.HasSuffix(name, ".tar.gz"), strings.HasSuffix(name, ".tgz"):
		return tarPack
	}
	return nil
}
