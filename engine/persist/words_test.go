package persist

import (
	"slices"
	"strings"
	"testing"
)

// TestWords holds that a scan says nothing that is not listed, each text with one value at most.
func TestWords(t *testing.T) {
	words, err := Words()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range words {
		if w == "" || w == "-" || strings.Count(w, "{") > 1 || strings.Count(w, "{") != strings.Count(w, "{app}")+strings.Count(w, "{user}") {
			t.Errorf("%q cannot be translated", w)
		}
	}
	has := func(text string) {
		t.Helper()
		if _, ok := slices.BinarySearch(words, text); !ok {
			t.Errorf("%q is not listed", text)
		}
	}
	var look func(n *node)
	look = func(n *node) {
		for _, rule := range n.noise {
			if rule.reason != "-" {
				has(rule.reason)
			}
		}
		if n.owner != nil {
			has(n.owner.name)
		}
		for _, below := range n.names {
			look(below)
		}
		for _, g := range n.globs {
			look(g.node)
		}
	}
	r := tableRules(t)
	look(r.top)
	_, owner := r.of("/file", Missing, File, "")
	has(owner.Name)
	for _, g := range generated {
		reason, _ := r.of("/home/ada/link", Missing, Link, g.target+"x")
		has(reason)
	}
}
