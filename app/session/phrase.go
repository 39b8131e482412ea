package session

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"lethe/engine"
	"lethe/engine/event"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// known is what the engine says in words that do not change: whole texts, and texts around values, those with most words first.
type known struct {
	whole   map[string]bool
	partial []wording
}

// engineWords is read once. Should the engine not be able to tell them, texts stay in its English.
var engineWords = sync.OnceValue(func() (k known) {
	k.whole = map[string]bool{}
	owners, err := persist.Words()
	if err != nil {
		return k
	}
	add := func(w wording) {
		if len(w.values) == 0 {
			k.whole[w.form] = true
		} else {
			k.partial = append(k.partial, w)
		}
	}
	for _, words := range slices.Concat(owners, keep.Words()) {
		add(blanked(words))
	}
	for _, status := range []CheckStatus{CheckPassed, CheckFailed} {
		k.whole[string(status)] = true
	}
	for _, words := range engine.Words() {
		add(formatted(words))
	}
	slices.SortFunc(k.partial, func(a, b wording) int { return cmp.Or(b.fixed-a.fixed, strings.Compare(a.form, b.form)) })
	return k
})

// Phrase makes a Text of words of the engine. Those that it always says in the same way are a form, and so is a value that is such
// words itself, as the cause of an error is; all others stay as they are.
func Phrase(words string) Text {
	if t, ok := (reading{}).phrase(words, 0); ok {
		return t
	}
	return quote(words)
}

// Phrased is [Phrase] as a sentence: with a capital letter and a full stop.
func Phrased(words string) Text {
	t := Phrase(strings.TrimSpace(words))
	t.Sentence = !t.Empty()
	return t
}

// What is deeper, or longer, is no chain of causes.
const (
	mostNested = 8
	mostWords  = 4096
)

// reading is what was found in the parts of one text, so that none is looked at twice.
type reading map[string]*Text

// phrase tells too whether any of the words are known.
func (r reading) phrase(words string, depth int) (Text, bool) {
	if words == "" || len(words) > mostWords || depth > mostNested {
		return Text{}, false
	}
	if t, ok := r[words]; ok {
		if t == nil {
			return Text{}, false
		}
		return *t, true
	}
	r[words] = nil
	t, ok := r.look(words, depth)
	if ok {
		r[words] = &t
	}
	return t, ok
}

// look tries all ways to understand words.
func (r reading) look(words string, depth int) (Text, bool) {
	if t, ok := r.whole(words, depth); ok {
		return t, true
	}
	if t, ok := r.whole(strings.TrimSuffix(words, "."), depth); ok {
		return Text{Form: "{{.A}}."}.with("A", t), true
	}
	if t, ok := r.called(words, depth); ok {
		return t, true
	}
	return r.row(words, depth)
}

// called makes a Text of words with a name or a measure behind them, as a partition has: partition 1 “home” (ext4, 300 GiB).
func (r reading) called(words string, depth int) (Text, bool) {
	before, within := "", ""
	t := Text{Form: "{{.A}} ({{.B}})"}
	switch {
	case strings.HasSuffix(words, ")"):
		at := strings.LastIndex(words, " (")
		if at < 0 {
			return Text{}, false
		}
		before, within = words[:at], words[at+len(" ("):len(words)-1]
	case strings.HasSuffix(words, "”"):
		t = say("{{.A}} “{{.B}}”", "A", "", "B", "")
		before, within, _ = strings.Cut(strings.TrimSuffix(words, "”"), " “")
	}
	a, ok := r.phrase(before, depth+1)
	if !ok || within == "" {
		return Text{}, false
	}
	return t.with("A", a).with("B", listed(within)), true
}

// listed makes a Text of words between commas, of which sizes are written as the language does.
func listed(words string) Text {
	first, rest, more := strings.Cut(words, ", ")
	if !more {
		return quote(words)
	}
	return Text{Form: "{{.A}}, {{.B}}"}.with("A", quote(first)).with("B", listed(rest))
}

// whole makes a Text of words that are one text of the engine.
func (r reading) whole(words string, depth int) (Text, bool) {
	k := engineWords()
	if k.whole[words] {
		return Text{Form: words}, true
	}
	for _, w := range k.partial {
		values, ok := w.match(words)
		if !ok {
			continue
		}
		t := Text{Form: w.form, Data: map[string]string{}}
		for _, v := range w.values {
			t.Data[v.name] = event.Plain(values[v.name])
		}
		for _, v := range w.values {
			if part, ok := r.phrase(values[v.name], depth+1); ok && !v.title && !v.number {
				t = t.with(v.name, part)
			}
		}
		return t, true
	}
	return Text{}, false
}

// row makes a Text of texts in a row, such as two sentences, or a name and what is said of it: at least one side must be known.
func (r reading) row(words string, depth int) (Text, bool) {
	const most = 8 // places to look at, so that a long line of a program costs little
	tries := 0
	for i := 1; i < len(words) && tries < most; i++ {
		mark := words[i-1]
		if words[i] != ' ' || !strings.ContainsRune(".:;,", rune(mark)) {
			continue
		}
		tries++
		left, right := words[:i-1], words[i+1:]
		form := "{{.A}}" + string(mark) + " {{.B}}"
		if mark == '.' {
			left, form = words[:i], "{{.A}} {{.B}}"
		}
		a, first := r.whole(left, depth)
		if !first && mark != ':' {
			continue
		}
		b, second := r.phrase(right, depth+1)
		if !first && !second {
			continue
		}
		if !first {
			a = quote(left)
		}
		if !second {
			b = quote(right)
		}
		return Text{Form: form}.with("A", a).with("B", b), true
	}
	return Text{}, false
}

// Phrases lists the forms of [Phrase], the keys of their translations.
func Phrases() []string {
	k := engineWords()
	var list []string
	for words := range k.whole {
		list = append(list, words)
	}
	for _, w := range k.partial {
		list = append(list, w.form)
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// OwnerText says whose something is. A unit has chosen its name itself.
func OwnerText(o persist.Owner) Text {
	if o.Kind == persist.Unit {
		return quote(o.Name)
	}
	return Phrase(o.Name)
}
