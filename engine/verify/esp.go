package verify

import (
	"bytes"
	"debug/pe"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
)

// Most that is read of a file on the ESP: boot loaders have some 150 KiB, settings some lines.
const (
	mostLoader = 16 << 20
	mostText   = 1 << 20
)

// loaderMark is in every systemd-boot, followed by its version.
const loaderMark = "#### LoaderInfo: systemd-boot "

// errOther tells that an EFI program is not systemd-boot.
var errOther = errors.New("it is another program than systemd-boot")

// esp is the file system that the firmware reads. Names in it have no case, whatever the system here thinks of them.
type esp struct{ root *os.Root }

// find gives the real path of a file that the firmware or the boot loader names, with slashes of either kind.
func (e esp) find(name string) (string, error) {
	at := "."
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		if part == "" || part == "." {
			continue
		}
		entries, err := fs.ReadDir(e.root.FS(), at)
		if err != nil {
			return "", err
		}
		i := slices.IndexFunc(entries, func(d fs.DirEntry) bool { return strings.EqualFold(d.Name(), part) })
		if i < 0 {
			return "", fmt.Errorf("%s: %w", name, fs.ErrNotExist)
		}
		at = path.Join(at, entries[i].Name())
	}
	return at, nil
}

// has makes sure that a file is there and not empty.
func (e esp) has(name string) error {
	real, err := e.find(name)
	if err != nil {
		return err
	}
	info, err := e.root.Stat(real)
	if err == nil && (!info.Mode().IsRegular() || info.Size() == 0) {
		err = fmt.Errorf("%s is empty or no file", name)
	}
	return err
}

// read reads a file whole.
func (e esp) read(name string, most int64) ([]byte, error) {
	real, err := e.find(name)
	if err != nil {
		return nil, err
	}
	f, err := e.root.Open(real)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && int64(len(text)) > most {
		err = fmt.Errorf("%s is larger than any such file", name)
	}
	return text, err
}

// names lists the files of a folder that end in suffix; a folder that is not there has none.
func (e esp) names(folder, suffix string) ([]string, error) {
	real, err := e.find(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(e.root.FS(), real)
	var names []string
	for _, d := range entries {
		if strings.HasSuffix(strings.ToLower(d.Name()), suffix) {
			names = append(names, d.Name())
		}
	}
	return names, err
}

// program makes sure that a file is an EFI program for a machine, and gives its bytes.
func (e esp) program(name string, machine uint16) ([]byte, error) {
	text, err := e.read(name, mostLoader)
	if err != nil {
		return nil, err
	}
	return text, forMachine(bytes.NewReader(text), machine)
}

// forMachine makes sure that a program is for a machine.
func forMachine(program io.ReaderAt, machine uint16) error {
	f, err := pe.NewFile(program)
	if err != nil {
		return fmt.Errorf("it is no EFI program: %w", err)
	}
	defer f.Close()
	if f.Machine != machine {
		return fmt.Errorf("it is a program for machine 0x%x instead of 0x%x", f.Machine, machine)
	}
	return nil
}

// systemdBoot makes sure that a file is systemd-boot and gives its version.
func (e esp) systemdBoot(name string, machine uint16) (version string, err error) {
	text, err := e.program(name, machine)
	if err != nil {
		return "", err
	}
	_, after, found := bytes.Cut(text, []byte(loaderMark))
	if !found {
		return "", errOther
	}
	const most = 64
	version, _, _ = strings.Cut(string(after[:min(most, len(after))]), " ####")
	return version, nil
}
