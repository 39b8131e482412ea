package main

import (
	"context"
	"flag"
	"fmt"
	"image"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/look/looktest"
	"lethe/app/session"
	"lethe/assets"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

var update = flag.Bool("update", false, "write the golden images anew")

// stand is a window on a bench: the software driver, an engine that runs nothing, and a goroutine that is Fyne's.
type stand struct {
	t      testing.TB
	w      *window
	engine *fakeEngine
	calls  chan func()
	seeds  byte   // drawn so far
	awake  []bool // what was asked of the machine's sleep
	chosen string // where the chooser points to
	left   bool   // the window wanted to end the program
}

// machineFS is a machine with mains power, a route and no swap, started from a live medium.
func machineFS(live bool) fstest.MapFS {
	root := fstest.MapFS{
		"proc/swaps":                           {Data: []byte("Filename Type Size Used Priority\n/dev/zram0 partition 4194300 0 100\n")},
		"proc/net/route":                       {Data: []byte("Iface Destination Gateway\neth0 00000000 0100A8C0 0003 0 0 100 00000000 0 0 0\n")},
		"proc/self/mountinfo":                  {Data: []byte("22 1 254:2 / / rw - ext4 /dev/vda2 rw\n")},
		"sys/class/block/zram0/dev":            {Data: []byte("252:0\n")},
		"sys/class/power_supply/AC/type":       {Data: []byte("Mains\n")},
		"sys/class/power_supply/AC/online":     {Data: []byte("1\n")},
		"usr/share/i18n/SUPPORTED":             {Data: []byte("de_DE.UTF-8 UTF-8\nen_GB.UTF-8 UTF-8\nen_US.UTF-8 UTF-8\nfr_FR.UTF-8 UTF-8\n")},
		"usr/share/zoneinfo/tzdata.zi":         {Data: []byte("Z Europe/Berlin 0\nZ Europe/Paris 0\nZ America/New_York 0\nL Etc/UTC UTC\n")},
		"usr/share/keymaps/i386/qwertz/de.map": {Data: keymapFile("qwertzuiop", "yxcvbnm")},
		"usr/share/keymaps/i386/qwerty/us.map": {Data: keymapFile("qwertyuiop", "zxcvbnm")},
		"usr/share/X11/xkb/rules/base.lst":     {Data: []byte("! layout\n  us English (US)\n  de German\n! variant\n  nodeadkeys de: German (no dead keys)\n")},
	}
	if live {
		root["proc/self/mountinfo"] = &fstest.MapFile{Data: []byte("22 1 0:20 / / rw - tmpfs tmpfs rw\n30 22 7:0 / /nix/.ro-store ro - squashfs /dev/loop0 ro\n")}
	}
	return root
}

// keymapFile is a console keymap of lower and upper case letters, digits and the space.
func keymapFile(upper, lower string) []byte {
	text := []byte("keymaps 0-1\nkeycode 57 = space\n")
	digits := []string{"one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "zero"}
	for i, name := range digits {
		text = fmt.Appendf(text, "keycode %d = %s\n", 2+i, name)
	}
	for first, row := range map[int]string{16: upper, 30: "asdfghjkl", 44: lower} {
		for i, letter := range row {
			text = fmt.Appendf(text, "keycode %d = %c\n", first+i, letter)
		}
	}
	return text
}

// newStand opens a window. Live sessions have disks and a root side.
func newStand(t testing.TB, live bool, change ...func(*stand, *surface)) *stand {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(look.Fixed(theme.VariantLight))
	if err := lang.AddTranslationsFS(assets.Translations, assets.TranslationsDir); err != nil {
		t.Fatal(err)
	}
	s := &stand{t: t, engine: &fakeEngine{inventory: inventory(device.Shown, live)}, calls: make(chan func(), 1024)}
	s.engine.host = &fakeHost{f: s.engine, stopped: make(chan struct{}), facts: engine.Facts{Inventory: inventory(device.Confirmed, live)}}
	on := surface{
		app: a, engine: s.engine, dispatch: func(f func()) { s.calls <- f }, root: machineFS(live),
		around: surroundings{arch: "x86_64", synchronized: func() session.Answer { return session.Yes }},
		seed:   func() [32]byte { s.seeds++; return [32]byte{s.seeds} }, now: func() time.Time { return start.Add(time.Minute) },
		env: func(string) string { return "" }, quit: func() { s.left = true },
	}
	for _, c := range change {
		c(s, &on)
	}
	s.w = newWindow(on)
	s.chosen = filepath.Join(t.TempDir(), "chosen")
	s.w.choose = chosen(s.chosen)
	s.w.awake = func(on bool) { s.awake = append(s.awake, on) }
	s.w.open(a.NewWindow("Lethe"))
	s.until("the machine is read", func() bool { return s.w.state.Shown.Grade != "" && len(s.w.lists.Keymaps) > 0 })
	s.w.refresh()
	t.Cleanup(s.close)
	return s
}

// until hands calls to the window until something is true.
func (s *stand) until(what string, is func() bool) {
	s.t.Helper()
	deadline := time.After(20 * time.Second)
	for !is() {
		select {
		case f := <-s.calls:
			f()
		case <-deadline:
			s.t.Fatalf("waited in vain until %s; the page is %s", what, s.w.state.Page)
		}
	}
}

// over tells that the run has ended, and that the window has dealt with its end.
func (s *stand) over() bool { return s.w.state.Run.Ended() && !s.w.running() }

// at waits for a page.
func (s *stand) at(p session.Page) {
	s.t.Helper()
	s.until("the page is "+string(p), func() bool { return s.w.state.Page == p })
}

// to goes on from the first page to another one, with everything filled in.
func (s *stand) to(last session.Page) {
	s.t.Helper()
	for p := s.w.state.Page; p != last; p = s.w.state.Page {
		s.fill(p)
		s.w.next()
		s.until("the page "+string(p)+" is left", func() bool { return s.w.state.Page != p })
	}
	if last == session.PageReview {
		s.until("the plan is there", s.w.state.Fresh)
	}
}

// shown is all text that the window shows, less the line breaks.
func (s *stand) shown() string {
	s.settle()
	var texts []string
	objects := test.LaidOutObjects(s.w.win.Content())
	for _, overlay := range s.w.win.Canvas().Overlays().List() {
		objects = append(objects, test.LaidOutObjects(overlay)...)
	}
	for _, o := range objects {
		if t, ok := o.(*canvas.Text); ok {
			texts = append(texts, strings.Fields(t.Text)...)
		}
	}
	return strings.Join(texts, " ")
}

// shows checks that the window shows texts.
func (s *stand) shows(texts ...string) {
	s.t.Helper()
	all := s.shown()
	for _, text := range texts {
		if !strings.Contains(all, strings.Join(strings.Fields(text), " ")) {
			s.t.Errorf("the window does not show %q but %s", text, all)
		}
	}
}

// close ends the window as main does, while its calls are still handed on.
func (s *stand) close() {
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			select {
			case f := <-s.calls:
				f()
			case <-time.After(200 * time.Millisecond):
				return
			}
		}
	}()
	if s.w.stop != nil {
		s.w.stop(context.Canceled)
	}
	<-done
	s.w.finish()
}

// inventory is a machine with a drive that can be taken, one that cannot, and the live medium.
func inventory(grade device.Grade, live bool) device.Inventory {
	state, reason := device.Eligible, ""
	if grade == device.Shown {
		state, reason = device.Unchecked, "what is on it can only be read as root"
	}
	disk := func(path, model, serial, transport string, size quantity.Bytes) device.Disk {
		return device.Disk{
			Identity: device.Identity{
				Kind: device.KindDisk, Path: path, Model: model, Serial: serial, WWN: "eui." + serial, ByID: []string{transport + "-" + serial}, ByPath: []string{"pci-0000:01:00.0-" + transport + "-1"},
				Bytes: size, Logical: 512, DiskSeq: 7, TableHash: "ab",
			},
			Grade: grade, Name: filepath.Base(path), Number: "259:0", Transport: transport,
			Topology: device.Topology{Logical: 512, Physical: 4096, MinIO: 4096}, Table: device.Table{Kind: device.TableGPT},
			Verdict: device.Verdict{State: state, Reason: reason},
		}
	}
	nvme := disk("/dev/nvme0n1", "Samsung SSD 980 PRO 1TB", "S5GXNX0R123456", "nvme", 1000204886016)
	nvme.Partitions = []device.Partition{
		{Number: 1, Name: "nvme0n1p1", Start: quantity.MiB, Size: 100 * quantity.MiB, Type: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", Label: "EFI system partition", Content: device.Content{Type: "vfat"}},
		{Number: 2, Name: "nvme0n1p2", Start: 101 * quantity.MiB, Size: 16 * quantity.MiB, Type: "e3c9e316-0b5c-4db8-817d-f92df00215ae"},
		{Number: 3, Name: "nvme0n1p3", Start: 117 * quantity.MiB, Size: 600 * quantity.GiB, Label: "Basic data partition", Content: device.Content{Type: "ntfs", Label: "Windows"}},
		{Number: 4, Name: "nvme0n1p4", Start: 117*quantity.MiB + 600*quantity.GiB, Size: 300 * quantity.GiB, Content: device.Content{Type: "ext4", Label: "home"}},
	}
	if grade == device.Shown {
		for i := range nvme.Partitions {
			nvme.Partitions[i].Content = device.Content{}
		}
	}
	sata := disk("/dev/sda", "WDC WD20EZBX-00AYRA0", "WD-WX12345", "sata", 2000398934016)
	sata.Verdict = device.Verdict{State: device.Refused, Reason: "the md array md0 on it has members on other disks, which would be lost too; take the array down first"}
	stick := disk("/dev/sdb", "SanDisk Ultra Fit", "4C530001", "usb", 30752000000)
	stick.Removable, stick.LiveMedium = true, live
	stick.Verdict = device.Verdict{State: device.Refused, Reason: "the live session runs from it; choose another disk"}
	return device.Inventory{
		Grade: grade, Memory: 16 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64, SecureBoot: "off", Writable: true},
		Disks: []device.Disk{nvme, sata, stick},
	}
}

// chosen is a chooser that is always told the same path.
type chosen string

func (c chosen) file(_ string, then func(string))   { then(string(c)) }
func (c chosen) folder(_ string, then func(string)) { then(string(c)) }

// settle lays out the window, until texts that wrap have their height.
func (s *stand) settle() {
	s.w.win.Resize(fyne.NewSize(1120, 760))
	for range 3 {
		s.w.refresh()
		s.w.win.Content().Refresh()
	}
}

// picture takes the window as it is.
func (s *stand) picture() image.Image {
	looktest.Renew(s.w.win.Canvas())
	s.settle()
	return s.w.win.Canvas().Capture()
}

// golden compares the window with the picture in testdata.
func (s *stand) golden(name string) {
	s.t.Helper()
	got := s.picture()
	looktest.Compare(s.t, name, got, *update)
}
