package session_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

func TestReview(t *testing.T) {
	s := filled(t)
	s.Shown.Disks[0].Partitions = []device.Partition{{Number: 1, Name: "nvme0n1p1", Size: 90 * quantity.GiB, Content: device.Content{Type: "ntfs", Label: "Windows"}}}
	p := planned(t, s)
	r := session.MakeReview(p)
	if r.Disk != p.Describe() || r.Map.Disk != "/dev/nvme0n1" || len(r.Map.Blocks) != 5 || len(r.Notes) != len(p.Notes) {
		t.Errorf("review of %q with %d blocks and %d notes", r.Disk, len(r.Map.Blocks), len(r.Notes))
	}
	want := session.Loss{What: "partition 1 “Windows” (ntfs, 90 GiB)", Name: "nvme0n1p1", Size: "90 GiB", Type: "ntfs", Label: "Windows"}
	if len(r.Losses) != 1 || r.Losses[0] != want {
		t.Errorf("losses: %+v", r.Losses)
	}
	if len(r.Steps) != len(p.Steps) {
		t.Fatalf("%d steps of %d", len(r.Steps), len(p.Steps))
	}
	for i, step := range r.Steps {
		if step.ID != p.Steps[i].ID || step.Why == "" || len(step.Commands) != len(p.Steps[i].Commands) || slices.Contains(step.Commands, "") || step.Erases != p.Steps[i].Erases {
			t.Errorf("step %+v", step)
		}
	}
	for _, f := range r.Files {
		if text, ok := p.Configuration.Files.Get(f.Path); !ok || string(text) != f.Text || f.Lines != strings.Count(f.Text, "\n") {
			t.Errorf("file %s has %d lines", f.Path, f.Lines)
		}
	}
	if len(r.Files) < 6 || r.Source != "" {
		t.Errorf("%d files, source %q", len(r.Files), r.Source)
	}
	p.Configuration.Own = &plan.Own{Source: "/home/ada/nix", Rev: "abc", Diff: "+x"}
	if r := session.MakeReview(p); r.Source != "/home/ada/nix" || r.Rev != "abc" || r.Diff != "+x" {
		t.Errorf("one's own configuration: %+v", r)
	}
}

func TestEraseName(t *testing.T) {
	s := filled(t)
	if s.EraseConfirmed("") {
		t.Error("there is nothing to erase yet")
	}
	s.SetPlan(planned(t, s))
	for typed, want := range map[string]bool{
		"nvme0n1": true, " nvme0n1\n": true, "/dev/nvme0n1": true,
		"": false, "nvme0n": false, "nvme0n11": false, "NVME0N1": false, "nvme1n1": false, "yes": false, "/dev/": false,
	} {
		if s.EraseConfirmed(typed) != want {
			t.Errorf("%q confirms: %v", typed, !want)
		}
	}
	s.Consent = "nvme0n1"
	if s.SetPlan(*s.Plan); s.Consent != "" {
		t.Error("a new plan has the consent of the old one")
	}
	p := *s.Plan
	p.Target.Path = "/dev/cciss/c0d0"
	if got := session.EraseName(p); got != "c0d0" {
		t.Errorf("the name is %q", got)
	}
	r := rehearsal()
	r.SetPlan(planned(t, r))
	if session.EraseName(*r.Plan) != "" || !r.EraseConfirmed("") {
		t.Error("a virtual disk needs a name")
	}
}

// text gives the lines of a range.
func text(t *testing.T, p plan.Plan, r session.LineRange) string {
	t.Helper()
	all, ok := p.Configuration.Files.Get(r.File)
	lines := strings.Split(string(all), "\n")
	if !ok || r.First < 1 || r.Last < r.First || r.Last > len(lines) {
		t.Fatalf("lines %+v of %d", r, len(lines))
	}
	return strings.Join(lines[r.First-1:r.Last], "\n")
}

func TestLinksOfBlocks(t *testing.T) {
	for name, c := range map[string]struct {
		encrypt bool
		swap    config.SwapMode
		role    layout.Role
		steps   string
		begins  []string // of the lines, without their indentation
	}{
		"esp":            {true, "", layout.ESP, "format-esp", []string{`# The EFI system partition`}},
		"encrypted nix":  {true, "", layout.Nix, "encrypt open format-nix", []string{"# The system, and in /nix/persist", "# The boot prompt asks"}},
		"plain nix":      {false, "", layout.Nix, "format-nix", []string{"# The system, and in /nix/persist"}},
		"random swap":    {true, "", layout.Swap, "", []string{"swapDevices = ["}},
		"swap to sleep":  {false, config.SwapPlain, layout.Swap, "format-swap", []string{"swapDevices = [", "# Hibernation writes"}},
		"swap not there": {true, config.SwapNone, layout.Swap, "", nil},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			s.Draft.Wishes.Encryption.Enable, s.Draft.Wishes.Swap.Mode = c.encrypt, c.swap
			p := planned(t, s)
			h := session.MakeLinks(p).For(session.Selection{Role: c.role})
			if got := strings.Join(h.Steps, " "); got != c.steps {
				t.Errorf("steps %q", got)
			}
			if len(h.Lines) != len(c.begins) {
				t.Fatalf("lines %+v", h.Lines)
			}
			for i, r := range h.Lines {
				got := strings.TrimSpace(text(t, p, r))
				if r.File != "disks.nix" || !strings.HasPrefix(got, c.begins[i]) || !strings.HasSuffix(got, ";") || strings.Contains(got, "\n\n") {
					t.Errorf("%s:\n%s", r.File, got)
				}
			}
			if (len(h.Roles) == 1) != (c.begins != nil) {
				t.Errorf("blocks %v", h.Roles)
			}
		})
	}
}

func TestLinksGoBothWays(t *testing.T) {
	p := planned(t, filled(t))
	links := session.MakeLinks(p)
	for _, role := range []layout.Role{layout.ESP, layout.Swap, layout.Nix} {
		block := links.For(session.Selection{Role: role})
		for _, r := range block.Lines {
			for line := r.First; line <= r.Last; line++ {
				if got := links.For(session.Selection{File: r.File, Line: line}); !reflect.DeepEqual(got, block) {
					t.Errorf("line %d of %s lights %+v, not %+v", line, r.File, got, block)
				}
			}
		}
		for _, id := range block.Steps {
			got := links.For(session.Selection{Step: id})
			if !slices.Equal(got.Roles, block.Roles) || !slices.Equal(got.Lines, block.Lines) || !slices.Equal(got.Steps, []string{id}) {
				t.Errorf("step %s lights %+v", id, got)
			}
		}
	}
}

func TestLinksOfSteps(t *testing.T) {
	p := planned(t, filled(t))
	links := session.MakeLinks(p)
	for id, want := range map[string]string{
		"partition": "[esp swap nix] 4", "mount": "[esp swap nix] 4", "configure": fmt.Sprintf("[] %d", len(p.Configuration.Files.Files)),
		"check": "[] 0", "install": "[] 0",
	} {
		h := links.For(session.Selection{Step: id})
		if got := fmt.Sprintf("%v %d", h.Roles, len(h.Lines)); got != want || !slices.Equal(h.Steps, []string{id}) {
			t.Errorf("%s: %s, %v", id, got, h.Steps)
		}
	}
	if h := links.For(session.Selection{Step: "none"}); h.Steps != nil {
		t.Errorf("a step that is none lights %+v", h)
	}
}

func TestLinksOfLines(t *testing.T) {
	p := planned(t, filled(t))
	links := session.MakeLinks(p)
	h := links.For(session.Selection{File: "flake.nix", Line: 3})
	if !slices.Equal(h.Steps, []string{"configure"}) || len(h.Roles) != 0 || !slices.Equal(h.Lines, []session.LineRange{{File: "flake.nix", First: 3, Last: 3}}) {
		t.Errorf("a line about no partition: %+v", h)
	}
	if h := links.For(session.Selection{File: "disks.nix"}); len(h.Roles) != 3 || len(h.Lines) != 4 {
		t.Errorf("the file about all partitions: %+v", h)
	}
	if h := links.For(session.Selection{File: "none.nix", Line: 1}); h.Steps != nil || h.Lines != nil {
		t.Errorf("a file that is none: %+v", h)
	}
	if h := links.For(session.Selection{}); h.Steps != nil || h.Lines != nil || h.Roles != nil {
		t.Errorf("nothing is selected: %+v", h)
	}
}
