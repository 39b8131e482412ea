package keyboard

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"
)

// keymap is a console keymap being read: what package kbd's loadkeys holds while it parses.
type keymap struct {
	root     fs.FS
	folder   string
	includes int
	charset  charset
	tables   tables
}

func newKeymap(root fs.FS, folder string) *keymap {
	return &keymap{root: root, folder: folder, charset: charsets["iso-8859-1"]}
}

// file reads a keymap or an include.
func (k *keymap) file(name string, depth int) error {
	if k.includes++; k.includes > mostIncludes {
		return errIncludes
	}
	if depth > mostDepth {
		return errTooDeep
	}
	data, err := readFile(k.root, name)
	if err != nil {
		return fmt.Errorf("/%s: %w", name, err)
	}
	text := strings.ReplaceAll(string(data), "\\\n", " ")
	number := 0
	for line := range strings.Lines(text) {
		number++
		if err := k.line(strings.TrimSpace(line), name, depth); err != nil {
			return fmt.Errorf("/%s, line %d: %w", name, number, err)
		}
	}
	return nil
}

// line understands one statement. Strings and compose lines do not say which key gives which character.
func (k *keymap) line(line, file string, depth int) error {
	word, rest, _ := strings.Cut(strings.ReplaceAll(line, "\t", " "), " ")
	switch strings.ToLower(word) {
	case "include":
		name, err := quoted(rest)
		if err != nil {
			return err
		}
		if name, err = k.findInclude(name, file); err != nil {
			return err
		}
		return k.file(name, depth+1)
	case "charset":
		return k.setCharset(rest)
	case "strings", "string", "compose":
		return nil
	}
	if i := strings.IndexAny(line, "#!"); i >= 0 {
		line = line[:i]
	}
	return k.statement(words(line))
}

func (k *keymap) setCharset(rest string) error {
	name, err := quoted(rest)
	if err != nil {
		return err
	}
	set, ok := charsets[strings.ToLower(name)]
	if !ok {
		return fmt.Errorf("%w: %q", errCharset, name)
	}
	k.charset = set
	return nil
}

// quoted gives what stands between the first two quotation marks.
func quoted(s string) (string, error) {
	_, s, _ = strings.Cut(s, `"`)
	name, _, ok := strings.Cut(s, `"`)
	if !ok || name == "" {
		return "", fmt.Errorf("%w: a name in quotation marks is missing", errSyntax)
	}
	return name, nil
}

// words cuts a line into names, numbers and the signs = + , -.
func words(line string) []string {
	var words []string
	for _, field := range strings.Fields(line) {
		for field != "" {
			n := strings.IndexAny(field, "=+,-")
			switch {
			case n < 0, strings.HasPrefix(field, "U+"):
				n = len(field)
			case n == 0:
				n = 1
			}
			words = append(words, field[:n])
			field = field[n:]
		}
	}
	return words
}

// statement understands keymaps, alt_is_meta and keycode lines.
func (k *keymap) statement(words []string) error {
	if len(words) == 0 {
		return nil
	}
	switch strings.ToLower(words[0]) {
	case "keymaps":
		return k.keymapsLine(words[1:])
	case "alt_is_meta", "alt": // alt-is-meta too
		if len(words) == 1 || strings.EqualFold(strings.Join(words, ""), "alt-is-meta") {
			k.tables.altIsMeta = true
			return nil
		}
	}
	return k.keycodeLine(words)
}

// keymapsLine says which tables the columns of later lines stand for: "0-2,4".
func (k *keymap) keymapsLine(words []string) error {
	k.tables.explicit = true
	for _, part := range strings.Split(strings.Join(words, ""), ",") {
		low, high, ranged := strings.Cut(part, "-")
		if !ranged {
			high = low
		}
		first, err1 := strconv.ParseUint(low, 0, 8)
		last, err2 := strconv.ParseUint(high, 0, 8)
		if err1 != nil || err2 != nil {
			return fmt.Errorf("%w: keymaps are numbers from 0 to 255", errSyntax)
		}
		for t := first; t <= last; t++ {
			k.tables.have[t] = true
		}
	}
	return nil
}

// keycodeLine understands "keycode 2 = one exclam" and "shift altgr keycode 2 = at".
func (k *keymap) keycodeLine(words []string) error {
	table, modified := 0, false
	for len(words) > 0 && !strings.EqualFold(words[0], "keycode") {
		weight, ok := kernelModifiers[strings.ToLower(words[0])]
		if !ok {
			return fmt.Errorf("%w: %q", errSyntax, words[0])
		}
		table, modified, words = table|weight, true, words[1:]
	}
	if len(words) < 3 || words[2] != "=" {
		return fmt.Errorf("%w: a keycode line is keycode NUMBER = SYMBOLS", errSyntax)
	}
	code, err := strconv.ParseUint(words[1], 0, 9)
	if err != nil {
		return fmt.Errorf("%w: %q is no keycode", errSyntax, words[1])
	}
	values := k.values(words[3:])
	switch {
	case !modified:
		k.tables.setLine(int(code), values)
	case len(values) == 1:
		k.tables.set(table, int(code), values[0])
	default:
		return fmt.Errorf("%w: a line with modifiers has one symbol", errSyntax)
	}
	return nil
}

// kernelModifiers are the weights that choose a table.
var kernelModifiers = map[string]int{
	"plain": 0, "shift": 1, "altgr": 2, "control": 4, "alt": 8, "shiftl": 16, "shiftr": 32, "ctrll": 64, "ctrlr": 128, "capsshift": 256,
}

// values turns a line's symbols into what they give. A leading + only adds Caps Lock.
func (k *keymap) values(words []string) []symbol {
	var values []symbol
	for _, word := range words {
		if word != "+" {
			values = append(values, k.value(word))
		}
	}
	return values
}
