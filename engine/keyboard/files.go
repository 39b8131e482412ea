package keyboard

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
)

// Bounds on what is read: the largest file of either project has 110 kB, and none includes more than six deep.
const (
	mostBytes    = 1 << 20 // of one file, decompressed
	mostIncludes = 100     // in all, so that files that include each other twice do not grow without end
	mostDepth    = 12
)

var (
	errTooLarge  = fmt.Errorf("it is larger than %d bytes", mostBytes)
	errIncludes  = fmt.Errorf("there are more than %d includes", mostIncludes)
	errTooDeep   = fmt.Errorf("includes are more than %d deep", mostDepth)
	errBadName   = errors.New("this is not a name of such a file")
	errNoSection = errors.New("there is no such section")
)

// readFile reads a file of at most mostBytes; one that gzip packed is unpacked.
func readFile(root fs.FS, name string) ([]byte, error) {
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := readBounded(f)
	if err != nil || !bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		return data, err
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	return readBounded(z)
}

func readBounded(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, mostBytes+1))
	if err == nil && len(data) > mostBytes {
		err = errTooLarge
	}
	return data, err
}

// rooted makes a path that a person may write, such as /etc/x or a/../b, one that an fs.FS takes; false if it leaves the root.
func rooted(name string) (string, bool) {
	name = path.Clean("/" + name)[1:]
	return name, name != "" && fs.ValidPath(name)
}

// isFile follows symbolic links, as loadkeys does.
func isFile(root fs.FS, name string) bool {
	info, err := fs.Stat(root, name)
	return err == nil && info.Mode().IsRegular()
}

// plainName tells whether a name can be used as one element of a path.
func plainName(name string) bool {
	if name == "" || len(name) > 64 || name[0] == '.' {
		return false
	}
	for _, r := range name {
		if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') && (r < '0' || r > '9') && r != '-' && r != '_' && r != '.' && r != '+' {
			return false
		}
	}
	return true
}
