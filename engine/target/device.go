package target

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"

	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// ErrInUse tells that something else uses the disk or a part of it.
var ErrInUse = errors.New("something else uses it")

// Device is a block device of this machine that is open for writing.
type Device struct {
	file   *os.File
	path   string
	facts  Facts
	settle func(context.Context) error
	system system
}

// Facts is what the kernel says about the very device that is open, whatever its path names by now.
type Facts struct {
	Number  string // major:minor
	Bytes   quantity.Bytes
	Logical quantity.SectorSize
	DiskSeq uint64 // 0 where the kernel does not count disks
}

// OpenDevice opens a whole disk for reading and writing; it writes nothing and locks nothing. settle waits until udev has
// dealt with everything that changed.
//
// The path must be the device's own node and no link. What must be compared with the confirmed identity is in
// [Device.Facts]; whether anybody else uses the disk, [Device.Free] tells.
func OpenDevice(path string, settle func(context.Context) error) (*Device, error) {
	return openDevice(path, settle, thisSystem)
}

func openDevice(path string, settle func(context.Context) error, on system) (*Device, error) {
	f, number, err := openBlock(path, unix.O_RDWR|unix.O_NOFOLLOW)
	if errors.Is(err, unix.ENOENT) {
		return nil, fmt.Errorf("cannot open disk: %w: it is no longer there, or has another name; look at the disks again and make a new plan", err)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot open disk: %w", err)
	}
	d := &Device{file: f, path: path, settle: settle, system: on}
	if d.facts, err = readFacts(f, number); err == nil {
		err = on.wholeDisk(number)
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("cannot open disk %s: %w", path, err), f.Close())
	}
	return d, nil
}

// openBlock opens a block device and gives its number.
func openBlock(path string, flags int) (*os.File, string, error) {
	// What is no device might block or do something when it is opened.
	if _, err := blockNumber(path); err != nil {
		return nil, "", err
	}
	f, err := os.OpenFile(path, flags, 0) // the runtime adds O_CLOEXEC
	if err != nil {
		return nil, "", err
	}
	var st unix.Stat_t
	if err := unix.Fstat(int(f.Fd()), &st); err != nil {
		return nil, "", errors.Join(err, f.Close())
	}
	if st.Mode&unix.S_IFMT != unix.S_IFBLK {
		return nil, "", errors.Join(fmt.Errorf("%s is no block device", path), f.Close())
	}
	return f, deviceNumber(st.Rdev), nil
}

// blockNumber gives the number of the block device that a path leads to.
func blockNumber(path string) (string, error) {
	var st unix.Stat_t
	if err := unix.Stat(path, &st); err != nil {
		return "", &os.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFBLK {
		return "", fmt.Errorf("%s is no block device", path)
	}
	return deviceNumber(st.Rdev), nil
}

func deviceNumber(n uint64) string { return fmt.Sprintf("%d:%d", unix.Major(n), unix.Minor(n)) }

// Facts gives what was read from the open device when it was opened, size and disk sequence number read anew.
func (d *Device) Facts() (Facts, error) {
	facts, err := readFacts(d.file, d.facts.Number)
	if err != nil {
		return Facts{}, fmt.Errorf("cannot identify disk %s: %w", d.path, err)
	}
	return facts, nil
}

// Gone tells that the very disk that is open is no longer there: it was unplugged, or its controller gave it up. Whoever writes to
// it sees anything from an input/output error to a full disk then.
func (d *Device) Gone() bool { return d.system.gone(d.facts) }

// Number is the disk's number as "major:minor".
func (d *Device) Number() string { return d.facts.Number }

// Disk is the whole disk.
func (d *Device) Disk() *os.File { return d.file }

// Path is the disk's path.
func (d *Device) Path() string { return d.path }

// Image is false.
func (*Device) Image() bool { return false }

// Free makes sure that nobody else uses the disk: no mount, swap, mapping or array, also of other namespaces, and no other
// program that has it for itself. The error is [ErrInUse] when somebody does. The claim is given back at once, because
// partitioning programs refuse a disk that somebody claims.
func (d *Device) Free() error {
	f, number, err := openBlock(d.path, unix.O_RDONLY|unix.O_EXCL|unix.O_NOFOLLOW)
	switch {
	case errors.Is(err, unix.EBUSY):
		return fmt.Errorf("cannot take disk %s: %w; find out what with lsblk and lsof, and stop it", d.path, ErrInUse)
	case err != nil:
		return fmt.Errorf("cannot take disk: %w", err)
	case number != d.facts.Number:
		err = fmt.Errorf("cannot take disk %s: it was device %s when it was opened and is %s now; look at the disks again", d.path, d.facts.Number, number)
	}
	return errors.Join(err, f.Close())
}

// Exclusive takes the lock of the whole disk, runs do, and writes out what it wrote before the lock is given back. udev and
// systemd keep away meanwhile. It waits up to ten seconds for the lock. Calls must not be nested, nor may
// [Device.Reread] or [Device.Partition] be called within.
func (d *Device) Exclusive(ctx context.Context, do func() error) (err error) {
	if err := d.lock(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.unlock()) }()
	if err := do(); err != nil {
		return err
	}
	if err := d.file.Sync(); err != nil {
		return fmt.Errorf("cannot write everything out to %s: %w", d.path, err)
	}
	return nil
}

// lock waits for the lock without blocking, so that a cancel is heard.
func (d *Device) lock(ctx context.Context) error {
	err := d.system.retry(ctx, func() (bool, error) {
		err := unix.Flock(int(d.file.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		return errors.Is(err, unix.EWOULDBLOCK) || errors.Is(err, unix.EINTR), err
	})
	if errors.Is(err, unix.EWOULDBLOCK) {
		err = fmt.Errorf("%w: another program keeps it locked; see who with lsof %s, and try again", ErrInUse, d.path)
	}
	if err != nil {
		return fmt.Errorf("cannot lock disk %s: %w", d.path, err)
	}
	return nil
}

// unlock is said and not left to Close: a program that is being started at this moment has the descriptor too.
func (d *Device) unlock() error {
	if err := unix.Flock(int(d.file.Fd()), unix.LOCK_UN); err != nil {
		return fmt.Errorf("cannot unlock disk %s: %w", d.path, err)
	}
	return nil
}

// Reread makes the kernel read the table anew, and waits until exactly the given partitions are there: number, start and size as the
// kernel tells them, and PARTUUID by the link in /dev/disk, which udev makes. Each wait lasts up to ten seconds; the error then says what
// differs. udev may still be looking at a partition then, under its lock of the disk, which [Device.Exclusive] waits for. With nil nothing
// is expected, as after a table was put back, and udev is waited for.
func (d *Device) Reread(ctx context.Context, parts []layout.Partition) error {
	err := d.system.retry(ctx, func() (bool, error) {
		err := unix.IoctlSetInt(int(d.file.Fd()), unix.BLKRRPART, 0)
		return errors.Is(err, unix.EBUSY) || errors.Is(err, unix.EINTR), err
	})
	if errors.Is(err, unix.EBUSY) {
		err = fmt.Errorf("a partition is in use: %w; find out by what with lsblk and lsof, and stop it", ErrInUse)
	}
	if err != nil {
		return fmt.Errorf("cannot make the kernel read the partition table of %s: %w", d.path, err)
	}
	if parts == nil {
		return d.settle(ctx)
	}
	shows := func() (bool, error) {
		err := d.system.linked(parts) // which comes last, and is a small part of the whole look
		if err == nil {
			err = d.system.shows(d.facts, parts)
		}
		return err != nil, err
	}
	if soon := d.system.soon(); soon.retry(ctx, shows) == nil { // starting the program that waits for udev takes longer than udev
		return nil
	}
	if err := d.settle(ctx); err != nil {
		return err
	}
	err = d.system.retry(ctx, shows)
	if err != nil && context.Cause(ctx) == nil {
		err = d.system.shows(d.facts, parts)
	}
	if err != nil {
		return fmt.Errorf("cannot find the partitions of %s: %w; start the computer again if this stays so", d.path, err)
	}
	return nil
}

// Partition calls do with the partition's path in /dev/disk/by-partuuid, after making sure that it leads to the partition
// of this disk with the number and the sectors that p says. With [Making] the disk is locked while do runs, and what was
// written is then written out. udev looks after the lock is given back; who needs what it sees calls [Device.Settle].
func (d *Device) Partition(ctx context.Context, p layout.Partition, access Access, do func(path string) error) error {
	if access == Reading {
		part, err := d.open(p, unix.O_RDONLY)
		if err != nil {
			return err
		}
		return errors.Join(do(d.system.link(p)), part.Close())
	}
	var part *os.File
	err := d.Exclusive(ctx, func() (err error) {
		if part, err = d.open(p, unix.O_RDWR); err != nil {
			return err
		}
		if err := do(d.system.link(p)); err != nil {
			return err
		}
		if err := part.Sync(); err != nil {
			return fmt.Errorf("cannot write everything out to partition %s of %s: %w", p.Name, d.path, err)
		}
		return nil
	})
	if part == nil {
		return err
	}
	// Closing after the lock is gone is what tells udev to look at the partition.
	return errors.Join(err, part.Close())
}

// Settle waits until udev has dealt with everything that changed.
func (d *Device) Settle(ctx context.Context) error { return d.settle(ctx) }

// open opens a partition, which also keeps the kernel from forgetting it meanwhile.
func (d *Device) open(p layout.Partition, flags int) (*os.File, error) {
	number, err := d.system.partition(d.facts, p)
	if err != nil {
		return nil, fmt.Errorf("cannot find partition %s of %s: %w", p.Name, d.path, err)
	}
	part, is, err := openBlock(d.system.link(p), flags)
	if err != nil {
		return nil, fmt.Errorf("cannot open partition %s of %s: %w", p.Name, d.path, err)
	}
	if is != number {
		err := fmt.Errorf("cannot open partition %s of %s: its PARTUUID leads to device %s and not %s; is a copy of this disk connected? Unplug that and try again", p.Name, d.path, is, number)
		return nil, errors.Join(err, part.Close())
	}
	return part, nil
}

// Release writes everything out and closes the disk.
func (d *Device) Release() error {
	err := d.file.Sync()
	if err != nil {
		err = fmt.Errorf("cannot write everything out to %s: %w", d.path, err)
	}
	return errors.Join(err, d.file.Close())
}
