package target

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"lethe/engine/layout"
	"lethe/engine/quantity"
)

const loopSize = 48 << 20

var loopParts = []layout.Partition{
	{Number: 1, Name: "ESP", First: 2048, Last: 2048*9 - 1, PartUUID: "aaaaaaaa-0000-4000-8000-000000000001"},
	{Number: 2, Name: "swap", First: 2048 * 9, Last: 2048*17 - 1, PartUUID: "aaaaaaaa-0000-4000-8000-000000000002"},
	{Number: 3, Name: "nix", First: 2048 * 17, Last: 2048*40 - 1, PartUUID: "aaaaaaaa-0000-4000-8000-000000000003"},
}

// run runs a program of the system's own folders.
func run(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), "/usr/bin/env", append([]string{"PATH=/usr/sbin:/sbin:/usr/bin:/bin:/run/current-system/sw/bin", name}, args...)...)
	out, err := c.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}

// loop makes a block device of zeros.
func loop(t *testing.T, sector int) string {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only root may make loop devices")
	}
	file := filepath.Join(t.TempDir(), "disk")
	if err := errors.Join(os.WriteFile(file, nil, 0o600), os.Truncate(file, loopSize)); err != nil {
		t.Fatal(err)
	}
	path, err := run(t, "losetup", "--find", "--show", "--partscan", "--sector-size", fmt.Sprint(sector), file)
	if err != nil {
		t.Skipf("this machine gives no loop device: %s", path)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("/usr/bin/env", "PATH=/usr/sbin:/sbin:/usr/bin:/bin:/run/current-system/sw/bin", "losetup", "--detach", path).CombinedOutput(); err != nil {
			t.Errorf("losetup --detach %s: %s", path, out)
		}
	})
	return path
}

// udev stands for udev, and for the kernel where that cannot read a GPT: it adds the partitions of the disk that are not
// there and makes their links.
func udev(t *testing.T, disk, links string, sector int, parts []layout.Partition) func(context.Context) error {
	return func(context.Context) error {
		for _, p := range parts {
			node := fmt.Sprintf("%sp%d", disk, p.Number)
			if _, err := os.Stat("/sys/class/block/" + filepath.Base(node)); err != nil {
				unit := quantity.Sectors(sector / 512)
				out, err := run(t, "addpart", disk, fmt.Sprint(p.Number), fmt.Sprint(p.First*unit), fmt.Sprint(p.Sectors()*unit))
				if err != nil {
					return fmt.Errorf("addpart: %s", out)
				}
			}
			if _, err := os.Stat(node); err != nil {
				t.Skipf("no devtmpfs makes nodes here: %v", err)
			}
			if err := os.Symlink(node, filepath.Join(links, p.PartUUID)); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
		}
		return nil
	}
}

// openLoop opens a loop device whose partitions appear when it is waited for.
func openLoop(t *testing.T, sector int, parts []layout.Partition) *Device {
	t.Helper()
	path, links := loop(t, sector), t.TempDir()
	d, err := openDevice(path, udev(t, path, links, sector, parts), system{blocks: thisSystem.blocks, uuids: links, patience: 300 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = d.Release() }) // some tests release it themselves
	return d
}

// table writes a real GPT with the partitions, for kernels that can read one.
func table(t *testing.T, d *Device, parts []layout.Partition) {
	t.Helper()
	script := "label: gpt\n"
	for _, p := range parts {
		script += fmt.Sprintf("%d: start=%d, size=%d, uuid=%s\n", p.Number, p.First, p.Sectors(), p.PartUUID)
	}
	err := d.Exclusive(t.Context(), func() error {
		c := exec.Command("/usr/bin/env", "PATH=/usr/sbin:/sbin:/usr/bin:/bin:/run/current-system/sw/bin", "sfdisk", "--no-reread", "--no-tell-kernel", d.Path())
		c.Stdin = strings.NewReader(script)
		if out, err := c.CombinedOutput(); err != nil {
			return fmt.Errorf("sfdisk: %s", out)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestDeviceFacts(t *testing.T) {
	for _, sector := range []int{512, 4096} {
		d := openLoop(t, sector, nil)
		facts, err := d.Facts()
		if err != nil || facts.Bytes != loopSize || facts.Logical != quantity.SectorSize(sector) || facts.Number != d.Number() || d.Image() {
			t.Errorf("%+v, %v", facts, err)
		}
		folder := "/sys/dev/block/" + d.Number()
		if seq, err := value(folder + "/diskseq"); err == nil && seq != facts.DiskSeq {
			t.Errorf("sequence number %d, and sysfs says %d", facts.DiskSeq, seq)
		}
		if real, err := filepath.EvalSymlinks(folder); err != nil || filepath.Base(real) != filepath.Base(d.Path()) {
			t.Errorf("%s is %s, %v", d.Number(), real, err)
		}
	}
}

func TestRereadAndPartition(t *testing.T) {
	for _, sector := range []int{512, 4096} {
		t.Run(fmt.Sprint(sector), func(t *testing.T) {
			parts := loopParts
			if sector == 4096 {
				parts = []layout.Partition{{Number: 2, Name: "nix", First: 256, Last: 256*30 - 1, PartUUID: loopParts[1].PartUUID}}
			}
			d := openLoop(t, sector, parts)
			table(t, d, parts)
			if err := d.Reread(t.Context(), parts); err != nil {
				t.Fatal(err)
			}
			p := parts[len(parts)-1]
			mark := bytes.Repeat([]byte("lethe"), 1000)
			err := d.Partition(t.Context(), p, Making, func(path string) error {
				if path != filepath.Join(d.system.uuids, p.PartUUID) {
					t.Errorf("the path is %s", path)
				}
				other := reopen(t, d.Path())
				if err := unix.Flock(int(other.Fd()), unix.LOCK_SH|unix.LOCK_NB); !errors.Is(err, unix.EWOULDBLOCK) {
					t.Errorf("the disk is not locked: %v", err)
				}
				part, err := os.OpenFile(path, os.O_WRONLY, 0)
				if err != nil {
					return err
				}
				_, err = part.Write(mark)
				return errors.Join(err, part.Close())
			})
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(mark))
			if _, err := d.Disk().ReadAt(got, int64(p.First)*int64(sector)); err != nil || !bytes.Equal(got, mark) {
				t.Errorf("what was made does not lie at sector %d of the disk: %v", p.First, err)
			}
			err = d.Partition(t.Context(), p, Reading, func(path string) error {
				text, err := os.ReadFile(path)
				if err != nil || !bytes.HasPrefix(text, mark) || len(text) != int(p.Sectors())*sector {
					t.Errorf("reading gives %d bytes, %v", len(text), err)
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
			if err := d.Reread(t.Context(), nil); err != nil {
				t.Errorf("expecting nothing: %v", err)
			}
		})
	}
}

// reopen opens a device a second time until the test ends.
func reopen(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

func TestPartitionsThatDiffer(t *testing.T) {
	d := openLoop(t, 512, loopParts)
	table(t, d, loopParts)
	if err := d.Reread(t.Context(), loopParts); err != nil {
		t.Fatal(err)
	}
	change := func(edit func(p *layout.Partition)) []layout.Partition {
		parts := append([]layout.Partition{}, loopParts...)
		edit(&parts[1])
		return parts
	}
	for word, parts := range map[string][]layout.Partition{
		"partition 2 begins at 18432":                change(func(p *layout.Partition) { p.First++ }),
		"has 16384 sectors of 512 bytes, and should": change(func(p *layout.Partition) { p.Last++ }),
		"no partition 7":                             change(func(p *layout.Partition) { p.Number = 7 }),
		"leads to device":                            change(func(p *layout.Partition) { p.PartUUID = loopParts[0].PartUUID }),
		"not there by its PARTUUID":                  change(func(p *layout.Partition) { p.PartUUID = "aaaaaaaa-0000-4000-8000-000000000009" }),
		"which is none":                              change(func(p *layout.Partition) { p.PartUUID = "../uuid" }),
		"also shows partition 3":                     loopParts[:2],
	} {
		if err := d.Reread(t.Context(), parts); err == nil || !strings.Contains(err.Error(), word) {
			t.Errorf("rereading: %v, want %s", err, word)
		}
		if len(parts) < 3 {
			continue
		}
		for _, access := range []Access{Reading, Making} {
			err := d.Partition(t.Context(), parts[1], access, func(string) error { t.Error("it began"); return nil })
			if err == nil || !strings.Contains(err.Error(), word) || !strings.Contains(err.Error(), "partition swap") {
				t.Errorf("access %d: %v, want %s", access, err, word)
			}
		}
	}
}

// TestPartuuidOfAnotherDisk is a disk that was copied: two partitions have the same PARTUUID, and udev's link leads to
// that of the other disk.
func TestPartuuidOfAnotherDisk(t *testing.T) {
	target, copied := openLoop(t, 512, loopParts[:1]), openLoop(t, 512, loopParts[:1])
	for _, d := range []*Device{target, copied} {
		table(t, d, loopParts[:1])
		if err := d.Reread(t.Context(), loopParts[:1]); err != nil {
			t.Fatal(err)
		}
	}
	target.system.uuids = copied.system.uuids
	err := target.Partition(t.Context(), loopParts[0], Making, func(string) error { t.Error("it began"); return nil })
	if err == nil || !strings.Contains(err.Error(), "leads to device") {
		t.Errorf("got %v", err)
	}
}

func TestBusyDevice(t *testing.T) {
	d := openLoop(t, 512, loopParts)
	table(t, d, loopParts)
	if err := errors.Join(d.Free(), d.Reread(t.Context(), loopParts), d.Free()); err != nil {
		t.Fatal(err)
	}
	for name, path := range map[string]string{"disk": d.Path(), "partition": d.Path() + "p2"} {
		d.system.patience = 300 * time.Millisecond
		holder, err := os.OpenFile(path, os.O_RDONLY|unix.O_EXCL, 0) // as a mount or mapping does
		if err != nil {
			t.Fatal(err)
		}
		if err := d.Free(); !errors.Is(err, ErrInUse) || !strings.Contains(err.Error(), d.Path()) {
			t.Errorf("%s claimed: %v", name, err)
		}
		if err := d.Reread(t.Context(), loopParts); !errors.Is(err, ErrInUse) {
			t.Errorf("%s claimed, rereading: %v", name, err)
		}
		d.system.patience = 5 * time.Second
		time.AfterFunc(100*time.Millisecond, func() { _ = holder.Close() })
		if err := d.Reread(t.Context(), loopParts); err != nil { // as with udev, which lets go soon
			t.Errorf("%s let go: %v", name, err)
		}
		if err := d.Free(); err != nil {
			t.Errorf("%s let go: %v", name, err)
		}
	}
}

func TestExclusiveWaitsForOthers(t *testing.T) {
	d := openLoop(t, 512, nil)
	other := int(reopen(t, d.Path()).Fd())
	flock := func(how int) {
		if err := unix.Flock(other, how); err != nil {
			t.Fatal(err)
		}
	}
	never := func() error { t.Error("it began"); return nil }
	flock(unix.LOCK_SH)
	if err := d.Exclusive(t.Context(), never); !errors.Is(err, ErrInUse) {
		t.Errorf("locked by another: %v", err)
	}
	why := errors.New("stop")
	cancelled, cancel := context.WithCancelCause(t.Context())
	time.AfterFunc(50*time.Millisecond, func() { cancel(why) })
	if err := d.Exclusive(cancelled, never); !errors.Is(err, why) {
		t.Errorf("cancelled: %v", err)
	}
	d.system.patience = 5 * time.Second
	time.AfterFunc(50*time.Millisecond, func() { _ = unix.Flock(other, unix.LOCK_UN) })
	broken := errors.New("broken")
	if err := d.Exclusive(t.Context(), func() error { return broken }); !errors.Is(err, broken) { // it was waited for
		t.Errorf("a failure: %v", err)
	}
	flock(unix.LOCK_EX | unix.LOCK_NB) // given back after a failure too
}

func TestOpenDeviceRefuses(t *testing.T) {
	folder := t.TempDir()
	file := filepath.Join(folder, "file")
	if err := os.WriteFile(file, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{file, folder, "/dev/null", filepath.Join(folder, "missing")} {
		if _, err := OpenDevice(path, nil); err == nil || !strings.Contains(err.Error(), "cannot open disk") ||
			strings.HasSuffix(path, "missing") != strings.Contains(err.Error(), "look at the disks again") {
			t.Errorf("%s: %v", path, err)
		}
	}
	d := openLoop(t, 512, loopParts)
	table(t, d, loopParts)
	if err := d.Reread(t.Context(), loopParts); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(folder, "link")
	if err := os.Symlink(d.Path(), link); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenDevice(link, nil); err == nil {
		t.Error("a link was opened")
	}
	if _, err := OpenDevice(d.Path()+"p1", nil); err == nil || !strings.Contains(err.Error(), "give the whole disk") {
		t.Errorf("a partition: %v", err)
	}
}

func TestRegionsOfADevice(t *testing.T) {
	for _, sector := range []int{512, 4096} { // regions need not be aligned to either
		d := openLoop(t, sector, nil)
		before := bytes.Repeat([]byte("old data "), loopSize/9+1)[:loopSize]
		if _, err := d.Disk().WriteAt(before, 0); err != nil {
			t.Fatal(err)
		}
		regions := append(Edges(0, loopSize), Region{Start: 5*quantity.MiB + 512, Size: 1536}, Region{Start: 9 * quantity.MiB, Size: 0})
		saved, err := Save(d.Disk(), regions)
		if err != nil {
			t.Fatal(err)
		}
		if err := Clear(d.Disk(), regions); err != nil {
			t.Fatal(err)
		}
		want := bytes.Clone(before)
		for _, r := range regions {
			clear(want[r.Start : r.Start+r.Size])
		}
		got := make([]byte, loopSize)
		if _, err := d.Disk().ReadAt(got, 0); err != nil || !bytes.Equal(got, want) {
			t.Errorf("clearing was not exact: %v", err)
		}
		if err := saved.Restore(d.Disk()); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Disk().ReadAt(got, 0); err != nil || !bytes.Equal(got, before) {
			t.Errorf("restoring was not exact: %v", err)
		}
	}
}

// TestReleaseWritesOut reads the file behind the device after it was released.
func TestReleaseWritesOut(t *testing.T) {
	d := openLoop(t, 512, nil)
	mark := []byte("written at the very end")
	if _, err := d.Disk().WriteAt(mark, loopSize-int64(len(mark))); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile("/sys/dev/block/" + d.Number() + "/loop/backing_file")
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Release(); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(strings.TrimSpace(string(file)))
	if err != nil || !bytes.HasSuffix(text, mark) {
		t.Errorf("it is not in the file: %v", err)
	}
	if err := d.Release(); err == nil {
		t.Error("released twice without an error")
	}
}
