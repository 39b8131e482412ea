package widget

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

func disks() []Card {
	return []Card{
		{ID: "a", Icon: look.IconSSD.In(theme.ColorNameForeground), Title: "Samsung SSD 990 PRO 2TB", Lines: []string{"/dev/nvme0n1, NVMe, 1.82 TiB", "Windows 11 (ntfs “Acer”), 3 more partitions"}, Badge: "2 TB"},
		{ID: "b", Icon: look.IconUSB.In(theme.ColorNameForeground), Title: "SanDisk Ultra Fit USB 3.2 Gen 1 Flash Drive with a model name that does not want to end, ever", Lines: []string{"/dev/sdb, USB, 28.6 GiB"}, Badge: "removable", Reason: "The running system was started from this disk. Use another disk."},
		{ID: "c", Icon: look.IconDisk.In(theme.ColorNameForeground), Title: "WDC WD40EFRX-68N32N0", Lines: []string{"/dev/sda, SATA, 3.64 TiB", "empty"}},
	}
}

func many(n int) []Card {
	var cards []Card
	for i := range n {
		cards = append(cards, Card{ID: fmt.Sprint(i), Icon: look.IconDisk.In(theme.ColorNameForeground), Title: fmt.Sprintf("Disk %d", i), Lines: []string{"/dev/sd" + string(rune('a'+i)), "empty"}})
	}
	return cards
}

const flake = `# Lethe made this file.
{ config, lib, pkgs, ... }:
let
  disk = "/dev/disk/by-partuuid/5a1b-${toString 3}"; /* spans
  lines */ size = 512;
in {
  imports = [ ./disks.nix ];
  boot.loader.systemd-boot = { enable = true; configurationLimit = 10; };
  environment.etc."motd".text = ''
    It's ${"$"}{HOME}, ''${not} a value; "quoted" too
  '';
  users.mutableUsers = false;
}
`

func steps() []Step {
	return []Step{
		{ID: "check", Title: "Check the disk", State: Done},
		{ID: "wipe", Title: "Wipe old signatures", Detail: "wipefs --all /dev/nvme0n1", State: Done},
		{ID: "encrypt", Title: "Encrypt the nix partition", Detail: "cryptsetup luksFormat --type luks2 /dev/nvme0n1p3", State: Working},
		{ID: "open", Title: "Open the container", State: Waiting},
		{ID: "swap", Title: "Format swap", Detail: "random key, made at every boot", State: Skipped},
		{ID: "mount", Title: "Mount", State: Failed},
	}
}

func log(n int) []LogLine {
	var lines []LogLine
	for i := range n {
		line := LogLine{Time: fmt.Sprintf("12:03:%02d", i%60), Level: Info, Text: fmt.Sprintf("line %d of the log", i)}
		switch i % 7 {
		case 3:
			line.Level, line.Text = Warn, "warning: the opt_io of this disk is not a multiple of its physical sector, so that 1 MiB is used instead; parted align-check will disagree, and that is no fault of the layout"
		case 5:
			line.Level, line.Text = Bad, "error: mkfs.fat: unable to open /dev/nvme0n1p1"
		}
		lines = append(lines, line)
	}
	return lines
}

func pages() []RailItem {
	return []RailItem{
		{"welcome", "Welcome", RailDone, true},
		{"disk", "Disk", RailDone, true},
		{"layout", "Layout", RailCurrent, true},
		{"encryption", "Encryption", RailAhead, true},
		{"host", "Host and users", RailAhead, false},
		{"install", "Install", RailAhead, false},
	}
}

// scene is a widget and what is done to it before its picture is taken.
type scene struct {
	size fyne.Size
	make func() (fyne.CanvasObject, func(c fyne.Canvas))
}

func scenes() map[string]scene {
	still := func(o fyne.CanvasObject) (fyne.CanvasObject, func(fyne.Canvas)) { return o, func(fyne.Canvas) {} }
	return map[string]scene{
		"small": {fyne.NewSize(520, 420), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			bar, failed := NewBar(), NewBar()
			bar.Set(0.42, "Installing NixOS, about 6 minutes left")
			failed.Set(0.8, "Stopped")
			failed.SetState(Failed)
			return still(newColumn(16, NewHeading("Choose a disk", "Everything on it will be erased. Nothing is written before you confirm it on the review page."),
				container.NewHBox(NewAlignmentBadge(layout.Aligned), NewAlignmentBadge(layout.Minimal), NewAlignmentBadge(layout.Misaligned)),
				NewTopologyTable(device.Topology{Logical: 512, Physical: 4096, MinIO: 4096, AlignmentOffset: 3584}), bar, failed))
		}},
		"notices": {fyne.NewSize(520, 330), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			return still(newColumn(10, NewNotice(Info, "This is a rehearsal on a virtual disk."), NewNotice(Good, "The disk can be used."),
				NewNotice(Warn, "Less than 6 GiB of memory: the install may need compressed swap. Close what you do not need, and connect the computer to the mains."),
				NewNotice(Bad, "Secure Boot is on. Turn it off in the firmware's setup."), NewNotice(Info, "")))
		}},
		"switches": {fyne.NewSize(520, 260), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			on, off := NewSwitch("Encrypt the disk", "A passphrase is asked for at every start.", nil), NewSwitch("Swap", "Memory that is not used is written to the disk.", nil)
			no := NewSwitch("Hibernate", "Saves the session while the power is off.", nil)
			on.SetOn(true)
			no.SetReason("Swap with a random key cannot be resumed from. Choose plain swap to hibernate.")
			return newColumn(10, on, off, no), func(c fyne.Canvas) { c.Focus(on) }
		}},
		"cards": {fyne.NewSize(620, 330), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			l := NewCardList(disks(), nil)
			return l, func(c fyne.Canvas) {
				l.Select("a")
				c.Focus(l)
				l.TypedKey(&fyne.KeyEvent{Name: fyne.KeyDown})
			}
		}},
		"cards-20": {fyne.NewSize(620, 460), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			l := NewCardList(many(20), nil)
			return l, func(c fyne.Canvas) {
				l.Select("11")
				c.Focus(l)
			}
		}},
		"choices": {fyne.NewSize(620, 200), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			l := NewCardList([]Card{{ID: "r", Title: "Random key", Lines: []string{"New at every boot; nothing can be read from it later."}}, {ID: "n", Title: "No swap", Reason: "Below 4 GiB of memory swap is needed."}}, nil)
			l.Select("r")
			return still(l)
		}},
		"steps": {fyne.NewSize(420, 330), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			l := NewStepList(steps(), func(string) {})
			return l, func(c fyne.Canvas) {
				l.SetHighlighted("encrypt")
				c.Focus(l)
			}
		}},
		"log": {fyne.NewSize(620, 260), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			l := NewLogView()
			return l, func(fyne.Canvas) { l.Append(log(300)...) }
		}},
		"rail": {fyne.NewSize(230, 360), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			r := NewRail(pages(), nil)
			r.SetFooter("Rehearsal on a virtual disk: nothing on this computer is changed.")
			return r, func(c fyne.Canvas) { c.Focus(r) }
		}},
		"sizes": {fyne.NewSize(420, 260), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			good, wrong, off := NewSizeEntry("ESP", quantity.GiB, nil), NewSizeEntry("swap", 8*quantity.GiB, nil), NewSizeEntry("nix", 0, nil)
			good.SetHint("Becomes 1 GiB on the grain of 1 MiB.")
			off.SetReason("nix takes the rest of the disk.")
			return newColumn(12, good, wrong, off), func(fyne.Canvas) {
				wrong.entry.SetText("8 GX")
			}
		}},
		"code": {fyne.NewSize(620, 300), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			v := NewCodeView(Nix, flake)
			return v, func(c fyne.Canvas) {
				v.SetHighlighted(LineRange{8, 8})
				c.Focus(v.Focusable())
				press(v.lines.body, fyne.KeyDown, fyne.KeyDown)
			}
		}},
		"diff": {fyne.NewSize(420, 160), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			return still(NewCodeView(Diff, "@@ -1,3 +1,3 @@\n imports = [\n-  ./old.nix\n+  ./disks.nix\n ];\n"))
		}},
		"passphrase": {fyne.NewSize(460, 330), func() (fyne.CanvasObject, func(fyne.Canvas)) {
			p := NewPassphraseEntry(PassphraseOptions{Label: "Passphrase", AgainLabel: "Passphrase again", Do: func(func()) {}})
			return p, func(fyne.Canvas) {
				p.SetBeyond("It has characters outside of ASCII, which the boot prompt's keyboard may not have.")
				p.SetNotes("The boot prompt has the keymap “us”.", "These keys are elsewhere on it: z, y, -")
				p.first.SetText("pässphrase") // the estimate is set, not waited for
				p.again.SetText("pässphras")
				p.estimates.found(2)
			}
		}},
	}
}

func TestPictures(t *testing.T) {
	lightOnly := map[string]bool{"cards-20": true, "choices": true, "log": true, "sizes": true, "diff": true} // the others have their colours
	for name, s := range scenes() {
		for suffix, variant := range map[string]fyne.ThemeVariant{"light": theme.VariantLight, "dark": theme.VariantDark} {
			if lightOnly[name] && variant == theme.VariantDark {
				continue
			}
			t.Run(name+"-"+suffix, func(t *testing.T) {
				var act func(fyne.Canvas)
				c := open(t, setting{variant, 1, s.size}, func() (o fyne.CanvasObject) {
					o, act = s.make()
					return o
				})
				act(c)
				golden(t, name+"-"+suffix, c)
			})
		}
	}
}

func TestNothingIsWiderThanItsPlace(t *testing.T) {
	for name, s := range scenes() {
		t.Run(name, func(t *testing.T) {
			c := open(t, light(s.size.Width, s.size.Height), func() fyne.CanvasObject {
				o, _ := s.make()
				return o
			})
			if got := c.Content().MinSize(); got.Width > s.size.Width || got.Height > s.size.Height {
				t.Errorf("needs %v, has %v", got, s.size)
			}
		})
	}
}
