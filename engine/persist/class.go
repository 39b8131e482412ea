package persist

import (
	"path"
	"strings"
)

// match is a node that a path has reached, and what its wildcards stood for on the way.
type match struct {
	node      *node
	user, app string
}

// class is what is known of a folder, for everything in it.
type class struct {
	matches []match // nodes that the folder itself has reached, the more exact first
	depth   int
	path    string // absolute
	noise   []noiseRule
	owner   Owner
}

// classify finds what is known of a folder.
func (r *rules) classify(folder []byte) class {
	c := class{matches: []match{{node: r.top}}, path: "/" + string(folder), owner: Owner{Name: unknown, Kind: Unknown}}
	if len(folder) == 0 {
		return c
	}
	end := 0
	for name := range strings.SplitSeq(c.path[1:], "/") {
		end += 1 + len(name)
		c.matches = c.step(name)
		if len(c.matches) == 0 {
			break
		}
		c.depth++
		c.take(c.matches, c.path[:end])
	}
	return c
}

// step gives what a name in the folder reaches.
func (c class) step(name string) []match {
	var reached []match
	for _, m := range c.matches {
		if n := m.node.names[name]; n != nil {
			user := m.user
			if c.depth == 0 && name == "root" {
				user = name
			}
			reached = append(reached, match{n, user, m.app})
		}
	}
	for _, m := range c.matches {
		for _, g := range m.node.globs {
			if ok, err := path.Match(g.pattern, name); err == nil && ok {
				reached = append(reached, c.captured(m, g.node, name))
			}
		}
	}
	return reached
}

// captured notes what a wildcard stood for: whose home it is right below /home, else a program.
func (c class) captured(m match, n *node, name string) match {
	if c.depth == 1 && strings.HasPrefix(c.path+"/", "/home/") {
		return match{n, name, m.app}
	}
	return match{n, m.user, name}
}

// take lets rules of a longer path replace those of a shorter one.
func (c *class) take(matches []match, at string) {
	var noise []noiseRule
	owned := false
	for _, m := range matches {
		noise = append(noise, m.node.noise...)
		if rule := m.node.owner; rule != nil && !owned {
			owned = true
			c.owner = Owner{Name: named(rule.name, m), Kind: rule.kind}
			if rule.suggest {
				c.owner.Suggest = at
			}
		}
	}
	if len(noise) > 0 {
		c.noise = append(noise, c.noise...) // the longer path first
	}
}

// named fills in a name, as text: file names may be none.
func named(name string, m match) string {
	if before, after, ok := strings.Cut(name, "{app}"); ok {
		name = before + m.app + after
	} else if before, after, ok := strings.Cut(name, "{user}"); ok {
		name = before + m.user + after
	}
	return strings.ToValidUTF8(name, "\uFFFD")
}

// of tells why nobody misses an entry of the folder, and whose it is. target is where a link leads.
func (c *class) of(name []byte, of Type, kind Kind, target []byte) (string, Owner) {
	if of == Link {
		for _, g := range generated {
			if strings.HasPrefix(string(target), g.target) {
				return g.reason, c.entry(name).owner
			}
		}
	}
	e := c.entry(name)
	for _, rule := range e.noise {
		if rule.what == "all" || rule.what == string(of) || rule.what == "orphan" && kind == Orphan {
			if rule.reason == "-" {
				return "", e.owner
			}
			return rule.reason, e.owner
		}
	}
	return "", e.owner
}

// entry is what is known of one entry of the folder: most often what is known of the folder.
func (c *class) entry(name []byte) *class {
	known := false
	for _, m := range c.matches {
		if _, ok := m.node.names[string(name)]; ok || len(m.node.globs) > 0 {
			known = true
		}
	}
	if !known {
		return c
	}
	e := *c
	if reached := c.step(string(name)); len(reached) > 0 {
		e.take(reached, strings.TrimSuffix(c.path, "/")+"/"+string(name))
	}
	return &e
}

// generated are links that NixOS and home-manager make.
var generated = []struct{ target, reason string }{
	{"/nix/store/", "a link into the Nix store, made anew from the configuration"},
	{"/nix/var/nix/profiles/", "a link of Nix, made anew"},
	{"/etc/static", "a link of NixOS, made anew from the configuration"},
	{"/run/", "a link to what is made at every boot"},
	{"/proc/", "a link into the kernel's own view"},
}
