package keep

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// Size is what a tree consists of.
type Size struct {
	Entries int   `json:"entries"`
	Bytes   int64 `json:"bytes"`  // of files, holes included
	Blocks  int64 `json:"blocks"` // bytes on the disk or in memory
}

// survey counts a tree on one file system. What it cannot read is an error: a copy could not either.
func survey(ctx context.Context, folder *os.File, name string, top bool) (Size, error) {
	seen := map[inode]bool{}
	var size Size
	var walk func(folder *os.File, name string, top bool) error
	walk = func(folder *os.File, name string, top bool) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		n, err := look(folder, name, !top)
		if errors.Is(err, unix.EXDEV) || errors.Is(err, fs.ErrNotExist) && !top {
			return nil
		}
		if err != nil {
			return err
		}
		defer n.Close()
		size.Entries++
		key := inode{n.stat.Dev, n.stat.Ino}
		if n.kind() != unix.S_IFDIR {
			if n.stat.Nlink < 2 || !seen[key] {
				size.Blocks += n.stat.Blocks * 512
				size.Bytes += n.stat.Size
			}
			if n.stat.Nlink > 1 {
				seen[key] = true
			}
			return nil
		}
		inside, err := n.read()
		if err != nil {
			return err
		}
		defer inside.Close()
		names, err := inside.Readdirnames(-1)
		if err != nil {
			return err
		}
		for _, name := range names {
			if err := walk(inside, name, false); err != nil {
				return err
			}
		}
		return nil
	}
	return size, walk(folder, name, top)
}
