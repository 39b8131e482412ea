//go:build vm

package vmtest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"lethe/engine/persist"
	keeping "lethe/engine/persist/keep"
	"lethe/engine/vmtest/census"
)

// keptByHand are the paths that guest/explore.sh keeps.
func (e explorer) keptByHand() []string {
	return []string{"/srv/keep me", "/var/lib/scale", "/home/" + e.wishes[0].owner() + "/work place"}
}

// keptFile is the file that guest/explore.sh keeps. It has something in it, so nothing is shown in its place before the next start.
const keptFile = "/srv/one note"

// judgeKeeping looks at the second boot: the dry run, the copy, the write after it, the second copy, and the rebuild.
func (e explorer) judgeKeeping(f facts) {
	e.Helper()
	e.judgeOrphansNow(f)
	paths := append(e.keptByHand(), keptFile)
	var plan keeping.Plan
	decode(f, "dry", &plan)
	e.same(f, "the dry run", "persist-before", "persist-dry", nil)
	e.same(f, "the dry run", "root-before", "root-dry", nil)
	e.same(f, "the dry run", "repo-before", "repo-dry", func(p string) bool { return p == "/.git" || p == "/.git/index" }) // git status looks anew

	var result keeping.Result
	decode(f, "keep", &result)
	if result.Change.Diff != plan.Change.Diff || !strings.Contains(result.Change.Diff, `+      "directory": "/srv/keep me"`) {
		e.Errorf("the change is\n%s\nand was shown as\n%s", result.Change.Diff, plan.Change.Diff)
	}
	e.judgeCopies("keep", result, paths)
	e.judgeRepository(f, result.Change)
	e.judgeState(f, "waiting-kept", paths)
	e.told(f, "scan-kept", map[string]persist.Kind{"/srv/keep me/socket": persist.Missing})

	e.told(f, "scan-late", map[string]persist.Kind{
		"/srv/keep me/socket": persist.Missing, "/srv/keep me/late \xff\n": persist.Missing, "/srv/keep me/plain": persist.Differs,
		"/srv/keep me/one": persist.Differs, "/srv/keep me/two": persist.Differs, "/srv/keep me/sub/three": persist.Differs,
		"/srv/keep me/empty": persist.Orphan, "/var/lib/scale/state.db": persist.Differs,
		keptFile: persist.Differs,
	})
	var again keeping.Result
	decode(f, "sync", &again)
	e.judgeCopies("keep --sync", again, paths)
	e.told(f, "scan-synced", map[string]persist.Kind{"/srv/keep me/socket": persist.Missing})
	e.judgeState(f, "waiting-synced", paths)
	e.judgeSwitch(f)
}

// judgeOrphansNow wants the orphans of the first boot to be there still, with the one that a link kept from being one, and nothing of the rest.
func (e explorer) judgeOrphansNow(f facts) {
	e.Helper()
	var got []string
	for p, finding := range f.scan("scan-fresh") {
		if finding.Kind == persist.Orphan && finding.Noise == "" {
			got = append(got, p)
		}
	}
	// What was in both trees, or differed, has lost its other half.
	want := []string{"/linked/target", "/srv/both", "/srv/same", "/srv/turned/inside", "/var/old/orphan", "/var/old/orphan \xff\n"}
	slices.Sort(got)
	if !slices.Equal(got, want) {
		e.Errorf("after the restart the orphans are %q; wanted %q", got, want)
	}
}

// judgeCopies wants every path copied whole, the socket named, and a command to rebuild.
func (e explorer) judgeCopies(what string, r keeping.Result, paths []string) {
	e.Helper()
	var got []string
	for _, c := range r.Copies {
		got = append(got, c.Path)
		if len(c.Changed) > 0 || len(c.Gone) > 0 || c.Aside != "" || !c.Declared {
			e.Errorf("%s: %+v", what, c)
		}
		if left := c.Path == paths[0]; len(c.Left) != map[bool]int{true: 1}[left] || left && c.Left[0].Path != "socket" {
			e.Errorf("%s leaves out %+v of %q", what, c.Left, c.Path)
		}
	}
	if !slices.Equal(got, paths) {
		e.Errorf("%s copies %q; wanted %q", what, got, paths)
	}
	if want := fmt.Sprintf("sudo nixos-rebuild switch --flake '/etc/nixos#%s'", e.wishes[0].Host.Name); strings.ReplaceAll(r.Rebuild, "'", "") != strings.ReplaceAll(want, "'", "") {
		e.Errorf("%s tells %q; wanted %q", what, r.Rebuild, want)
	}
}

// judgeRepository wants the data file and nothing else to have changed, as it was told, staged, and its owner's as before.
func (e explorer) judgeRepository(f facts, change keeping.Change) {
	e.Helper()
	e.same(f, "keep", "repo-dry", "repo-kept", func(p string) bool { return p == "/" || p == "/persist.json" || under(p, "/.git") })
	before, after := f.census("repo-dry"), f.census("repo-kept")
	was, is := before["/persist.json"], after["/persist.json"]
	if was.UID != is.UID || was.GID != is.GID || was.Mode != is.Mode || f.text("added-kept") != strings.TrimSpace(change.After) || f.text("added-dry") != strings.TrimSpace(change.Before) {
		e.Errorf("persist.json was %+v and is %+v:\n%s", was, is, f.text("added-kept"))
	}
	for p, entry := range after {
		if entry.UID != was.UID {
			e.Errorf("%q in the repository belongs to %d now", p, entry.UID)
		}
	}
	for _, line := range f.lines("git-kept") {
		if line[1] != ' ' {
			e.Errorf("git status says %q after keep; wanted nothing but staged files", line)
		}
	}
}

// judgeState wants exactly these paths to be pending, and declared.
func (e explorer) judgeState(f facts, name string, paths []string) {
	e.Helper()
	var waiting []keeping.Pending
	decode(f, name, &waiting)
	var got []string
	for _, p := range waiting {
		got = append(got, p.Path)
		if !p.Declared {
			e.Errorf("%s: %q is not declared", name, p.Path)
		}
	}
	if !slices.Equal(got, paths) {
		e.Errorf("%s: %q are pending; wanted %q", name, got, paths)
	}
}

// told wants a scan to tell exactly this about what is kept by hand.
func (e explorer) told(f facts, name string, want map[string]persist.Kind) {
	e.Helper()
	got := map[string]persist.Kind{}
	for p, finding := range f.scan(name) {
		if finding.Kind != persist.Kept && under(p, append(e.keptByHand(), keptFile)...) {
			got[p] = finding.Kind
		}
	}
	if !maps.Equal(got, want) {
		e.Errorf("%s tells of what is kept\n%v\nwanted\n%v", name, got, want)
	}
}

// judgeSwitch wants the rebuild to have shown what was pending, with everything in it, and to have made an entry of the boot loader.
func (e explorer) judgeSwitch(f facts) {
	e.Helper()
	if said := f.good("switch") + f.text("switch.err"); !strings.Contains(said, "A file already exists at "+keptFile) {
		e.Errorf("the rebuild did not refuse to hide the file that is kept:\n%s", said)
	}
	e.judgeState(f, "waiting-switched", []string{keptFile})
	before, after := f.mountsOf("mountinfo-synced"), f.mountsOf("mountinfo-full")
	for i, p := range e.keptByHand() {
		if before[p] != nil || after[p] == nil || after[p].Root != "/persist"+p {
			e.Errorf("%q is %+v before the rebuild and %+v after it", p, before[p], after[p])
		}
		if !slices.Contains(f.kept("kept-switched"), p) || slices.Contains(f.kept("kept-kept"), p) {
			e.Errorf("%q is not declared after the rebuild, or before it", p)
		}
		e.copied(p, f.census(fmt.Sprintf("tree%d-late", i)), f.census(fmt.Sprintf("tree%d-switched", i)))
	}
	if f.good("system-switched") == f.good("system-kept") || !strings.Contains(f.good("loader-switched"), "nixos-generation-2.conf") {
		e.Errorf("the rebuild left %s with the boot loader's\n%s", f.text("system-switched"), f.text("loader-switched"))
	}
	scan := f.scan("scan-all")
	for p := range files(f.census("tree0-last")) {
		if got := scan[path.Join("/srv/keep me", p)]; got.Kind != persist.Kept {
			e.Errorf("%q is told as %q after the rebuild", p, got.Kind)
		}
	}
}

// judgeSurvival looks at the third boot: the system that was rebuilt runs, and what is kept is as it was left.
func (e explorer) judgeSurvival(before, after facts) {
	e.Helper()
	if was, is := before.good("system-switched"), after.good("system-fresh"); was != is {
		e.Errorf("%s runs after the restart; wanted %s", is, was)
	}
	mounts := after.mountsOf("mountinfo-fresh")
	for i, p := range e.keptByHand() {
		if mounts[p] == nil || mounts[p].Root != "/persist"+p {
			e.Errorf("%q is %+v after the restart", p, mounts[p])
		}
		e.copied(p, before.census(fmt.Sprintf("tree%d-last", i)), after.census(fmt.Sprintf("tree%d-fresh", i)))
	}
	e.judgeFile(after)
	tree := after.census("tree0-fresh")
	for _, name := range []string{"/late \xff\n", "/after", "/not \xff\xfe UTF-8", "/new\nline"} {
		if _, there := tree[name]; !there {
			e.Errorf("%q is not there after the restart", name)
		}
	}
	e.judgeState(after, "waiting-fresh", nil)
	e.told(after, "scan-fresh", map[string]persist.Kind{})
}

// judgeFile wants the file that is kept to be shown by a link, with its owner, its mode and the write after it was copied.
func (e explorer) judgeFile(f facts) {
	e.Helper()
	if leads := f.good("leads-fresh"); leads != storage+keptFile {
		e.Errorf("%q leads to %q after the restart", keptFile, leads)
	}
	stored := f.census("persist-fresh")[keptFile]
	if want := fmt.Sprintf("640 %d:%d %d", stored.UID, stored.GID, len("note\nlate\n")); f.good("single-fresh") != want || stored.UID == 0 {
		e.Errorf("%q is %s after the restart; wanted %s", keptFile, f.good("single-fresh"), want)
	}
}

// copied compares a tree with its copy. Only sockets may be missing; sizes and link counts of folders are the file system's own.
func (e explorer) copied(what string, from, to map[string]census.Entry) {
	e.Helper()
	maps.DeleteFunc(from, func(_ string, entry census.Entry) bool { return entry.Kind == "socket" })
	for p := range to {
		if _, there := from[p]; !there {
			e.Errorf("%s: %q is new in the copy", what, p)
		}
	}
	names := func(list map[string]census.Entry, inode uint64) (names []string) {
		for p, entry := range list {
			if entry.Inode == inode && entry.Kind != "folder" {
				names = append(names, p)
			}
		}
		slices.Sort(names)
		return names
	}
	for p, a := range from {
		b, there := to[p]
		if !there {
			e.Errorf("%s: %q is missing in the copy", what, p)
			continue
		}
		folder := a.Kind == "folder"
		same := a.Kind == b.Kind && a.Mode == b.Mode && a.UID == b.UID && a.GID == b.GID && a.Modified == b.Modified && a.Sum == b.Sum && bytes.Equal(a.Target, b.Target) &&
			maps.EqualFunc(a.Attributes, b.Attributes, bytes.Equal) && (folder || a.Size == b.Size && a.Links == b.Links && slices.Equal(names(from, a.Inode), names(to, b.Inode)))
		if !same {
			e.Errorf("%s: %q is\n%+v\nand was\n%+v", what, p, b, a)
		}
		if a.Kind == "file" && b.Blocks > a.Blocks+64<<10 {
			e.Errorf("%s: %q takes %d bytes, and %d before: its holes are filled", what, p, b.Blocks, a.Blocks)
		}
	}
}

// same wants one census to be another, but for what is expected.
func (e explorer) same(f facts, what, before, after string, but func(string) bool) {
	e.Helper()
	a, b := f.census(before), f.census(after)
	for p := range a {
		if _, there := b[p]; !there && (but == nil || !but(p)) {
			e.Errorf("%s removed %q (%s)", what, p, after)
		}
	}
	for p, now := range b {
		was, there := a[p]
		if but != nil && but(p) {
			continue
		}
		if !there || was.Kind != now.Kind || was.Sum != now.Sum || was.Modified != now.Modified || was.Mode != now.Mode || was.UID != now.UID || was.Inode != now.Inode {
			e.Errorf("%s changed %q (%s): %+v, before %+v", what, p, after, now, was)
		}
	}
}

// decode reads what a command said as JSON.
func decode(f facts, name string, into any) {
	f.t.Helper()
	if err := json.Unmarshal([]byte(f.good(name)), into); err != nil {
		f.t.Fatalf("%s says no JSON: %v\n%s\n%s", name, err, f.text(name), f.text(name+".err"))
	}
}

// judgeForgetting looks at the end of the third boot: one folder was forgotten, and its data moved, and then deleted by a second act.
func (e explorer) judgeForgetting(f facts) {
	e.Helper()
	gone := e.keptByHand()[0]
	e.same(f, "the dry run of forget", "persist-fresh", "persist-dry", func(p string) bool { return p == "/etc/nixos/.git" || p == "/etc/nixos/.git/index" })
	var plan keeping.ForgetPlan
	decode(f, "forget-dry", &plan)
	var result keeping.ForgetResult
	decode(f, "forget", &result)
	if result.Change.Diff != plan.Change.Diff || !slices.Equal(result.Moved, []string{gone}) || result.Date == "" {
		e.Errorf("forget says %+v; its dry run was %+v", result, plan)
	}
	place := "/" + keeping.ForgottenFolder + "/" + result.Date
	stored := f.census("persist-switched")
	if top := stored["/"+keeping.ForgottenFolder]; top.Mode != 0o700 || top.UID != 0 {
		e.Errorf("what was forgotten lies in %+v; wanted a folder for root only", top)
	}
	e.copied("forgotten", f.census("tree0-fresh"), below(stored, place+gone))
	if len(below(stored, gone)) > 0 {
		e.Errorf("%s is in the persist tree still", gone)
	}
	f.good("switch")
	mounts := f.mountsOf("mountinfo-switched")
	for i, p := range e.keptByHand() {
		if there := mounts[p] != nil; there != (i > 0) || slices.Contains(f.kept("kept-switched"), p) != (i > 0) {
			e.Errorf("after the rebuild %q is mounted: %t", p, there)
		}
	}
	e.judgeForgotten(f, place, result)
}

// judgeForgotten wants the explorer to tell every file of what was forgotten as an orphan that nobody misses, and nothing else of it.
func (e explorer) judgeForgotten(f facts, place string, result keeping.ForgetResult) {
	e.Helper()
	gone := e.keptByHand()[0]
	scan, stored := f.scan("scan-switched"), files(f.census("persist-switched"))
	for p := range stored {
		if got := scan[p]; under(p, place) && (got.Kind != persist.Orphan || got.Noise == "") {
			e.Errorf("%q is told as %+v after the rebuild", p, got)
		}
	}
	for p, finding := range scan {
		// The socket was left where it was made, on the root of the boot before: only this boot's copy is told.
		if under(p, gone) {
			e.Errorf("%q is told as %+v after it was forgotten", p, finding)
		}
	}
	var list []keeping.Forgotten
	decode(f, "forgotten", &list)
	if len(list) != 1 || list[0].Date != result.Date || !slices.Equal(list[0].Paths, []string{gone}) {
		e.Errorf("what was forgotten is listed as %+v", list)
	}
	f.good("delete")
	decode(f, "forgotten-deleted", &list)
	if left := below(f.census("persist-deleted"), place); len(list) != 0 || len(left) != 0 {
		e.Errorf("after deleting it, %+v is listed and %d entries are left", list, len(left))
	}
}

// below gives a part of a tree, as a tree.
func below(list map[string]census.Entry, folder string) map[string]census.Entry {
	part := map[string]census.Entry{}
	for p, entry := range list {
		if under(p, folder) {
			part["/"+strings.TrimPrefix(strings.TrimPrefix(p, folder), "/")] = entry
		}
	}
	return part
}
