package keyboard

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// keymapFolders are where distributions keep console keymaps, relative to the root.
var keymapFolders = []string{
	"run/current-system/sw/share/keymaps", "etc/kbd/keymaps", "usr/share/kbd/keymaps", "usr/lib/kbd/keymaps", "usr/share/keymaps",
}

// Suffixes of kbd's own keymaps and of those of Debian's console-data, which has other files under the same names.
var (
	kbdSuffixes         = []string{".map", ".map.gz"}
	consoleDataSuffixes = []string{".kmap", ".kmap.gz"}
)

// Console reads a console keymap by its kbd name, such as "de-latin1", from below root. The caller's folders, relative to the root,
// come before the usual ones. Since NixOS loads kbd's keymaps, a file of kbd's is preferred, then the built-in table, then
// console-data's file of that name. The error wraps [fs.ErrNotExist] where there is none of them.
func Console(root fs.FS, keymap string, folders ...string) (Map, error) {
	if !plainName(keymap) {
		return Map{}, fmt.Errorf("cannot read console keymap %q: %w", keymap, errBadName)
	}
	folders = append(slices.Clone(folders), keymapFolders...)
	if m, found, err := readKeymap(root, keymap, folders, kbdSuffixes); found {
		return m, err
	}
	if m, ok := builtin(consoleKind, keymap); ok {
		return m, nil
	}
	if m, found, err := readKeymap(root, keymap, folders, consoleDataSuffixes); found {
		return m, err
	}
	return Map{}, fmt.Errorf("cannot find console keymap %s: %w; choose another keymap, or a passphrase of letters and digits that both keyboards print on the same keys", keymap, fs.ErrNotExist)
}

// readKeymap reads the first file of that name; not found is no error.
func readKeymap(root fs.FS, keymap string, folders, suffixes []string) (Map, bool, error) {
	for _, folder := range folders {
		name := findKeymap(root, folder, keymap, suffixes, 0)
		if name == "" {
			continue
		}
		k := newKeymap(root, folder)
		if err := k.file(name, 0); err != nil {
			return Map{}, true, fmt.Errorf("cannot read console keymap %s: %w", keymap, err)
		}
		return newMap(keymap, "/"+name, k.chart(), consoleComposer), true, nil
	}
	return Map{}, false, nil
}

// findKeymap looks in a folder before the folders in it, and in a PC's before other machines', as loadkeys does.
func findKeymap(root fs.FS, folder, keymap string, suffixes []string, depth int) string {
	for _, suffix := range suffixes {
		if name := path.Join(folder, keymap+suffix); isFile(root, name) {
			return name
		}
	}
	entries, err := fs.ReadDir(root, folder)
	if err != nil || depth == mostDepth/2 {
		return ""
	}
	slices.SortStableFunc(entries, func(a, b fs.DirEntry) int { return machineOrder(a) - machineOrder(b) })
	for _, e := range entries {
		if e.Type().IsRegular() || e.Name() == "include" {
			continue
		}
		if name := findKeymap(root, path.Join(folder, e.Name()), keymap, suffixes, depth+1); name != "" {
			return name
		}
	}
	return ""
}

func machineOrder(e fs.DirEntry) int {
	if e.Name() == "i386" {
		return 0
	}
	return 1
}

// findInclude looks where loadkeys looks: beside the including file, in the include folders above it, then in the keymaps' own.
func (k *keymap) findInclude(name, from string) (string, error) {
	near := path.Dir(from)
	places := []string{near, path.Join(near, "../include"), path.Join(near, "../../include"), path.Join(k.folder, "include"), path.Join(k.folder, "i386/include"), path.Join(k.folder, "mac/include")}
	if strings.HasPrefix(name, "/") {
		places = []string{""}
	}
	for _, place := range places {
		for _, suffix := range []string{"", ".inc", ".gz", ".inc.gz"} {
			if file, ok := rooted(path.Join(place, name+suffix)); ok && isFile(k.root, file) {
				return file, nil
			}
		}
	}
	return "", fmt.Errorf("cannot find its include %q: %w", name, fs.ErrNotExist)
}

// Errors of a keymap's text.
var (
	errSyntax  = errors.New("this line is not understood")
	errCharset = errors.New("this character set is not known")
)
