package export

import (
	"archive/tar"
	"archive/zip"
	"compress/gzip"
	"context"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lethe/engine/flake"
)

// pack writes files into an archive, below one folder.
type pack func(ctx context.Context, w io.Writer, folder string, files []flake.File, when time.Time) error

// writeArchive builds the archive beside its place and renames it into it.
func writeArchive(ctx context.Context, pack pack, files []flake.File, target string, when time.Time) error {
	root, err := os.OpenRoot(filepath.Dir(target))
	if err != nil {
		return err
	}
	defer root.Close()
	build := temporaryName(filepath.Base(target))
	if err := packInto(ctx, root, build, pack, files, folderName(target), when); err != nil {
		_ = root.Remove(build)
		return err
	}
	if err := root.Rename(build, filepath.Base(target)); err != nil {
		_ = root.Remove(build)
		return err
	}
	return nil
}

func packInto(ctx context.Context, root *os.Root, name string, pack pack, files []flake.File, folder string, when time.Time) error {
	f, err := root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	if err != nil {
		return err
	}
	err = pack(ctx, f, folder, files, when.UTC())
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	return err
}

// folderName is the archive's name without its endings; everything in the archive is below it. A name that would lead elsewhere where
// it is unpacked, such as "..", is not taken.
func folderName(target string) string {
	base := filepath.Base(target)
	for _, ending := range []string{".zip", ".tar.gz", ".tgz"} {
		cut := len(base) - len(ending)
		if cut <= 0 || !strings.EqualFold(base[cut:], ending) {
			continue
		}
		name := base[:cut]
		if strings.Trim(name, ". ") != "" && utf8.ValidString(name) && !strings.ContainsFunc(name, leads) {
			return name
		}
	}
	return "nixos"
}

// leads tells that somewhere a rune has a meaning in a path, or is not shown.
func leads(r rune) bool { return r == '\\' || r == ':' || !unicode.IsGraphic(r) }

func zipPack(ctx context.Context, w io.Writer, folder string, files []flake.File, when time.Time) error {
	z := zip.NewWriter(w)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := &zip.FileHeader{Name: path.Join(folder, f.Path), Method: zip.Deflate, Modified: when}
		header.SetMode(0o644)
		entry, err := z.CreateHeader(header)
		if err != nil {
			return fmt.Errorf("cannot pack %s: %w", f.Path, err)
		}
		if _, err := entry.Write(f.Text); err != nil {
			return err
		}
	}
	return z.Close()
}

func tarPack(ctx context.Context, w io.Writer, folder string, files []flake.File, when time.Time) error {
	gz := gzip.NewWriter(w)
	t := tar.NewWriter(gz)
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		header := &tar.Header{Name: path.Join(folder, f.Path), Mode: 0o644, Size: int64(len(f.Text)), ModTime: when.Truncate(time.Second), Typeflag: tar.TypeReg}
		if err := t.WriteHeader(header); err != nil {
			return fmt.Errorf("cannot pack %s: %w", f.Path, err)
		}
		if _, err := t.Write(f.Text); err != nil {
			return err
		}
	}
	if err := t.Close(); err != nil {
		return err
	}
	return gz.Close()
}
