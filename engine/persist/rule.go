package persist

import (
	_ "embed"
	"fmt"
	"path"
	"strings"
	"sync"

	"lethe/engine/flake"
)

//go:embed noise.tsv
var noiseText string

//go:embed owner.tsv
var ownerText string

// node is a place in the tree of rules.
type node struct {
	names map[string]*node
	globs []glob // names with a "*" in them
	noise []noiseRule
	owner *ownerRule
}

type glob struct {
	pattern string
	node    *node
}

// noiseRule says why nobody misses what is there.
type noiseRule struct {
	what   string // "all", a type, or "orphan"
	reason string // "-" lifts the rules above
}

// ownerRule says whose it is.
type ownerRule struct {
	kind    OwnerKind
	name    string // with {app} and {user}
	suggest bool
}

// rules is what is known of paths.
type rules struct {
	top *node
}

// at gives the node of a pattern, which is made where it is not there.
func (n *node) at(pattern string) *node {
	for part := range strings.SplitSeq(strings.Trim(pattern, "/"), "/") {
		if part != "" {
			n = n.child(part)
		}
	}
	return n
}

func (n *node) child(part string) *node {
	if strings.Contains(part, "*") {
		for _, g := range n.globs {
			if g.pattern == part {
				return g.node
			}
		}
		n.globs = append(n.globs, glob{part, &node{}})
		return n.globs[len(n.globs)-1].node
	}
	if n.names[part] == nil {
		if n.names == nil {
			n.names = map[string]*node{}
		}
		n.names[part] = &node{}
	}
	return n.names[part]
}

// patterns spells out "~".
func patterns(pattern string) []string {
	if rest, home := strings.CutPrefix(pattern, "~"); home {
		return []string{"/home/*" + rest, "/root" + rest}
	}
	return []string{pattern}
}

// rows are the lines of a table of n columns, without comments and its head.
func rows(name, text string, n int) ([][]string, error) {
	var list [][]string
	header := false
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		cells := strings.Split(line, "\t")
		switch {
		case strings.HasPrefix(line, "#"):
		case len(cells) != n:
			return nil, fmt.Errorf("cannot read %s line %d: it has %d columns, not %d", name, number+1, len(cells), n)
		case !header:
			header = true
		default:
			list = append(list, cells)
		}
	}
	return list, nil
}

// tables are the rules that come with the program, read once. They are part of the program, and tests hold that they read.
var tables = sync.OnceValues(func() (known struct{ noise, owners [][]string }, err error) {
	if known.noise, err = rows("noise.tsv", noiseText, 3); err == nil {
		known.owners, err = rows("owner.tsv", ownerText, 4)
	}
	return known, err
})

// newRules reads the tables, the catalogue of what is kept, and the units of the system at root.
func newRules(root string) (*rules, error) {
	known, err := tables()
	if err != nil {
		return nil, err
	}
	catalogue, err := flake.Catalogue()
	if err != nil {
		return nil, err
	}
	r := &rules{top: &node{}}
	for _, row := range known.noise {
		for _, p := range patterns(row[0]) {
			n := r.top.at(p)
			n.noise = append(n.noise, noiseRule{row[1], row[2]})
		}
	}
	for _, row := range known.owners {
		r.own(row[0], ownerRule{OwnerKind(row[1]), row[3], row[2] == "self"})
	}
	r.ownPlaces("", Package, catalogue.System)
	r.ownPlaces("~/", Application, catalogue.Home)
	r.ownUnits(readUnits(root))
	return r, nil
}

// ownPlaces takes over the catalogue where it has a word for a place.
func (r *rules) ownPlaces(prefix string, kind OwnerKind, places flake.Places) {
	for _, list := range [][]flake.Keep{places.Directories, places.Files} {
		for _, k := range list {
			if k.Why != "" {
				r.own(prefix+k.Path, ownerRule{kind, k.Why, true})
			}
		}
	}
}

// own sets a rule unless there is one: the first word counts.
func (r *rules) own(pattern string, rule ownerRule) {
	for _, p := range patterns(pattern) {
		if n := r.top.at(p); n.owner == nil {
			n.owner = &rule
		}
	}
}

// ownUnits takes in what units call their own.
func (r *rules) ownUnits(units []unitFolder) {
	for _, u := range units {
		if u.path == path.Clean(u.path) && !strings.Contains(u.path, "*") {
			r.own(u.path, ownerRule{Unit, u.name, u.worth})
		}
	}
}
