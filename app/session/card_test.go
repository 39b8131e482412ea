package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

func TestCards(t *testing.T) {
	refused := disk("/dev/sda", 16*quantity.GiB)
	refused.LiveMedium, refused.Removable, refused.Transport = true, true, "usb"
	refused.Verdict = device.Verdict{State: device.Refused, Reason: "the live session runs from it; choose another disk"}
	full := disk("/dev/nvme0n1", 500*quantity.GiB)
	full.Vendor, full.Model, full.Serial = "ACME", "X\x1b[31m1000", "S1"
	full.Partitions = []device.Partition{{Number: 1, Name: "nvme0n1p1", Size: quantity.GiB, Content: device.Content{Type: "ext4", Label: "home"}, Use: device.Use{Mounts: []string{"/home"}}}}
	blank := disk("/dev/vda", 40*quantity.GiB)
	blank.Model, blank.Transport = "", "virtio"
	unread := shown(disk("/dev/sdb", quantity.TiB))
	unread.Transport = ""
	s := session.New(session.Options{Checks: liveChecks, Shown: inventory(device.Shown, refused, full, blank, unread)})
	if !s.Select("/dev/vda") || s.Select("/dev/sda") || s.Select("/dev/none") {
		t.Error("what can be chosen is wrong")
	}
	var got []string
	for _, c := range s.Cards() {
		var lines []string
		for _, l := range c.Contents {
			lines = append(lines, l.String())
		}
		mark := ""
		if c.Selected {
			mark = " chosen"
		}
		if c.Selectable == (c.State == device.Refused) {
			t.Errorf("%s is %s and selectable: %v", c.Path, c.State, c.Selectable)
		}
		got = append(got, c.Path+"|"+c.Title+"|"+c.Size+"|"+c.Bus+"|"+strings.Join(lines, "; ")+"|"+c.Reason.String()+mark)
	}
	want := []string{
		"/dev/nvme0n1|ACME X1000|500 GiB|NVMe|partition 1 “home” (ext4, 1 GiB): mounted at /home|",
		"/dev/vda|/dev/vda|40 GiB|VirtIO|Nothing is on it.| chosen",
		"/dev/sdb|Example Disk|1 TiB||What is on it is not known yet.|What is on this disk is read when it is chosen; that needs root's permission.",
		"/dev/sda|Example Disk|16 GiB|USB|The live session runs from this disk.|The live session runs from it; choose another disk.",
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTwinsAreTold(t *testing.T) {
	s := session.New(session.Options{Checks: liveChecks, Shown: machine(t, "nvme-twins")})
	told := 0
	for _, c := range s.Cards() {
		if len(c.LookAlikes) > 0 && c.Place != "" {
			told++
		}
	}
	if told < 2 {
		t.Errorf("%d of the twins tell of each other and where they are", told)
	}
}

func TestManyDisks(t *testing.T) {
	var disks []device.Disk
	for i := range 20 {
		d := disk("/dev/sd"+string(rune('a'+i)), quantity.Bytes(i+20)*quantity.GiB)
		if i%3 == 0 {
			d.Verdict = device.Verdict{State: device.Refused, Reason: "no"}
		}
		disks = append(disks, d)
	}
	cards := session.New(session.Options{Shown: inventory(device.Shown, disks...)}).Cards()
	for i := 1; i < len(cards); i++ {
		if cards[i].Selectable && !cards[i-1].Selectable || cards[i].Selectable == cards[i-1].Selectable && cards[i].Path < cards[i-1].Path {
			t.Errorf("%s comes after %s", cards[i].Path, cards[i-1].Path)
		}
	}
}

func TestUseFactsKeepsTheDisk(t *testing.T) {
	const size = 100 * quantity.GiB
	a, b := disk("/dev/nvme0n1", size), disk("/dev/nvme1n1", size)
	swapped := func() (device.Disk, device.Disk) {
		x, y := a, b
		x.Path, y.Path = b.Path, a.Path
		return x, y
	}
	nameless := func(d device.Disk) device.Disk {
		d.Serial, d.WWN, d.ByID = "", "", nil
		return d
	}
	for name, c := range map[string]struct {
		was  device.Disk
		is   func() []device.Disk
		want string // path, "" when the choice is dropped
		says string
	}{
		"same":               {a, func() []device.Disk { return []device.Disk{a, b} }, a.Path, ""},
		"renamed":            {a, func() []device.Disk { x, y := swapped(); return []device.Disk{y, x} }, b.Path, "called /dev/nvme1n1 now"},
		"gone":               {a, func() []device.Disk { return []device.Disk{b} }, "", "is gone"},
		"none left":          {a, func() []device.Disk { return nil }, "", "is gone"},
		"other in its place": {a, func() []device.Disk { d := b; d.Path = a.Path; return []device.Disk{d} }, "", "is gone"},
		"smaller":            {a, func() []device.Disk { d := a; d.Bytes /= 2; return []device.Disk{d} }, "", "is gone"},
		"refused": {a, func() []device.Disk {
			d := a
			d.Verdict = device.Verdict{State: device.Refused, Reason: "It is in use; unmount it."}
			return []device.Disk{d}
		}, "", "cannot be taken: It is in use; unmount it."},
		"root sees more": {nameless(a), func() []device.Disk { return []device.Disk{a, b} }, a.Path, ""},
		"nameless twin in its place": {nameless(a), func() []device.Disk {
			d := nameless(a)
			d.DiskSeq++
			return []device.Disk{d}
		}, "", "is gone"},
		"plugged in again": {a, func() []device.Disk {
			d := a
			d.DiskSeq, d.Path = 99, "/dev/nvme7n1"
			return []device.Disk{d, b}
		}, "/dev/nvme7n1", "called"},
		"two of one serial": {a, func() []device.Disk {
			d, e := a, a
			d.DiskSeq, d.Path = 98, "/dev/nvme8n1"
			e.DiskSeq, e.Path = 99, "/dev/nvme7n1"
			return []device.Disk{d, e}
		}, "", "cannot be told"},
		"old kernel": {func() device.Disk { d := a; d.DiskSeq = 0; return d }(), func() []device.Disk { return []device.Disk{a, b} }, a.Path, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := session.New(session.Options{Checks: liveChecks, Shown: inventory(device.Shown, shown(c.was))})
			s.Select(c.was.Path)
			s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, c.is()...)})
			got, ok := s.Selected()
			if ok != (c.want != "") || got.Path != c.want {
				t.Errorf("chosen: %q", got.Path)
			}
			if !strings.Contains(s.Notice.String(), c.says) || c.says == "" && !s.Notice.Empty() {
				t.Errorf("notice: %q", s.Notice)
			}
		})
	}
}

// TestUseFactsDoesNotTakeATwin chooses one of two disks that share their names; the other is no substitute when it is gone.
func TestUseFactsDoesNotTakeATwin(t *testing.T) {
	for name, c := range map[string]struct {
		without string // kernel name
		again   bool   // the chosen one is plugged in anew
		want    string
	}{
		"both there":        {"", false, "/dev/nvme1n1"},
		"the other is gone": {"nvme0n1", false, "/dev/nvme1n1"},
		"it is gone":        {"nvme1n1", false, ""},
		"plugged in again":  {"", true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			was := machine(t, "nvme-twins")
			s := session.New(session.Options{Checks: liveChecks, Shown: was})
			if !s.Select("/dev/nvme1n1") {
				t.Fatal("it cannot be chosen")
			}
			var is []device.Disk
			for _, d := range was.Disks {
				d.Grade, d.Verdict = device.Confirmed, device.Verdict{State: device.Eligible}
				if c.again && d.Path == "/dev/nvme1n1" {
					d.Path, d.DiskSeq = "/dev/nvme5n1", 9
				}
				if d.Name != c.without {
					is = append(is, d)
				}
			}
			s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, is...)})
			got, _ := s.Selected()
			if got.Path != c.want || s.Notice.Empty() != (c.want != "") {
				t.Errorf("chosen: %q, notice: %q", got.Path, s.Notice)
			}
		})
	}
}
