package page_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/page"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
)

// explored is an explorer on findings, without an engine: what it asks for is noted, and rows are loaded at once.
type explored struct {
	*stand
	tree  *persist.Tree
	asked []string
}

// explore opens the page on findings.
func explore(t testing.TB, f frame, findings []persist.Finding, set func(*session.Explore)) *explored {
	t.Helper()
	x := &explored{tree: persist.NewTree()}
	x.tree.Add(findings)
	state := session.New(session.Options{Seed: [32]byte{1}, Checks: checks(session.No)})
	state.OpenExplore(true)
	e := session.NewExplore(true)
	e.Says = page.Say
	e.EndScan(summed(findings), false, "")
	e.Take(session.Load(context.Background(), x.tree, e.Ask()))
	if set != nil {
		set(e)
		e.Take(session.Load(context.Background(), x.tree, e.Ask()))
	}
	note := func(what string) func(string) { return func(path string) { x.asked = append(x.asked, what+" "+path) } }
	plain := func(what string) func() { return func() { x.asked = append(x.asked, what) } }
	x.stand = newStand(t, f, state, func(d *stand) {
		d.explore = e
		d.asks = page.ExploreActs{
			Scan: plain("scan"), Stop: plain("stop"), Keep: note("keep"), Forget: note("forget"), Delete: note("delete"), Sync: plain("sync"),
			Confirm: plain("confirm"), Abort: plain("abort"), Dismiss: plain("dismiss"), AsRoot: plain("as root"), MakeUp: plain("make up"), Seek: note("seek"),
			Load: func() {
				e.Take(session.Load(context.Background(), x.tree, e.Ask()))
				if d.page != nil {
					d.page.Refresh()
				}
			},
		}
	})
	return x
}

func summed(findings []persist.Finding) persist.Summary {
	tree := persist.NewTree()
	tree.Add(findings)
	var s persist.Summary
	s.Sums, _ = tree.Sums("/")
	s.Space = persist.Space{Filesystem: "tmpfs", Size: 1 << 30, Used: s.Lost().Blocks + s.Noise.Blocks + 9<<20}
	s.Entries = int64(len(findings))
	return s
}

// finding makes one; owner is "name|path worth keeping".
func finding(kind persist.Kind, path string, kib int64, hours int, noise, owner string) persist.Finding {
	name, suggest, _ := strings.Cut(owner, "|")
	return persist.Finding{
		Kind: kind, Path: path, Type: persist.File, Size: kib << 10, Blocks: kib << 10, Modified: now.Add(-time.Duration(hours) * time.Hour), Noise: noise,
		Owner: persist.Owner{Name: name, Kind: persist.Package, Suggest: suggest},
	}
}

// laptop is what a used laptop would lose.
func laptop() []persist.Finding {
	const fox, docker = "Firefox's profile|/home/ada/.mozilla", "Docker's images and volumes|/var/lib/docker"
	list := []persist.Finding{
		finding(persist.Missing, "/var/lib/bluetooth/5C:87:9C:AA:10:02/settings", 4, 70, "", "Bluetooth pairings|/var/lib/bluetooth"),
		finding(persist.Missing, "/var/lib/bluetooth/5C:87:9C:AA:10:02/38:18:4C:7E:90:11/info", 4, 71, "", "Bluetooth pairings|/var/lib/bluetooth"),
		finding(persist.Missing, "/etc/NetworkManager/system-connections/ferry-5G.nmconnection", 4, 29, "", "Wi-Fi and VPN profiles, with their secrets|/etc/NetworkManager/system-connections"),
		finding(persist.Missing, "/home/ada/.mozilla/firefox/k3x9vqde.default/places.sqlite", 5120, 1, "", fox),
		finding(persist.Missing, "/home/ada/.mozilla/firefox/k3x9vqde.default/key4.db", 36, 30, "", fox),
		finding(persist.Missing, "/home/ada/Downloads/tides-2026.iso", 184320, 7, "", "files of ada|/home/ada/Downloads"),
		finding(persist.Missing, "/home/ada/.bash_history", 4, 1, "", "the history of bash|/home/ada/.bash_history"),
		finding(persist.Differs, "/home/ada/.config/user-dirs.dirs", 4, 340, "", "settings of user-dirs.dirs|/home/ada/.config/user-dirs.dirs"),
		finding(persist.Differs, "/var/lib/upower/history-charge.dat", 4, 9, "", "state of upower|/var/lib/upower"),
		finding(persist.Orphan, "/var/lib/grafana/grafana.db", 1536, 4400, "", "Grafana's dashboards|/var/lib/grafana"),
		finding(persist.Orphan, "/home/ada/.config/Element/IndexedDB/leveldb/000005.ldb", 420, 3200, "", "Element's keys and chats|/home/ada/.config/Element"),
		finding(persist.Missing, "/home/ada/.cache/mozilla/firefox/index", 61440, 2, "a cache: it is filled anew", "the cache of mozilla|"),
		finding(persist.Missing, "/tmp/systemd-private/state", 40, 0, "temporary files", "temporary files|"),
	}
	for i := range 40 {
		list = append(list, finding(persist.Missing, fmt.Sprintf("/var/lib/docker/overlay2/9f2ad1c4%d/diff/layer.tar", i), int64(900-20*i), 12, "", docker))
	}
	return list
}

func TestExplorePictures(t *testing.T) {
	open := func(folders ...string) func(*session.Explore) {
		return func(e *session.Explore) {
			for _, f := range folders {
				e.Open(f)
			}
			e.Cursor = "/var/lib/bluetooth"
		}
	}
	bluetooth := open("/var", "/var/lib", "/var/lib/bluetooth")
	t.Run("light", func(t *testing.T) { explore(t, usual, laptop(), bluetooth).golden("explore") })
	t.Run("dark", func(t *testing.T) {
		explore(t, frame{theme.VariantDark, 1120, 760}, laptop(), open("/var", "/var/lib")).golden("explore-dark")
	})
	t.Run("small", func(t *testing.T) { explore(t, small, laptop(), bluetooth).golden("small-explore") })
	t.Run("large", func(t *testing.T) { explore(t, large, laptop(), bluetooth).golden("large-explore") })
	t.Run("by owner", func(t *testing.T) {
		explore(t, usual, laptop(), func(e *session.Explore) { e.SetByOwner(true); e.Cursor = "/var/lib/bluetooth" }).golden("explore-owners")
	})
	t.Run("empty", func(t *testing.T) { explore(t, usual, nil, nil).golden("explore-empty") })
	t.Run("scanning", func(t *testing.T) {
		explore(t, usual, laptop()[:6], func(e *session.Explore) {
			e.BeginScan()
			e.Progress = persist.Progress{Entries: 120_466, Folder: "/home/ada/.mozilla/firefox/k3x9vqde.default/storage/default"}
		}).golden("explore-scanning")
	})
	t.Run("long names", func(t *testing.T) {
		long := strings.Repeat("a-name-that-does-not-want-to-end-", 9)
		list := []persist.Finding{
			finding(persist.Missing, "/home/ada/"+long+"/\xff\xfebroken\nname", 12, 3, "", "an owner whose name is as long as a short sentence|/home/ada/"+long),
			finding(persist.Differs, "/home/ada/"+long+"/"+long, 2, 30_000, "", "an owner whose name is as long as a short sentence|/home/ada/"+long),
			finding(persist.Orphan, "/home/ada/"+long+"/x", 1<<30, 3, "", "|"),
		}
		explore(t, small, list, func(e *session.Explore) {
			for _, f := range []string{"/home", "/home/ada", "/home/ada/" + long} {
				e.Open(f)
			}
			e.Cursor = "/home/ada/" + long
			e.Summary.UnreadableCount, e.MadeUp = 3, false
		}).golden("small-explore-long")
	})
	t.Run("review", func(t *testing.T) { explore(t, usual, laptop(), review).golden("explore-keep") })
	t.Run("working", func(t *testing.T) {
		explore(t, usual, laptop(), func(e *session.Explore) {
			review(e)
			e.Confirm()
			e.Progressed(keep.Progress{Path: "/var/lib/bluetooth", Stage: keep.StageVerify, Entries: 3, Bytes: 400})
		}).golden("explore-keeping")
	})
	t.Run("kept", func(t *testing.T) {
		explore(t, usual, laptop(), func(e *session.Explore) {
			review(e)
			e.Confirm()
			e.EndKeep(keep.Result{Copies: []keep.Done{{Pending: waiting()}}, Rebuild: rebuild}, "")
		}).golden("explore-kept")
	})
	t.Run("waiting", func(t *testing.T) {
		explore(t, small, laptop(), func(e *session.Explore) {
			bluetooth(e)
			e.Waiting, e.Rebuild = []keep.Pending{waiting()}, rebuild
			e.Forgotten = []keep.Forgotten{{Date: "2026-11-23T11-40-02.118Z", Paths: []string{"/var/lib/grafana"}}}
		}).golden("small-explore-waiting")
	})
	t.Run("failed", func(t *testing.T) {
		explore(t, small, laptop(), func(e *session.Explore) {
			e.Waiting, e.Rebuild = []keep.Pending{waiting()}, rebuild
			e.BeginAct(session.ActKeep, "/var/lib/bluetooth")
			e.PlannedKeep(keep.Plan{}, `cannot keep "/var/lib/bluetooth": it is kept already, by persist.json; until the rebuild it can be copied again`)
		}).golden("small-explore-failed")
	})
}

const rebuild = "sudo nixos-rebuild switch --flake /etc/nixos#styx"

func waiting() keep.Pending {
	return keep.Pending{Entry: keep.Entry{Path: "/var/lib/bluetooth"}, Copied: keep.Copied{Entries: 5, Bytes: 888}, Snapshot: time.Date(2026, 11, 23, 12, 0, 7, 0, time.Local), Declared: true}
}

// review has the keeping of the pairings on the screen.
func review(e *session.Explore) {
	e.Cursor = "/var/lib/bluetooth"
	e.BeginAct(session.ActKeep, "/var/lib/bluetooth")
	e.PlannedKeep(keep.Plan{
		Items: []keep.Item{{Entry: keep.Entry{Path: "/var/lib/bluetooth"}, Size: keep.Size{Entries: 5, Bytes: 888, Blocks: 8192}}},
		Change: keep.Change{Diff: "--- a/persist.json\n+++ b/persist.json\n@@ -1,5 +1,10 @@\n {\n-  \"directories\": [],\n+  \"directories\": [\n+    {\n+      \"directory\": \"/var/lib/bluetooth\",\n" +
			"+      \"mode\": \"0700\"\n+    }\n+  ],\n   \"files\": [],\n   \"users\": {}\n }\n"},
		Rebuild: rebuild,
	}, "")
}

func (x *explored) key(names ...fyne.KeyName) {
	x.t.Helper()
	for _, name := range names {
		f := x.win.Canvas().Focused()
		if f == nil {
			x.t.Fatal("nothing has the focus")
		}
		f.TypedKey(&fyne.KeyEvent{Name: name})
	}
}

// TestExploreByKeys keeps, forgets, opens, closes and filters by the keys alone.
func TestExploreByKeys(t *testing.T) {
	x := explore(t, usual, laptop(), nil)
	e := x.explore
	x.key(fyne.KeyHome)
	if e.Cursor != "/home" {
		t.Fatalf("the cursor is on %q", e.Cursor)
	}
	x.key(fyne.KeyRight, fyne.KeyRight, fyne.KeyRight, fyne.KeyRight)
	if e.Cursor != "/home/ada/Downloads" {
		t.Errorf("into the largest folders leads to %q", e.Cursor)
	}
	x.key(fyne.KeyReturn)
	x.key(fyne.KeyLeft, fyne.KeyLeft, fyne.KeyLeft)
	if e.Cursor != "/home" {
		t.Errorf("out of them leads to %q", e.Cursor)
	}
	x.key(fyne.KeyLeft, fyne.KeyDown, fyne.KeySpace)
	x.shows("lib")
	e.Reveal("/var/lib/grafana")
	x.asks.Load()
	x.key(fyne.KeyDelete)
	if want := []string{"keep /home/ada/Downloads", "forget /var/lib/grafana"}; !slices.Equal(x.asked, want) {
		t.Errorf("asked for %q, not %q", x.asked, want)
	}
	x.write("pairing")
	if _, ok := x.win.Canvas().Focused().(*control.Entry); !ok || e.Text != "pairing" {
		t.Errorf("letters filter by %q", e.Text)
	}
	x.shows("bluetooth", "-grafana")
}

// TestExploreOffersTheWhole is about a file inside of what is worth keeping as a whole.
func TestExploreOffersTheWhole(t *testing.T) {
	x := explore(t, usual, laptop(), nil)
	x.explore.Reveal("/var/lib/bluetooth/5C:87:9C:AA:10:02/settings")
	x.asks.Load()
	x.press("Keep only this…")
	x.press("Keep all: Bluetooth pairings…")
	if want := []string{"keep /var/lib/bluetooth/5C:87:9C:AA:10:02/settings", "keep /var/lib/bluetooth"}; !slices.Equal(x.asked, want) {
		t.Errorf("asked for %q", x.asked)
	}
}

func TestExploreMarks(t *testing.T) {
	x := explore(t, usual, laptop(), nil)
	x.shows("lost (47)", "differs (2)", "orphan (2)", "not missed (2)", "-/tmp")
	x.press("not missed (2)")
	x.shows("/tmp")
	x.press("kept")
	if !slices.Equal(x.asked, []string{"scan"}) {
		t.Errorf("what is kept is looked for by %q", x.asked)
	}
}

// TestExploreAct confirms, stops and puts aside.
func TestExploreAct(t *testing.T) {
	x := explore(t, usual, laptop(), review)
	x.shows("Keep: Bluetooth pairings", "are copied to the disk and compared byte by byte", "/var/lib/bluetooth")
	x.press("Keep it")
	x.explore.Confirm()
	x.press("Cancel")
	x.explore.EndKeep(keep.Result{Copies: []keep.Done{{Pending: waiting()}}, Rebuild: rebuild}, "")
	x.page.Refresh()
	x.shows(rebuild, "pending")
	x.press("Copy the command")
	if x.copied != rebuild {
		t.Errorf("copied %q", x.copied)
	}
	x.press("Back to the list")
	if want := []string{"confirm", "abort", "dismiss"}; !slices.Equal(x.asked, want) {
		t.Errorf("asked for %q, not %q", x.asked, want)
	}
}

// TestExploreDeletesOnlyBySecondAct has the keyboard on the way back when something is to be deleted for good.
func TestExploreDeletesOnlyBySecondAct(t *testing.T) {
	const date = "2026-11-23T11-40-02.118Z"
	x := explore(t, usual, laptop(), func(e *session.Explore) {
		e.Forgotten = []keep.Forgotten{{Date: date, Paths: []string{"/var/lib/grafana"}}}
	})
	x.press("Delete for good…")
	x.explore.BeginAct(session.ActDelete, date)
	x.page.Refresh()
	x.shows("/var/lib/grafana", "nothing brings them back")
	x.key(fyne.KeyReturn)
	x.press("Delete for good")
	if want := []string{"delete " + date, "dismiss", "confirm"}; !slices.Equal(x.asked, want) {
		t.Errorf("asked for %q, not %q", x.asked, want)
	}
}

// million is as many findings as the page has to bear, in ten thousand folders.
func million(n int) []persist.Finding {
	list := make([]persist.Finding, 0, n)
	for i := range n {
		list = append(list, finding(persist.Missing, fmt.Sprintf("/srv/%03d/%03d/file-%07d", i/10_000, i/100%100, i), int64(i%97+1), i%9000, "", "files that this machine serves|/srv"))
	}
	return list
}

// BenchmarkExplore tells how long the page takes to open, to open a folder and to scroll by a row, with so many findings, drawing included.
func BenchmarkExplore(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		list := million(n)
		x := explore(b, usual, list, nil)
		tree := treeOf(b, x)
		b.Run(fmt.Sprintf("first-rows-%d", n), func(b *testing.B) {
			for b.Loop() {
				x.explore.Take(session.Load(context.Background(), x.tree, x.explore.Ask()))
				x.page.Refresh()
				x.win.Canvas().Capture()
			}
		})
		b.Run(fmt.Sprintf("filter-%d", n), func(b *testing.B) {
			for b.Loop() {
				x.explore.Search(fmt.Sprint("file-00", n/2))
				session.Load(context.Background(), x.tree, x.explore.Ask())
			}
			x.explore.Search("")
		})
		for i := range n / 10_000 {
			x.explore.Open(fmt.Sprintf("/srv/%03d", i))
		}
		x.explore.Open("/srv")
		x.asks.Load()
		b.Run(fmt.Sprintf("scroll-%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i = (i + 17) % x.explore.Count()
				tree.Reveal(i)
				x.win.Canvas().Capture()
			}
		})
		b.Run(fmt.Sprintf("scroll-undrawn-%d", n), func(b *testing.B) {
			i := 0
			for b.Loop() {
				i = (i + 17) % x.explore.Count()
				tree.Reveal(i)
			}
		})
	}
}

func treeOf(t testing.TB, x *explored) *widget.BarTree {
	t.Helper()
	for _, o := range x.seen() {
		if tree, ok := o.(*widget.BarTree); ok {
			return tree
		}
	}
	t.Fatal("there is no tree")
	return nil
}
