// Generate makes package keyboard's two tables from the files of other projects:
//
//	go run ./engine/keyboard/generate -syms DIR -out engine/keyboard
//	go run ./engine/keyboard/generate -kbd DIR -xkb DIR -origin-kbd TEXT -origin-xkb TEXT -out engine/keyboard
//
// The first makes keysyms.tsv, which the second needs to make builtin.tsv. -syms holds the headers that kbd's build makes in
// src/libkeymap (syms.*.h); -kbd is data/keymaps of kbd's source; -xkb is xkeyboard-config's folder, such as /usr/share/X11/xkb.
// Only facts are taken: which character a name means, and which key gives which character. Where a map's file is missing or not
// understood, nothing is written.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"lethe/engine/keyboard"
)

// consoleMaps are the keymaps that NixOS users name most; NixOS renames a few files of kbd's that share a name.
var consoleMaps = strings.Fields(`us us-acentos dvorak colemak uk ie de de-latin1 de-latin1-nodeadkeys sg sg-latin1 de_CH-latin1 fr_CH
	fr_CH-latin1 fr fr-latin1 fr-latin9 fr-pc fr-bepo be-latin1 cf es pt-latin1 br-abnt2 it it2 nl dk dk-latin1 no no-latin1
	sv-latin1 fi et lv lt pl pl2 cz cz-lat2 sk-qwertz sk-qwerty hu hu101 slovene croat ro trq trf jp106 ru`)

// renamed are the keymaps whose file has another name, or one that two folders hold, below kbd's i386.
var renamed = map[string]string{
	"colemak": "colemak/en-latin9", "cz": "qwerty/cz", "es": "qwerty/es", "trf": "qwerty/trf",
}

// sessionMaps are their counterparts, and what is common in sessions.
var sessionMaps = strings.Fields(`us us(intl) us(altgr-intl) us(dvorak) us(colemak) gb ie de de(nodeadkeys) ch ch(de_nodeadkeys) ch(fr) fr
	fr(latin9) fr(oss) fr(nodeadkeys) fr(bepo) be ca es latam pt br it nl dk no se fi is ee lv lv(apostrophe) lt pl cz cz(qwerty) sk
	sk(qwerty) hu hu(qwerty) si hr ro tr tr(f) jp ru ua gr`)

func main() {
	kbd := flag.String("kbd", "", "kbd's data/keymaps")
	syms := flag.String("syms", "", "folder of kbd's syms.*.h")
	xkb := flag.String("xkb", "/usr/share/X11/xkb", "xkeyboard-config's folder")
	keysymdef := flag.String("keysymdef", "/usr/include/X11/keysymdef.h", "X11's names of symbols")
	originKbd := flag.String("origin-kbd", "", "what the console maps come from")
	originXkb := flag.String("origin-xkb", "", "what the session maps come from")
	out := flag.String("out", "", "package keyboard's folder")
	flag.Parse()
	if err := run(*kbd, *syms, *xkb, *keysymdef, *originKbd, *originXkb, *out); err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func run(kbd, syms, xkb, keysymdef, originKbd, originXkb, out string) error {
	if syms != "" {
		table, err := names(keysymdef, syms)
		if err != nil {
			return err
		}
		return write(filepath.Join(out, "keysyms.tsv"), table)
	}
	var b strings.Builder
	if err := console(&b, kbd, originKbd); err != nil {
		return err
	}
	if err := session(&b, xkb, originXkb); err != nil {
		return err
	}
	return write(filepath.Join(out, "builtin.tsv"), b.String())
}

// console writes the console maps.
func console(b *strings.Builder, folder, origin string) error {
	fmt.Fprintf(b, "# console: %s\n", origin)
	for _, name := range consoleMaps {
		where, file := ".", name
		if other, ok := renamed[name]; ok {
			where, file = filepath.Join("i386", filepath.Dir(other)), filepath.Base(other)
		}
		m, err := keyboard.Console(os.DirFS(folder), file, where)
		if err != nil {
			return err
		}
		m.Name = name
		if err := line(b, m); err != nil {
			return err
		}
	}
	return nil
}

// session writes the session maps.
func session(b *strings.Builder, folder, origin string) error {
	fmt.Fprintf(b, "# session: %s\n", origin)
	for _, name := range sessionMaps {
		layout, variant, _ := strings.Cut(strings.TrimSuffix(name, ")"), "(")
		m, err := keyboard.Session(os.DirFS(folder), layout, variant, ".")
		if err != nil {
			return err
		}
		if err := line(b, m); err != nil {
			return err
		}
	}
	return nil
}

// line writes a map that came from a file, and no other.
func line(b *strings.Builder, m keyboard.Map) error {
	if !strings.HasPrefix(m.Origin, "/") {
		return fmt.Errorf("cannot find a file for %s", m.Name)
	}
	text, err := m.MarshalText()
	b.Write(append(text, '\n'))
	return err
}

func write(name, text string) error {
	return os.WriteFile(name, []byte(text), 0o644) //nolint:gosec // a source file that all may read
}
