package session

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"lethe/engine/event"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// wording is a text that the engine says with a value in it.
type wording struct{ form, before, name, after string }

// known is what the engine says in words that do not change: whole texts, and texts around a value, the longest first.
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
	for _, words := range slices.Concat(owners, keep.Words()) {
		if w, ok := wordingOf(words); ok {
			k.partial = append(k.partial, w)
		} else {
			k.whole[words] = true
		}
	}
	slices.SortStableFunc(k.partial, func(a, b wording) int { return cmp.Compare(len(b.form), len(a.form)) })
	return k
})

// wordingOf finds the value in a text of the engine, "{app}", which is {{.App}} in a form.
func wordingOf(words string) (wording, bool) {
	before, rest, ok := strings.Cut(words, "{")
	name, after, closed := strings.Cut(rest, "}")
	if !ok || !closed || name == "" {
		return wording{}, false
	}
	name = strings.ToUpper(name[:1]) + name[1:]
	return wording{before + "{{." + name + "}}" + after, before, name, after}, true
}

// Phrase makes a Text of words of the engine. Those that it always says in the same way are a form; all others stay as they are.
func Phrase(words string) Text {
	k := engineWords()
	if k.whole[words] {
		return Text{Form: words}
	}
	for _, w := range k.partial {
		rest, ok := strings.CutPrefix(words, w.before)
		if !ok {
			continue
		}
		if value, ok := strings.CutSuffix(rest, w.after); ok && value != "" {
			return Text{Form: w.form, Data: map[string]string{w.name: event.Plain(value)}}
		}
	}
	return quote(words)
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
	return list
}

// OwnerText says whose something is. A unit has chosen its name itself.
func OwnerText(o persist.Owner) Text {
	if o.Kind == persist.Unit {
		return quote(o.Name)
	}
	return Phrase(o.Name)
}
