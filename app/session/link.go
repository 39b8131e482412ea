package session

import (
	"slices"
	"strings"

	"lethe/engine/layout"
	"lethe/engine/plan"
)

// Selection is what somebody points at in the review: exactly one of block, step, or line of a file.
type Selection struct {
	Role layout.Role // a block of the map
	Step string      // the id of a step
	File string      // a file of the configuration
	Line int         // in File, from 1; 0 means the file as a whole
}

// LineRange is lines of a file, both inclusive and from 1.
type LineRange struct {
	File        string
	First, Last int
}

// Highlight is what lights up.
type Highlight struct {
	Roles []layout.Role
	Steps []string
	Lines []LineRange
}

// Links says what belongs together of a plan: blocks of the map, steps, and lines of the configuration.
type Links struct {
	steps []plan.Step
	files []string
	lines []roleLines
	roles []layout.Role
}

// roleLines are lines that are about a partition.
type roleLines struct {
	role layout.Role
	LineRange
}

// MakeLinks finds what belongs together.
func MakeLinks(p plan.Plan) Links {
	k := Links{steps: p.Steps}
	for _, part := range p.Layout.Partitions {
		k.roles = append(k.roles, part.Role)
	}
	for _, f := range p.Configuration.Files.Files {
		k.files = append(k.files, f.Path)
		if strings.HasSuffix(f.Path, ".nix") {
			k.lines = append(k.lines, find(f.Path, string(f.Text), marks(p.Layout))...)
		}
	}
	return k
}

// marks are the texts by which a configuration names each partition.
func marks(l layout.Layout) map[string]layout.Role {
	m := map[string]layout.Role{}
	for _, p := range l.Partitions {
		for _, id := range []string{p.UUID, p.PartUUID} {
			if id != "" {
				m[id] = p.Role
			}
		}
	}
	if l.LUKS != nil {
		m[l.LUKS.UUID] = layout.Nix
		m["/dev/mapper/"+l.LUKS.Mapper+`"`] = layout.Nix
	}
	return m
}

// find gives the statements of a Nix file that name a partition.
func find(file, text string, marks map[string]layout.Role) []roleLines {
	var list []roleLines
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	for i, line := range lines {
		for mark, role := range marks {
			if !strings.Contains(line, mark) {
				continue
			}
			first, last := statement(lines, i)
			found := roleLines{role, LineRange{file, first + 1, last + 1}}
			if !slices.Contains(list, found) {
				list = append(list, found)
			}
		}
	}
	slices.SortFunc(list, func(a, b roleLines) int { return a.First - b.First })
	return list
}

// statement gives the first and last line of the outermost statement around a line, as nixfmt lays files out: it begins and ends
// with an indentation of two, and comments right above it belong to it.
func statement(lines []string, at int) (first, last int) {
	first, last = at, at
	for first > 0 && indent(lines[first]) > 2 {
		first--
	}
	if !strings.HasSuffix(strings.TrimSpace(lines[at]), ";") || indent(lines[at]) > 2 {
		for last < len(lines)-1 && (last == first || indent(lines[last]) > 2) {
			last++
		}
	}
	for first > 0 && strings.HasPrefix(lines[first-1], "  #") {
		first--
	}
	return first, max(first, last)
}

// indent counts the spaces before a line; an empty one continues what it stands in.
func indent(line string) int {
	rest := strings.TrimLeft(line, " ")
	if rest == "" {
		return 1 << 16
	}
	return len(line) - len(rest)
}

// For gives what lights up with a selection. What is selected lights up too.
func (k Links) For(sel Selection) Highlight {
	switch {
	case sel.Role != "":
		return k.of(sel.Role)
	case sel.Step != "":
		return k.ofStep(sel.Step)
	}
	return k.ofLine(sel.File, sel.Line)
}

// of is all that is about a partition.
func (k Links) of(role layout.Role) Highlight {
	var h Highlight
	if !slices.Contains(k.roles, role) {
		return h
	}
	h.Roles = []layout.Role{role}
	for _, s := range k.steps {
		if s.Role == role {
			h.Steps = append(h.Steps, s.ID)
		}
	}
	for _, l := range k.lines {
		if l.role == role {
			h.Lines = append(h.Lines, l.LineRange)
		}
	}
	return h
}

// ofStep is what a step makes: one partition, all of them, or the configuration.
func (k Links) ofStep(id string) Highlight {
	i := slices.IndexFunc(k.steps, func(s plan.Step) bool { return s.ID == id })
	if i < 0 {
		return Highlight{}
	}
	var h Highlight
	switch step := k.steps[i]; {
	case step.Role != "":
		h = k.of(step.Role)
	case step.Kind == plan.Partition || step.Kind == plan.Mount:
		h.Roles = slices.Clone(k.roles)
		for _, l := range k.lines {
			h.Lines = append(h.Lines, l.LineRange)
		}
	case step.Kind == plan.Configure || step.Kind == plan.Fetch:
		for _, f := range k.files {
			h.Lines = append(h.Lines, LineRange{File: f})
		}
	}
	h.Steps = []string{id}
	return h
}

// ofLine is what a line of the configuration is about.
func (k Links) ofLine(file string, line int) Highlight {
	var h Highlight
	for _, l := range k.lines {
		if l.File == file && (line == 0 || l.First <= line && line <= l.Last) {
			one := k.of(l.role)
			h.Roles = add(h.Roles, one.Roles)
			h.Steps = add(h.Steps, one.Steps)
			h.Lines = add(h.Lines, one.Lines)
		}
	}
	if len(h.Lines) == 0 && slices.Contains(k.files, file) {
		for _, s := range k.steps {
			if s.Kind == plan.Configure || s.Kind == plan.Fetch {
				h.Steps = append(h.Steps, s.ID)
			}
		}
		h.Lines = []LineRange{{file, line, line}}
	}
	return h
}

// add appends what is not there yet.
func add[T comparable](list, more []T) []T {
	for _, m := range more {
		if !slices.Contains(list, m) {
			list = append(list, m)
		}
	}
	return list
}
