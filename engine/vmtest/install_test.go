//go:build vm

package vmtest

import (
	"encoding/json"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"lethe/engine/config"
)

// installTime is the most that a guest may take for its installations.
const installTime = 8 * time.Minute

// judgeInstall looks at what the guest wrote down after installing onto a disk.
func (w wish) judgeInstall(t *testing.T, f facts, d drive) {
	t.Helper()
	if code := f.text("install.code"); code != "0" {
		t.Fatalf("the installation of %s exits with %s:\n%s\n%s", w, code, tail(f.text("install.err")), tail(f.text("install.jsonl")))
	}
	judgeEvents(t, f)
	if code := f.text("rescue.code"); code != "0" {
		t.Errorf("opening the installed system for rescue exits with %s:\n%s", code, tail(f.text("rescue.log")))
	}
	f.nothing("mounts", "still mounted after the installation")
	f.nothing("holders", "still held after the installation")
	f.nothing("swaps", "swapped on after the installation")
	f.nothing("mnt", "left in the live system's /mnt")
	if text := f.text("mappings"); text != "" && text != "No devices found" {
		t.Errorf("still mapped after the installation: %s", text)
	}
	w.judgeTable(t, f, d)
}

// judgeEvents wants no failed check, and one end.
func judgeEvents(t *testing.T, f facts) {
	t.Helper()
	passed, done := 0, 0
	for _, line := range f.lines("install.jsonl") {
		var e struct{ Kind, Status, Title, Text string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Errorf("not an event: %s", line)
			continue
		}
		switch {
		case e.Kind == "run-done":
			done++
		case e.Kind == "check" && e.Status == "passed":
			passed++
		case e.Kind == "check":
			t.Errorf("the installer's own check %q is %s: %s", e.Title, e.Status, e.Text)
		}
	}
	if done != 1 || passed < 10 {
		t.Errorf("the installer told of %d ends and %d passed checks", done, passed)
	}
}

// Types of partitions.
const (
	espType  = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B"
	swapType = "0657FD6D-A4AB-43C4-84E5-0933C84B4F4F"
	luksType = "CA7D7CCB-63ED-4C53-861C-1742536059CC"
	dataType = "0FC63DAF-8483-4772-8E79-3D69D8477DE4"
)

// judgeTable compares what other tools read with the wishes.
func (w wish) judgeTable(t *testing.T, f facts, d drive) {
	t.Helper()
	table := f.table()
	want := []string{espType, luksType}
	if !w.luks {
		want[1] = dataType
	}
	if w.swap != config.SwapNone {
		want = slices.Insert(want, 1, swapType)
	}
	var got []string
	for _, p := range table.Partitions {
		got = append(got, p.Type)
	}
	if table.Label != "gpt" || int(table.SectorSize) != d.sector || !slices.Equal(got, want) {
		t.Errorf("the table is a %s with sectors of %d bytes and types %v; wanted gpt, %d, %v", table.Label, table.SectorSize, got, d.sector, want)
		return
	}
	w.judgeExtents(t, table)
	for name, phrase := range map[string]string{"sgdisk.verify": "No problems found", "sfdisk.verify": "No errors detected"} {
		if text := f.text(name); !strings.Contains(text, phrase) {
			t.Errorf("%s:\n%s", name, text)
		}
	}
	if !d.lies {
		f.nothing("misaligned", "parted calls partitions misaligned")
	}
}

// judgeExtents wants whole-MiB boundaries one after another, up to the end of the disk.
func (w wish) judgeExtents(t *testing.T, table table) {
	t.Helper()
	const mib = 1 << 20
	end := int64(0)
	for _, p := range table.Partitions {
		start := p.Start * table.SectorSize
		if start%mib != 0 || start < max(end, mib) || start > end+4*mib {
			t.Errorf("partition %s begins at byte %d, after one that ends at %d", p.Name, start, end)
		}
		end = start + p.Size*table.SectorSize
		if p.Type == swapType && (p.Size*table.SectorSize < int64(w.Swap.Size) || p.Size*table.SectorSize > int64(w.Swap.Size)+4*mib) {
			t.Errorf("swap has %d bytes, wished were %d", p.Size*table.SectorSize, w.Swap.Size)
		}
	}
	if left := (table.LastLBA+1)*table.SectorSize - end; left < 0 || left > 4*mib {
		t.Errorf("%d bytes are left at the end of the disk", left)
	}
}

// serviceIDs are the numbers in a passwd file that the stand-in handed out.
func serviceIDs(passwd string) map[string]string {
	ids := map[string]string{}
	for line := range strings.Lines(passwd) {
		if fields := strings.Split(line, ":"); len(fields) > 3 && len(fields[2]) == 3 {
			ids[fields[0]] = fields[2] + ":" + fields[3]
		}
	}
	return ids
}

// installed gives the facts of a disk's installation.
func installed(t *testing.T, out string, d drive) facts {
	return facts{t, filepath.Join(out, "targets", d.serial)}
}
