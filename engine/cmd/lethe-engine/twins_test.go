package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/spf13/cobra"

	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/device/devicetest"
	"lethe/engine/plan"
)

// readMachine is a recorded machine as it is shown.
func readMachine(t *testing.T, name string) device.Inventory {
	t.Helper()
	inventory, err := device.Read(t.Context(), device.WithChroot(devicetest.Machine(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return inventory
}

// TestEraseNames tells for disks of recorded machines by which names they may be erased: one that another disk has is never among them.
func TestEraseNames(t *testing.T) {
	const shared, own = "nvme-NoName_SSD_1TB_AA000000000000000001", "nvme-NoName_SSD_1TB_AA000000000000000773"
	const first, second, third = "pci-0000:01:00.0-nvme-1", "pci-0000:02:00.0-nvme-1", "pci-0000:03:00.0-nvme-1"
	twins, virtio := readMachine(t, "nvme-twins"), readMachine(t, "virtio")
	for _, row := range []struct {
		inventory device.Inventory
		disk      string
		yes, no   []string
	}{
		{twins, "/dev/nvme0n1", []string{first, "/dev/disk/by-path/" + first, "fingerprint"}, []string{shared, "/dev/disk/by-id/" + shared, second, own, "/dev/nvme0n1"}},
		{twins, "/dev/nvme1n1", []string{second, "/dev/disk/by-path/" + second, "fingerprint"}, []string{shared, "/dev/disk/by-id/" + shared, first, own, "/dev/nvme1n1"}},
		{twins, "/dev/nvme2n1", []string{own, "/dev/disk/by-id/" + own}, []string{shared, third, "fingerprint"}},
		{virtio, "/dev/vda", []string{"fingerprint"}, []string{"pci-0000:00:03.0", "vda"}},
	} {
		d, err := device.Find(row.inventory, row.disk)
		if err != nil {
			t.Fatal(err)
		}
		p := plan.Plan{Target: d.Identity, Fingerprint: d.Fingerprint()}
		names := eraseNames(row.inventory, p)
		confirm := func(name string) error {
			return streams{}.confirm(t.Context(), p, names, strings.ReplaceAll(name, "fingerprint", p.Fingerprint))
		}
		for _, name := range row.yes {
			if err := confirm(name); err != nil {
				t.Errorf("%s by %s: %v", row.disk, name, err)
			}
		}
		for _, name := range row.no {
			err := confirm(name)
			if err == nil || !strings.Contains(err.Error(), names[0]) {
				t.Errorf("%s by %s: %v", row.disk, name, err)
			}
			if twin := row.disk != "/dev/nvme2n1"; err != nil && strings.HasSuffix(name, shared) && strings.Contains(err.Error(), "another disk is called") != twin {
				t.Errorf("%s by %s: %v", row.disk, name, err)
			}
		}
	}
}

// TestDisksTellTwinsApart lists them.
func TestDisksTellTwinsApart(t *testing.T) {
	var out strings.Builder
	if err := printDisks(&out, readMachine(t, "nvme-twins")); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"looks just like /dev/nvme1n1; this one is /dev/disk/by-path/pci-0000:01:00.0-nvme-1: tell them apart before you choose\n",
		"looks just like /dev/nvme0n1; this one is /dev/disk/by-path/pci-0000:02:00.0-nvme-1: tell them apart before you choose\n",
	} {
		if strings.Count(out.String(), want) != 1 {
			t.Errorf("want %sin %s", want, out.String())
		}
	}
}

// TestInstallOnATwin plans an installation on a twin as install does: by the shared name not at all, by its place with a word of the other.
func TestInstallOnATwin(t *testing.T) {
	wishes := filepath.Join(t.TempDir(), "wishes.toml")
	if err := os.WriteFile(wishes, []byte("version = 1\n[desktop]\nenvironment = \"none\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for disk, want := range map[string]struct{ name, says string }{
		"/dev/disk/by-path/pci-0000:02:00.0-nvme-1":                {"pci-0000:02:00.0-nvme-1", "/dev/nvme0n1 looks just like /dev/nvme1n1"},
		"/dev/disk/by-id/nvme-NoName_SSD_1TB_AA000000000000000001": {"", "more than one disk has this name"},
	} {
		h := stoppedMachine(t)
		h.facts.Leftovers, h.facts.Inventory = nil, readMachine(t, "nvme-twins")
		h.facts.Inventory.Firmware = device.Firmware{UEFI: true, Bits: 64, Writable: true}
		for i := range h.facts.Inventory.Disks {
			d := &h.facts.Inventory.Disks[i]
			d.Grade, d.Verdict, d.Table = device.Confirmed, device.Verdict{State: device.Eligible}, device.Table{Kind: device.TableNone}
		}
		c := &cobra.Command{}
		f := installFlags{disk: disk, yesErase: "x"}
		f.wishFlags.bind(c)
		f.root = fstest.MapFS{engine.MediumLock[1:]: {Data: []byte(lockFrom("medium"))}}
		if err := c.ParseFlags([]string{"--wishes", wishes, "--user", "ada"}); err != nil {
			t.Fatal(err)
		}
		var names []string
		_, complaint, err := onFiles(t, func(s streams) (err error) {
			_, names, err = s.planInstall(t.Context(), h, f)
			return err
		})
		if (err == nil) != (want.name != "") || err != nil && !strings.Contains(err.Error(), want.says) || err == nil && !strings.Contains(complaint, want.says) {
			t.Errorf("%s: %v, said %s", disk, err, complaint)
		}
		if want.name != "" && !slices.Equal(names[:1], []string{want.name}) {
			t.Errorf("%s is erased by %q", disk, names)
		}
	}
}
