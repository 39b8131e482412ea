package keyboard

import "slices"

// key is what one key gives in the first group.
type key struct {
	kind   string // the type it names, or ""
	levels []symbol
}

// keys are by name, such as AD01.
type keys map[string]key

// merge puts definitions together, level by level.
func (k keys) merge(from keys, how mode) {
	for name, later := range from {
		earlier, ok := k[name]
		switch {
		case !ok || how == replace:
			k[name] = later
		case how == augment:
			k[name] = over(later, earlier)
		default:
			k[name] = over(earlier, later)
		}
	}
}

// over lays one definition over another: where the upper one says nothing, the lower one shows.
func over(lower, upper key) key {
	merged := key{kind: upper.kind, levels: slices.Clone(upper.levels)}
	if merged.kind == "" {
		merged.kind = lower.kind
	}
	for i, s := range lower.levels {
		if i == len(merged.levels) {
			merged.levels = append(merged.levels, s)
		} else if merged.levels[i] == (symbol{}) {
			merged.levels[i] = s
		}
	}
	return merged
}

// evaluate runs the statements of a section. An include has no semicolon after it, all others have.
func (x *xkb) evaluate(into keys, body section, depth int) error {
	kind := "" // what key.type = "…" set for the keys that follow
	for r := (&reader{tokens: body}); r.more(); {
		how, word := override, r.take()
		switch m := mode(word.keyword()); m {
		case override, augment, replace:
			how, word = m, r.take()
		}
		var err error
		switch keyword := word.keyword(); {
		case keyword == "include" && r.peek().kind == '"':
			err = x.include(into, r.take().text, how, depth+1)
		case word.kind == '"':
			err = x.include(into, word.text, how, depth+1)
		case keyword == "key" && r.peek().kind == '<':
			err = x.key(into, r, how, kind)
		case keyword == "key":
			kind, err = defaultType(r)
		case word.kind != ';':
			_, err = r.until(';')
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// key reads <AD01> { … } and its semicolon.
func (x *xkb) key(into keys, r *reader, how mode, kind string) error {
	name := r.take().text
	if instead, ok := x.aliases[name]; ok {
		name = instead
	}
	if !r.took('{') {
		return r.fail("{ is missing after the key's name")
	}
	body, err := r.block('{')
	if err != nil {
		return err
	}
	r.took(';')
	k, err := keyBody(body)
	if k.kind == "" {
		k.kind = kind
	}
	into.merge(keys{name: k}, how)
	return err
}

// defaultType reads .type[Group1] = "…"; after key.
func defaultType(r *reader) (string, error) {
	words, err := r.until(';')
	if n := len(words); err == nil && n > 2 && words[1].keyword() == "type" && words[n-1].kind == '"' {
		return words[n-1].text, nil
	}
	return "", err
}

// keyBody reads what stands in a key's braces: lists for the groups in order, or symbols[Group1] = [ … ], type = "…" and others.
func keyBody(body []token) (key, error) {
	k := key{}
	group := 0 // of lists without a name
	for r := (&reader{tokens: body}); r.more(); {
		words, err := r.until(',')
		if err != nil {
			return k, err
		}
		part := &reader{tokens: words}
		if part.took('[') {
			if group++; group == 1 {
				k.levels, err = levels(part)
			}
		} else if err = k.field(part); err != nil {
			return k, err
		}
		if err != nil {
			return k, err
		}
	}
	return k, nil
}

// field reads NAME[GROUP] = VALUE, of which type and symbols of the first group matter.
func (k *key) field(r *reader) error {
	name := r.take().keyword()
	first := true
	if r.took('[') {
		group, err := r.block('[')
		if err != nil {
			return err
		}
		first = len(group) == 1 && (group[0].keyword() == "group1" || group[0].text == "1")
	}
	if !r.took('=') || !first {
		return nil
	}
	var err error
	switch value := r.take(); {
	case name == "type" && value.kind == '"':
		k.kind = value.text
	case name == "symbols" && value.kind == '[':
		k.levels, err = levels(r)
	}
	return err
}
