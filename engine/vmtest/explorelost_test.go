//go:build vm

package vmtest

import (
	"path"
	"slices"
	"strings"
	"time"

	"lethe/engine/persist"
	"lethe/engine/vmtest/census"
)

const storage = "/nix/persist"

// judgeLost compares what the explorer said at the end of one boot with what the next one found.
//
// A file of the old root outlived the boot if the persist tree of the new boot has it, with its content and time, at its place or where
// the link leads that it is. Every other file of the old root is lost, and exactly those must have been told as missing or differing.
//
// A boot also writes. Whatever is on the new root before anybody but the boot wrote is its own work, since a tmpfs begins empty; and it must
// be what the boot before had written too, at the same paths with the same content. What had been there in between is lost all the same,
// and must have been told: it is the same file only by its name. Configured is the census that has the contents: that of the start before, or,
// where the system was rebuilt since, of its end.
func (e explorer) judgeLost(before, after facts, configured string) {
	e.Helper()
	old, kept := files(before.census("root-full")), files(after.census("persist-fresh"))
	anew, was := files(after.census("root-fresh")), files(before.census("root-fresh"))
	hidden := mountpoints(before)
	told := lostBy(before.scan("scan-all"))
	contents := before.census(configured)
	survived, remade := 0, 0
	for p, entry := range old {
		if under(p, hidden...) {
			continue // nobody can see it: a mount lies over it
		}
		finding, lost := told[p]
		outlived := outlives(entry, p, kept)
		switch {
		case outlived && lost:
			e.Errorf("%q was told as %s, and is there still", p, finding.Kind)
		case !outlived && !lost:
			e.Errorf("%q is lost, and was not told", p)
		case lost:
			judgeFinding(e, finding, entry)
		}
		now, there := anew[p]
		switch {
		case outlived:
			survived++
		case there:
			remade++
			if made := contents[p]; made.Sum != now.Sum || made.Kind != now.Kind {
				e.Errorf("the boot wrote %q, and the one before wrote something else", p)
			}
		}
	}
	for p := range told {
		if _, there := old[p]; !there {
			e.Errorf("%q was told as %s, and was not on the root", p, told[p].Kind)
		}
	}
	for p, entry := range anew {
		shown := entry.Kind == "link" && outlives(entry, p, kept) // a file that is kept since
		if _, there := was[p]; !there && !shown {
			e.Errorf("the boot wrote %q, which the boot before did not", p)
		}
	}
	e.judgeRemade(told, anew)
	if len(told) < 15 || survived == 0 || remade == 0 {
		e.Errorf("only %d files were told, %d survived, and %d were made anew: that proves nothing", len(told), survived, remade)
	}
	e.Logf("%d files on the root: %d told and lost, %d of them made anew by the boot; %d outlived it", len(old), len(told), remade, survived)
}

// judgeRemade wants whatever a boot writes by itself to be told as noise: nobody would miss it.
func (e explorer) judgeRemade(told map[string]persist.Finding, anew map[string]census.Entry) {
	e.Helper()
	for p := range anew {
		f, lost := told[p]
		if lost && f.Noise == "" && !under(p, standInOnly...) {
			e.Errorf("%q is made anew at every boot, and was told as a loss of %q", p, f.Owner.Name)
		}
	}
}

// standInOnly are files that NixOS makes as links to the store, or has not at all, and the stand-in copies to the root.
var standInOnly = []string{"/etc/hostname", "/etc/gitconfig", "/lib", "/lib64", "/sbin"}

// outlives tells whether a file of the root is in the persist tree as it was.
func outlives(entry census.Entry, p string, kept map[string]census.Entry) bool {
	if target, ok := strings.CutPrefix(string(entry.Target), storage+"/"); ok && entry.Kind == "link" {
		_, there := kept["/"+path.Clean(target)]
		return there
	}
	stored, there := kept[p]
	return there && like(entry, stored)
}

// judgeFinding wants a finding to say what the file is like.
func judgeFinding(e explorer, f persist.Finding, entry census.Entry) {
	e.Helper()
	device := entry.Kind == "device"
	if string(f.Type) != entry.Kind || f.Size != entry.Size && !device || f.UID != entry.UID || f.GID != entry.GID || !f.Modified.Equal(time.Unix(0, entry.Modified)) {
		e.Errorf("%q was told as %+v, and is %+v", f.Path, f, entry)
	}
}

// mountpoints are where something was mounted, but the root.
func mountpoints(f facts) []string {
	f.t.Helper()
	var list []string
	for place := range f.mountsOf("mountinfo-full") {
		if place != "/" {
			list = append(list, place)
		}
	}
	return list
}

// judgeOrphans wants every file of the persist tree to be told once, as kept, as differing, or as an orphan; the orphans to be those that
// no declared path covers, no link of the root leads to and the root has not itself; and those that somebody might miss to be the ones made by hand.
func (e explorer) judgeOrphans(f facts, declared string, byHand []string) {
	e.Helper()
	scan, root, stored := f.scan("scan-all"), files(f.census("root-full")), files(f.census("persist-full"))
	covers := f.kept(declared)
	for _, entry := range root {
		if target, ok := strings.CutPrefix(string(entry.Target), storage+"/"); ok {
			covers = append(covers, "/"+target)
		}
	}
	var missed []string
	for p, entry := range stored {
		finding, ok := scan[p]
		if !ok {
			e.Errorf("%q is in the persist tree, and was not told", p)
			continue
		}
		_, there := root[p]
		orphan := !there && !under(p, covers...)
		if orphan != (finding.Kind == persist.Orphan) || finding.Kind == persist.Missing {
			e.Errorf("%q in the persist tree was told as %s", p, finding.Kind)
		}
		if orphan {
			judgeFinding(e, finding, entry)
		}
	}
	for p, finding := range scan {
		if finding.Kind != persist.Orphan {
			continue
		}
		if _, there := stored[p]; !there {
			e.Errorf("%q was told as an orphan, and is not in the persist tree", p)
		}
		if finding.Noise == "" {
			missed = append(missed, p)
		}
	}
	slices.Sort(missed)
	slices.Sort(byHand)
	if !slices.Equal(missed, byHand) {
		e.Errorf("the orphans are %q; wanted %q", missed, byHand)
	}
}

// judgeOwners looks at what the explorer says of whose some files are.
func (e explorer) judgeOwners(f facts) {
	e.Helper()
	scan := f.scan("scan")
	for p, want := range map[string]persist.Owner{
		"/var/lib/scale/state.db": {Name: "Bathroom scale", Kind: persist.Unit, Suggest: "/var/lib/scale"},
	} {
		if got := scan[p]; got.Owner != want || got.Noise != "" {
			e.Errorf("%q is told as %+v; wanted %+v", p, got, want)
		}
	}
	for _, p := range []string{"/tmp/noise", "/var/cache/noise/noise", "/home/" + e.wishes[0].owner() + "/.cache/noise", "/root/.cache/noise", "/srv/odd/socket", "/srv/odd/fifo"} {
		if scan[p].Noise == "" {
			e.Errorf("%q is told without a reason why nobody misses it", p)
		}
	}
	for _, p := range []string{"/lost", "/etc/lost.conf", "/root/lost", "/srv/deep/er/lost", "/srv/odd/not \xff\xfe UTF-8", "/srv/odd/new\nline"} {
		if got, ok := scan[p]; !ok || got.Noise != "" || got.Kind != persist.Missing {
			e.Errorf("%q is told as %+v", p, got)
		}
	}
	if scan["/srv/both"].Kind != persist.Differs || scan["/srv/turned"].Kind != persist.Differs {
		e.Errorf("what is in both trees is told as %+v and %+v", scan["/srv/both"], scan["/srv/turned"])
	}
	all := lostBy(f.scan("scan-all"))
	for p := range lostBy(scan) {
		if _, there := all[p]; !there {
			e.Errorf("%q is told without --kept and --orphans only", p)
		}
	}
	if lost := len(lostBy(scan)); lost != len(all) || lost < 50 {
		e.Errorf("%d files are told as lost, and %d with --kept and --orphans", lost, len(all))
	}
}
