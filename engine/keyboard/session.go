package keyboard

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
)

// symbolFolders are where distributions keep XKB's symbols, relative to the root.
var symbolFolders = []string{
	"run/current-system/sw/share/X11/xkb", "run/current-system/sw/share/xkeyboard-config-2", "etc/X11/xkb",
	"usr/share/X11/xkb", "usr/share/xkeyboard-config-2",
}

// Session reads an XKB layout by its name and variant, such as "de" and "nodeadkeys", from below root; the empty variant is the
// layout's default. The caller's folders, relative to the root (XKB_CONFIG_ROOT, say), come before the usual ones. Where no folder
// has the layout, the built-in table is asked; the error wraps [fs.ErrNotExist] where that does not have it either.
func Session(root fs.FS, layout, variant string, folders ...string) (Map, error) {
	name := layoutName(layout, variant)
	if !plainName(layout) || variant != "" && !plainName(variant) {
		return Map{}, fmt.Errorf("cannot read keyboard layout %q: %w", name, errBadName)
	}
	for _, folder := range append(slices.Clone(folders), symbolFolders...) {
		if !isFile(root, path.Join(folder, "symbols", layout)) {
			continue
		}
		m, err := readLayout(root, path.Join(folder, "symbols"), layout, variant)
		if err != nil {
			return Map{}, fmt.Errorf("cannot read keyboard layout %s: %w", name, err)
		}
		return m, nil
	}
	if m, ok := builtin(sessionKind, name); ok {
		return m, nil
	}
	return Map{}, fmt.Errorf("cannot find keyboard layout %s: %w; choose another layout, or a passphrase of letters and digits that both keyboards print on the same keys", name, fs.ErrNotExist)
}

func layoutName(layout, variant string) string {
	if variant == "" {
		return layout
	}
	return layout + "(" + variant + ")"
}

// readLayout puts the layout on the keys that every layout shares, as XKB's rules do.
func readLayout(root fs.FS, folder, layout, variant string) (Map, error) {
	x := &xkb{root: root, folder: folder, aliases: aliases(layout), files: map[string]map[string]section{}}
	k := keys{}
	for _, include := range []string{"pc", layoutName(layout, variant)} {
		if err := x.include(k, include, override, 0); err != nil {
			return Map{}, err
		}
	}
	return newMap(layoutName(layout, variant), "/"+path.Join(folder, layout), k.chart(), sessionComposer), nil
}

var errSymbols = errors.New("this text is not understood")
