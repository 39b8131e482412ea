// Package strength estimates how strong a passphrase is, by the rules of zxcvbn: a passphrase is as strong as the cheapest way to put it
// together from words, runs on the keyboard, repetitions, sequences, dates and single characters.
//
// Word lists, keyboards, entropies and the search for the cheapest way are zxcvbn-go's. Only the looking for matches is here: that
// library reads its lists whenever a program starts, which took a fifth of the time until the window was there, and most windows are
// closed without a passphrase. The tests compare both.
package strength

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/ccojocar/zxcvbn-go/data"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
	"github.com/ccojocar/zxcvbn-go/scoring"
)

// mostLooked is how many characters are looked at: the time grows faster than the length, and what is strong so far is not made weak
// by more.
const mostLooked = 72

// Score gives 0 (guessed at once) to 4 (not worth guessing). Known are words that an attacker would try first. The first call takes
// longer, since it reads the lists.
func Score(text string, known []string) int {
	if text == "" {
		return 0
	}
	return scoring.MinimumEntropyMatchSequence(plain(text), matches(plain(text), known)).Score
}

// plain makes a byte of every character, as the search for the cheapest way wants it. What is not ASCII is in no list, and becomes a
// control character; different ones mostly stay different.
func plain(text string) string {
	var b strings.Builder
	for _, r := range text {
		if b.Len() == mostLooked {
			break
		}
		if r >= 0x80 {
			r = 1 + r%31
		}
		b.WriteByte(byte(r))
	}
	return b.String()
}

// matches finds all parts of a text that are easier to guess than their characters.
func matches(text string, known []string) (found []match.Match) {
	lists := lists()
	found = append(found, lists.within(text)...)
	found = append(found, rank(known).within(text)...)
	for _, reading := range readings(text) {
		found = append(found, lists.within(reading)...)
	}
	found = append(found, runs(text)...)
	found = append(found, repetitions(text)...)
	found = append(found, sequences(text)...)
	return append(found, dates(text)...)
}

// ranks are words in lower case, each with its place in the list where it stands first.
type ranks map[string]int

// lists are zxcvbn's: passwords, words and names, read once.
var lists = sync.OnceValue(func() ranks {
	all := ranks{}
	for _, name := range []string{"MaleNames", "FemaleNames", "Surnames", "English", "Passwords"} {
		var file struct{ List []string }
		text, err := data.Asset("data/" + name + ".json")
		if err == nil {
			err = json.Unmarshal(text, &file)
		}
		if err != nil {
			panic(fmt.Sprintf("cannot read the list %s inside the program: %v", name, err))
		}
		for word, place := range rank(file.List) {
			all.add(word, place)
		}
	}
	return all
})

func rank(words []string) ranks {
	r := make(ranks, len(words))
	for i, word := range words {
		r[strings.ToLower(word)] = i + 1
	}
	return r
}

// add notes a word; the cheaper place counts.
func (r ranks) add(word string, place int) {
	if before, ok := r[word]; !ok || place < before {
		r[word] = place
	}
}

// within finds the words in a text.
func (r ranks) within(text string) (found []match.Match) {
	lower := strings.ToLower(text)
	for i := range len(text) {
		for j := i; j < len(text); j++ {
			if place, ok := r[lower[i:j+1]]; ok {
				m := match.Match{Pattern: "dictionary", I: i, J: j, Token: text[i : j+1]}
				m.Entropy = entropy.DictionaryEntropy(m, float64(place))
				found = append(found, m)
			}
		}
	}
	return found
}
