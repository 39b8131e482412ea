package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"fyne.io/fyne/v2"

	"lethe/app/madeup"
	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/flake"
	"lethe/engine/persist"
	"lethe/engine/persist/keep"
	"lethe/engine/quantity"
)

// fakeSystem tells what a test says. It holds its scan until it is let go, or given up.
type fakeSystem struct {
	engine.Explorer // nil: what is not below is not asked
	scan            func(ctx context.Context, sink func([]persist.Finding)) (persist.Summary, error)
	root            bool
	mu              sync.Mutex
	kept            []bool // what the scans were asked for
	closed          bool
}

func (f *fakeSystem) Scan(ctx context.Context, r engine.ScanRequest, sink func([]persist.Finding), _ func(persist.Progress)) (persist.Summary, error) {
	f.mu.Lock()
	f.kept = append(f.kept, r.Kept)
	f.mu.Unlock()
	return f.scan(ctx, sink)
}
func (f *fakeSystem) Waiting(context.Context, []string) ([]keep.Pending, error) { return nil, nil }
func (f *fakeSystem) Forgotten(context.Context) ([]keep.Forgotten, error)       { return nil, nil }
func (f *fakeSystem) Rebuild() string                                           { return "rebuild" }
func (f *fakeSystem) AsRoot() bool                                              { return f.root }
func (f *fakeSystem) Close() error                                              { f.closed = true; return nil }

// found are findings in a hundred folders.
func findings(n int) []persist.Finding {
	var list []persist.Finding
	for i := range n {
		list = append(list, persist.Finding{
			Kind: persist.Missing, Path: fmt.Sprintf("/srv/%02d/%02d/file-%d", i%100, i/100%100, i), Type: persist.File, Size: 4096, Blocks: 4096,
			Owner: persist.Owner{Name: "files that this machine serves", Kind: persist.User, Suggest: "/srv"},
		})
	}
	return list
}

// installed is a machine that Lethe has installed.
func installed(_ *stand, on *surface) {
	root := machineFS(false)
	root[strings.TrimPrefix(flake.KeptFile, "/")] = &fstest.MapFile{Data: []byte("{}")}
	on.root = root
}

// madeUp gives the explorer a made-up system.
func (s *stand) madeUp() madeup.System {
	s.t.Helper()
	made, err := madeup.Make(context.Background(), s.t.TempDir())
	if err != nil {
		s.t.Fatal(err)
	}
	s.engine.system = rehearsed{engine.Trees{Place: made.Place}, made}
	return made
}

// explored waits until there is nothing more to come.
func (s *stand) explored() {
	s.t.Helper()
	e := s.w.explorer
	s.until("the scan is over and shown", func() bool {
		return e.state.Phase != session.ExploreScanning && e.loading == nil && !e.planned && e.state.Count() > 0 && e.state.Act.State != session.ActPlanning && !e.state.Act.Busy()
	})
}

// TestExplorerRehearsal keeps pairings, forgets an orphan and deletes it, all by the keys, and goes back to where it came from.
func TestExplorerRehearsal(t *testing.T) {
	s := newStand(t, false)
	made := s.madeUp()
	s.w.acts.OpenExplore()
	s.at(session.PageExplore)
	s.explored()
	s.shows("What the next boot would forget", "Rehearsal on a made-up system", "/home", "/var")
	s.key(fyne.KeyDown)
	s.write("pairings")
	s.until("the pairings are found", func() bool { return s.w.explorer.state.Index("/var/lib/bluetooth") >= 0 && s.w.explorer.loading == nil })
	s.key(fyne.KeyReturn) // from the filter to the tree
	s.w.explorer.state.Cursor = "/var/lib/bluetooth"
	s.w.refresh()
	s.key(fyne.KeyReturn)
	s.until("the plan is there", func() bool { return s.w.explorer.state.Act.State == session.ActReview })
	s.shows("Keep: Bluetooth pairings", `"/var/lib/bluetooth"`)
	s.key(fyne.KeyReturn)
	s.until("it is kept", func() bool { return s.w.explorer.state.Act.State == session.ActDone })
	s.shows("nixos-rebuild switch --flake", "pending")
	if _, err := os.Stat(filepath.Join(made.Place.Persist, "var/lib/bluetooth")); err != nil {
		t.Error(err)
	}
	s.key(fyne.KeyReturn)
	if got := s.w.app.Clipboard().Content(); !strings.HasPrefix(got, "sudo nixos-rebuild") {
		t.Errorf("copied %q", got)
	}
	s.key(fyne.KeyEscape)
	s.until("it waits", func() bool { return len(s.w.explorer.state.Waiting) == 1 })
	if s.w.explorer.state.Text != "" {
		t.Error("what was searched for is kept, and still searched for")
	}
	s.w.explorer.state.Reveal("/var/lib/grafana")
	s.w.acts.Explore.Load()
	s.explored()
	s.key(fyne.KeyDelete)
	s.until("the plan is there", func() bool { return s.w.explorer.state.Act.State == session.ActReview })
	s.w.acts.Explore.Confirm()
	s.until("it is forgotten", func() bool {
		return len(s.w.explorer.state.Forgotten) == 1 && s.w.explorer.state.Act.State == session.ActDone
	})
	s.key(fyne.KeyEscape)
	s.explored()
	s.w.acts.Explore.Delete(s.w.explorer.state.Forgotten[0].Date)
	s.w.acts.Explore.Confirm()
	s.until("it is deleted", func() bool {
		return len(s.w.explorer.state.Forgotten) == 0 && s.w.explorer.state.Act.State == session.ActDone
	})
	s.key(fyne.KeyEscape)
	s.key(fyne.KeyEscape)
	s.at(session.PageWelcome)
	s.w.finish()
	if _, err := os.Stat(made.Folder); !os.IsNotExist(err) {
		t.Errorf("the made-up system is left: %v", err)
	}
}

func TestExplorerPicture(t *testing.T) {
	s := newStand(t, false)
	s.engine.system = &fakeSystem{root: true, scan: func(_ context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
		list := findings(3000)
		sink(list)
		return persist.Summary{Space: persist.Space{Filesystem: "tmpfs", Size: 64 << 20, Used: 20 << 20}}, nil
	}}
	s.w.acts.OpenExplore()
	s.explored()
	s.golden("rehearsal-explore")
}

// TestExplorerFirst opens it first on an installed system, and leads to the installer.
func TestExplorerFirst(t *testing.T) {
	s := newStand(t, false, func(s *stand, on *surface) {
		installed(s, on)
		s.engine.system = &fakeSystem{root: true, scan: func(_ context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
			sink(findings(10))
			return persist.Summary{}, nil
		}}
	})
	if s.w.state.Page != session.PageExplore || s.w.explorer.state.MadeUp {
		t.Fatalf("it begins with %s, made up %v", s.w.state.Page, s.w.explorer.state.MadeUp)
	}
	s.explored()
	s.key(fyne.KeyEscape) // leads nowhere
	s.shows("Install NixOS…")
	s.w.win.Canvas().Unfocus()
	s.key(fyne.KeyReturn) // chooses nothing, and above all installs nothing
	if s.w.state.Page != session.PageExplore {
		t.Errorf("Enter leads to %s", s.w.state.Page)
	}
	s.w.shell.forward.Tapped(nil)
	s.at(session.PageWelcome)
}

// TestExplorerOnAnOrdinaryMachine asks for the explorer where no boot empties the root: that is said, nothing is counted, and a made-up system is
// one key away.
func TestExplorerOnAnOrdinaryMachine(t *testing.T) {
	s := newStand(t, false, func(_ *stand, on *surface) { on.persist = true })
	s.at(session.PageExplore)
	s.shows("This is not an impermanent system", "Look at a made-up system")
	if s.w.explorer.scans != 0 || strings.Contains(s.shown(), "is emptied") {
		t.Error("it looks, or says that the root is emptied, all the same")
	}
	s.madeUp()
	s.key(fyne.KeyReturn)
	s.explored()
	s.shows("Rehearsal on a made-up system", "would be lost at the next boot", "/home")
}

// TestExplorerFindsWhatIsSmall has one entry of a hundred thousand that no tree keeps apart. The filter says that it has not looked at all, and
// finds it by one more key; a scan that begins meanwhile ends the search.
func TestExplorerFindsWhatIsSmall(t *testing.T) {
	s := newStand(t, false)
	list := append([]persist.Finding{{Kind: persist.Missing, Path: "/srv/00/00/.gitconfig", Type: persist.File, Size: 3, Blocks: 8}}, findings(120_000)...)
	var hold atomic.Bool
	s.engine.system = &fakeSystem{root: true, scan: func(ctx context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
		for parcel := range slices.Chunk(list, 512) {
			sink(parcel)
		}
		if hold.Load() {
			<-ctx.Done()
			return persist.Summary{}, ctx.Err()
		}
		return persist.Summary{}, nil
	}}
	e := s.w.explorer
	s.w.acts.OpenExplore()
	s.explored()
	s.key(fyne.KeyDown)
	s.write("gitconfig")
	s.until("the search is over", func() bool { return e.loading == nil && e.state.Count() == 1 && e.state.Row(0).Unsearched })
	s.shows("small entries too: so far only what is listed was searched")
	s.key(fyne.KeyReturn) // from the filter to the tree
	s.key(fyne.KeyDown)
	s.key(fyne.KeyReturn)
	s.until("it is found", func() bool { return e.state.Index("/srv/00/00/.gitconfig") >= 0 && !e.state.Seeking })
	hold.Store(true)
	e.state.Search("nothing")
	s.w.acts.Explore.Seek("")
	if !e.state.Seeking {
		t.Fatal("nothing is sought")
	}
	hold.Store(false)
	s.w.acts.Explore.Scan()
	s.until("the scan is over", func() bool { return e.state.Phase == session.ExploreDone && !e.state.Seeking && e.seeking == nil })
}

// TestExplorerShowsWhileItScans has rows long before the end, and keeps them when it is stopped.
func TestExplorerShowsWhileItScans(t *testing.T) {
	s := newStand(t, false)
	system := &fakeSystem{root: true, scan: func(ctx context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
		sink(findings(512))
		<-ctx.Done()
		return persist.Summary{}, ctx.Err()
	}}
	s.engine.system = system
	s.w.acts.OpenExplore()
	e := s.w.explorer.state
	s.until("there are rows", func() bool { return e.Count() > 0 })
	s.shows("as far as was looked", "Stop")
	s.w.acts.Explore.Stop()
	s.until("it has stopped", func() bool { return e.Phase == session.ExploreStopped })
	s.shows("not everything was looked at", "/srv")
	e.Show(session.MarkKept, true)
	s.w.acts.Explore.Scan()
	s.w.acts.Explore.Scan() // the one before is given up
	s.until("they have begun", func() bool { system.mu.Lock(); defer system.mu.Unlock(); return len(system.kept) == 3 })
	if want := []bool{false, true, true}; !slices.Equal(system.kept, want) || e.Phase != session.ExploreScanning {
		t.Errorf("scans for what is kept: %v; %s", system.kept, e.Phase)
	}
	s.w.acts.Explore.Stop()
}

// TestExplorerAsksForRoot connects before anything is kept on a system that is not this user's.
func TestExplorerAsksForRoot(t *testing.T) {
	s := newStand(t, false, installed)
	s.madeUp()
	here := s.engine.system
	s.engine.host.Explorer = here
	s.engine.system = &running{Explorer: here, rebuild: here.Rebuild()}
	s.w.explorer.begin()
	s.explored()
	s.w.acts.Explore.Keep("/var/lib/bluetooth")
	s.until("the plan is there", func() bool { return s.w.explorer.state.Act.State == session.ActReview })
	if !s.w.explorer.state.AsRoot {
		t.Error("it was planned without root")
	}
	s.w.acts.Explore.Confirm()
	s.until("it is kept", func() bool { return s.w.explorer.state.Act.State == session.ActDone })
	s.explored()
	s.w.finish()
	if !slices.Contains(s.engine.host.called(), "close") {
		t.Error("the root side is not let go")
	}
}

// TestExplorerSaysWhyNot shows why there is nothing to see, and why root's permission was not given.
func TestExplorerSaysWhyNot(t *testing.T) {
	s := newStand(t, false, installed) // without a system
	s.until("it has failed", func() bool { return s.w.explorer.state.Phase == session.ExploreFailed })
	s.shows("this test has no system")
	s.engine.refused = fmt.Errorf("polkit said no")
	s.engine.system = &fakeSystem{scan: func(_ context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
		sink(findings(10))
		return persist.Summary{UnreadableCount: 2}, nil
	}}
	s.w.acts.Explore.Scan()
	s.explored()
	s.shows("2 folders could not be read", "Look with root's permission")
	s.w.acts.Explore.AsRoot()
	s.until("it was refused", func() bool { return s.w.shell.waiting == nil })
	s.shows("polkit said no")
}

// BenchmarkExplorer tells how long after its opening the explorer has its first rows, has drawn them, which the software driver does at
// leisure, and has all of them, while a scan hands on its findings as fast as it can.
func BenchmarkExplorer(b *testing.B) {
	for _, n := range []int{10_000, 100_000, 1_000_000} {
		list := findings(n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var first, drawn, all []time.Duration
			for b.Loop() {
				s := newStand(b, false)
				s.engine.system = &fakeSystem{root: true, scan: func(_ context.Context, sink func([]persist.Finding)) (persist.Summary, error) {
					for parcel := range slices.Chunk(list, 512) {
						sink(parcel)
					}
					return persist.Summary{Space: persist.Space{Filesystem: "tmpfs", Size: int64(4 * quantity.GiB)}}, nil
				}}
				began := time.Now()
				s.w.acts.OpenExplore()
				s.until("there are rows", func() bool { return s.w.explorer.state.Count() > 0 })
				first = append(first, time.Since(began))
				s.w.win.Canvas().Capture()
				drawn = append(drawn, time.Since(began))
				s.explored()
				s.w.win.Canvas().Capture()
				all = append(all, time.Since(began))
			}
			report(b, "first", first)
			report(b, "drawn", drawn)
			report(b, "all", all)
		})
	}
}
