package device

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/sys/unix"
)

// confirm reads the disk itself: its table, the hash of it, and what is in every partition and in what stands on them. What
// cannot be read is refused, never taken for blank.
func (m *maker) confirm(ctx context.Context, r *reading) {
	b, d := r.block, &r.disk
	d.Grade = Confirmed
	d.Table, d.Content = Table{Kind: TableUnreadable}, Content{}
	for i := range d.Partitions {
		d.Partitions[i].Content = Content{}
	}
	clear(r.inside)
	if d.Bytes == 0 || !usableSector(d.Topology.SectorSize()) || d.Bytes%d.Topology.Logical != 0 {
		r.known = true // nothing can be on it, and it is refused for that already
		return
	}
	file, busy, err := openDisk(m.root + d.Path)
	if err != nil {
		r.noticed = append(r.noticed, unreadable(d.title(), err))
		return
	}
	defer file.Close()
	r.busy = busy
	err = m.sameDevice(file, b)
	if err == nil {
		err = d.readTable(file)
	}
	if err == nil {
		err = d.probe(ctx, m.prober, m.root+d.Path)
	}
	if err == nil {
		err = m.probeInside(ctx, r)
	}
	if err != nil {
		r.noticed = append(r.noticed, unreadable(d.title(), err))
	}
	r.known = err == nil
}

// probeInside asks what is in the things that stand on the disk. A suspended mapping would never answer.
func (m *maker) probeInside(ctx context.Context, r *reading) error {
	for _, b := range r.leaves() {
		if b.size == 0 || optional(b.whole().dir, "dm/suspended") == "1" {
			continue
		}
		found, err := m.prober.Probe(ctx, m.root+b.path(), 0, b.size)
		if err != nil {
			return fmt.Errorf("cannot probe %s: %w", b.path(), err)
		}
		r.inside[b] = found.clean()
	}
	return nil
}

func unreadable(path string, err error) string {
	return fmt.Sprintf("What is on %s cannot be read (%s): check the drive and its cable, then look again.", path, cause(unwrapPath(err)))
}

// openDisk opens a disk for reading, exclusively if nobody else has it.
func openDisk(path string) (file *os.File, busy bool, err error) {
	fd, err := openRead(path, unix.O_EXCL|unix.O_NONBLOCK)
	if errors.Is(err, unix.EBUSY) {
		busy = true
		fd, err = openRead(path, unix.O_NONBLOCK)
	}
	if err != nil {
		return nil, busy, err
	}
	return os.NewFile(uintptr(fd), path), busy, nil
}

// sameDevice checks that the node in /dev is the device that sysfs told of. In a recorded machine the node is
// a plain file of the right size.
func (m *maker) sameDevice(file *os.File, b *block) error {
	var node unix.Stat_t
	if err := unix.Fstat(int(file.Fd()), &node); err != nil {
		return err
	}
	number := fmt.Sprintf("%d:%d", unix.Major(node.Rdev), unix.Minor(node.Rdev))
	switch kind := node.Mode & unix.S_IFMT; {
	case kind == unix.S_IFBLK && number != b.number:
		return fmt.Errorf("its node is device %s and not %s", number, b.number)
	case kind != unix.S_IFBLK && (m.root == "" || kind != unix.S_IFREG):
		return errors.New("its node is no block device")
	}
	end, err := file.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if end != int64(b.size) {
		return fmt.Errorf("it has %d bytes, and the kernel says %d", end, uint64(b.size))
	}
	return nil
}

// readTable reads the table. Of a real disk the kernel knows the partitions already; they get what the table
// adds, and both must agree.
func (d *Disk) readTable(r io.ReaderAt) error {
	table, parts, hash, err := ReadTable(r, d.Bytes, d.Topology.SectorSize())
	if err != nil {
		return err
	}
	d.Table, d.TableHash = table, hash
	if stale := d.overlay(parts); d.Kind == KindDisk && stale && table.Problem == "" {
		d.Table.Problem = fmt.Sprintf("The kernel knows other partitions than the table holds: run partprobe %s, or start the computer again, and look again.", d.title())
	}
	return nil
}

// overlay completes the kernel's partitions from the table's and tells whether they disagree. Without any from the
// kernel, the table's are taken.
func (d *Disk) overlay(parts []Partition) (stale bool) {
	known := map[int]*Partition{}
	for i := range d.Partitions {
		known[d.Partitions[i].Number] = &d.Partitions[i]
	}
	// The kernel also numbers what lies nested in MBR partitions, so only a GPT must hold all that it knows.
	stale = d.Table.Kind != TableMBR && len(parts) != len(known)
	for _, p := range parts {
		k, ok := known[p.Number]
		if !ok || k.Start != p.Start || k.Size != p.Size && !extended(p.Type) {
			stale = true
			continue
		}
		k.Type, k.PartUUID, k.Label = p.Type, p.PartUUID, p.Label
	}
	if len(known) == 0 {
		d.Partitions = append(d.Partitions, parts...)
	}
	return stale
}

// extended tells of the MBR types that hold logical partitions; the kernel shows only their first kilobyte.
func extended(kind string) bool { return kind == "05" || kind == "0f" || kind == "85" }

// probe asks what is on the disk and on each partition.
func (d *Disk) probe(ctx context.Context, prober Prober, path string) error {
	found, err := prober.Probe(ctx, path, 0, d.Bytes)
	if err != nil {
		return fmt.Errorf("cannot probe %s: %w", d.title(), err)
	}
	d.Content = found.clean()
	for i := range d.Partitions {
		p := &d.Partitions[i]
		if extended(p.Type) || p.Size == 0 || p.Start > d.Bytes || p.Size > d.Bytes-p.Start {
			continue // holds nothing of its own, or lies outside, which is refused already
		}
		found, err := prober.Probe(ctx, path, p.Start, p.Size)
		if err != nil {
			return fmt.Errorf("cannot probe partition %d of %s: %w", p.Number, d.title(), err)
		}
		p.Content = found.clean()
	}
	return nil
}

func (c Content) clean() Content {
	return Content{Type: Clean(c.Type), Label: Clean(c.Label), UUID: Clean(c.UUID)}
}
