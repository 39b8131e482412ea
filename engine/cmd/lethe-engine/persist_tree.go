package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"lethe/engine/persist"
	"lethe/engine/quantity"
)

// parseBootTime finds the line "btime SECONDS" of /proc/stat.
func parseBootTime(text []byte) (time.Time, error) {
	for line := range bytes.Lines(text) {
		if value, ok := bytes.CutPrefix(line, []byte("btime ")); ok {
			seconds, err := strconv.ParseInt(string(bytes.TrimSpace(value)), 10, 64)
			if err != nil {
				return time.Time{}, fmt.Errorf("cannot tell when this machine was started: %w; leave out --since-boot", err)
			}
			return time.Unix(seconds, 0), nil
		}
	}
	return time.Time{}, errors.New("cannot tell when this machine was started: /proc/stat does not say; leave out --since-boot")
}

// headline is the sums in a sentence.
func headline(s persist.Summary) string {
	text := fmt.Sprintf("The next boot would forget %s, %s", entries(s.Lost().Count), human(s.Lost()))
	if s.Differs.Count > 0 {
		text += fmt.Sprintf(" (%d differ)", s.Differs.Count)
	}
	if s.Orphans.Count > 0 {
		text += fmt.Sprintf("; orphans: %s, %s", entries(s.Orphans.Count), human(s.Orphans))
	}
	if s.Noise.Count > 0 {
		text += fmt.Sprintf("; nobody misses %s, %s", entries(s.Noise.Count), human(s.Noise))
	}
	return text + "."
}

func entries(n int64) string {
	if n == 1 {
		return "1 entry"
	}
	return fmt.Sprintf("%d entries", n)
}

// human is what a sum takes on the disk or in memory.
func human(t persist.Tally) string {
	return quantity.Bytes(max(t.Blocks, 0)).Human()
}

// printTree prints sums, the tree and what is worth keeping.
func printTree(w io.Writer, t *persist.Tree, sums persist.Summary, f persistFlags, waiting waits) {
	fmt.Fprintln(w, headline(sums))
	if sums.Space.Size > 0 && sums.Space.Filesystem == "tmpfs" {
		used, size := quantity.Bytes(sums.Space.Used), quantity.Bytes(sums.Space.Size)
		fmt.Fprintf(w, "The root is in memory: %s of %s used.\n", used.Human(), size.Human())
	}
	waiting.print(w, f)
	all, _ := t.Sums("/")
	p := treePrinter{w: w, tree: t, total: max(all.All().Blocks, 1), flags: f, waits: waiting}
	fmt.Fprintln(w)
	p.folder("/", 0)
	p.worth()
}

// treePrinter prints folders in folders.
type treePrinter struct {
	w     io.Writer
	tree  *persist.Tree
	total int64
	flags persistFlags
	waits waits
}

func shownBlocks(s persist.Sums) int64 { return s.All().Blocks }

// folder prints what is in a folder, the biggest first.
func (p treePrinter) folder(path string, depth int) {
	rows, more := p.tree.Children(path, shownBlocks)
	for i, r := range rows {
		if i >= p.flags.rows {
			more += int64(len(rows) - i)
			break
		}
		r = p.straight(r)
		p.row(r, path, depth)
		if r.Folder && depth+1 < p.flags.depth {
			p.folder(r.Path, depth+1)
		}
	}
	if more > 0 {
		fmt.Fprintf(p.w, "%10s  %6s  %s… and %d more\n", "", "", strings.Repeat("  ", depth), more)
	}
}

// straight skips folders that hold one folder and nothing else.
func (p treePrinter) straight(r persist.Row) persist.Row {
	for r.Folder {
		rows, more := p.tree.Children(r.Path, shownBlocks)
		if len(rows) != 1 || more > 0 || !rows[0].Folder {
			return r
		}
		r = rows[0]
	}
	return r
}

func (p treePrinter) row(r persist.Row, above string, depth int) {
	all := r.Sums.All()
	name := shownPath(strings.TrimPrefix(strings.TrimPrefix(r.Path, above), "/"))
	says := []string{}
	if r.Folder {
		name += "/"
		says = append(says, entries(all.Count))
	}
	if p.waits.has(r.Path) {
		says = append(says, "pending")
	}
	says = append(says, kindsOf(r.Sums)...)
	if f := r.Finding; !r.Folder && f.Noise != "" {
		says = append(says, f.Noise)
	} else if !r.Folder && f.Owner.Kind != persist.Unknown {
		says = append(says, shownPath(f.Owner.Name))
	}
	share := fmt.Sprintf("%.0f%%", 100*float64(all.Blocks)/float64(p.total))
	fmt.Fprintf(p.w, "%10s  %6s  %s%s  %s\n", human(all), share, strings.Repeat("  ", depth), name, strings.Join(says, " · "))
}

// kindsOf names the kinds in a sum.
func kindsOf(s persist.Sums) []string {
	var list []string
	for _, k := range []struct {
		name  string
		tally persist.Tally
	}{{"lost", s.Missing}, {"differs", s.Differs}, {"orphan", s.Orphans}, {"kept", s.Kept}, {"noise", s.Noise}} {
		if k.tally.Count > 0 {
			list = append(list, k.name)
		}
	}
	return list
}

// worth prints whose things would be lost.
func (p treePrinter) worth() {
	owners := p.tree.Owners()
	if len(owners) == 0 {
		return
	}
	fmt.Fprintln(p.w, "\nWorth keeping, if you miss it:")
	for i, o := range owners {
		if i >= p.flags.rows {
			fmt.Fprintf(p.w, "%10s  … and %d more\n", "", len(owners)-i)
			break
		}
		fmt.Fprintf(p.w, "%10s  %s: %s\n", human(o.Lost), shownPath(o.Owner.Suggest), shownPath(o.Owner.Name))
	}
}

// shownPath is a path for a terminal. What is no letter of some kind is written as Go writes it in a string, so nothing is lost.
func shownPath(path string) string {
	plain := func(r rune) bool { return r != '\\' && r != utf8.RuneError && unicode.IsGraphic(r) }
	if strings.IndexFunc(path, func(r rune) bool { return !plain(r) }) < 0 {
		return path
	}
	return strconv.Quote(path)
}
