package keyboard

import (
	"fmt"
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// section is the inside of one xkb_symbols block.
type section []token

// mode says what happens where two definitions of a key meet.
type mode string

const (
	override mode = "override" // the later one, where it says something
	augment  mode = "augment"  // the later one, where the earlier one says nothing
	replace  mode = "replace"  // the later one alone
)

// joins are the modes in an include's text, "de+nbsp(level3)|typo".
var joins = map[byte]mode{'+': override, '|': augment, '^': replace}

// xkb reads a folder of symbols.
type xkb struct {
	root     fs.FS
	folder   string
	aliases  map[string]string
	files    map[string]map[string]section
	includes int
}

// include adds what an include's text names to the keys.
func (x *xkb) include(into keys, text string, how mode, depth int) error {
	if depth > mostDepth {
		return errTooDeep
	}
	whole := keys{}
	join := override
	for text != "" {
		n := strings.IndexAny(text[1:], "+|^") + 1
		part, rest := text, ""
		if n > 0 {
			part, rest = text[:n], text[n:]
		}
		if j, ok := joins[part[0]]; ok {
			join, part = j, part[1:]
		}
		if err := x.part(whole, part, join, depth); err != nil {
			return err
		}
		text = rest
	}
	into.merge(whole, how)
	return nil
}

// part adds "file(section)" or "file"; a part for a later group, "us:2", is none of the first group's.
func (x *xkb) part(into keys, text string, how mode, depth int) error {
	if x.includes++; x.includes > mostIncludes {
		return errIncludes
	}
	text, group, later := strings.Cut(text, ":")
	if n, err := strconv.Atoi(group); later && (err != nil || n != 1) {
		return nil
	}
	file, name, _ := strings.Cut(strings.TrimSuffix(text, ")"), "(")
	sections, err := x.sections(file)
	if err != nil {
		return err
	}
	body, ok := sections[name]
	if !ok {
		return fmt.Errorf("/%s: %w: %q", path.Join(x.folder, file), errNoSection, name)
	}
	found := keys{}
	if err := x.evaluate(found, body, depth); err != nil {
		return fmt.Errorf("/%s: %w", path.Join(x.folder, file), err)
	}
	into.merge(found, how)
	return nil
}

// sections gives a file's sections by name, its default as "".
func (x *xkb) sections(file string) (map[string]section, error) {
	if s, ok := x.files[file]; ok {
		return s, nil
	}
	name, ok := rooted(path.Join(x.folder, path.Clean("/"+file)))
	if !ok || file == "" {
		return nil, fmt.Errorf("%w: %q", errBadName, file)
	}
	data, err := readFile(x.root, name)
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	s, err := sections(string(data))
	if err != nil {
		return nil, fmt.Errorf("/%s: %w", name, err)
	}
	x.files[file] = s
	return s, nil
}

// sections finds the xkb_symbols blocks of a text. The default is the one so marked, or the first.
func sections(text string) (map[string]section, error) {
	all, err := tokens(text)
	if err != nil {
		return nil, err
	}
	found := map[string]section{}
	marked, isDefault := false, false
	for r := (&reader{tokens: all}); r.more(); {
		switch t := r.take(); {
		case t.keyword() == "default":
			isDefault = true
		case t.kind == '{':
			body, err := r.block('{')
			if err != nil {
				return nil, err
			}
			name := r.tokens[max(0, r.at-len(body)-3)]
			if name.kind == '"' {
				found[name.text] = body
			}
			if _, have := found[""]; !have || isDefault && !marked {
				found[""], marked = body, isDefault
			}
			isDefault = false
		}
	}
	return found, nil
}
