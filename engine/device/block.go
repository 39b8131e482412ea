package device

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"

	"lethe/engine/quantity"
)

// block is one block device of the kernel: a disk, a partition, or something built on others.
type block struct {
	name   string // as in sysfs, with ! for /
	dir    string // its folder in sysfs, with links resolved
	number string // major:minor
	disk   *block // the disk of a partition by the kernel's own parent link; nil for a whole device
	index  int    // partition number, 0 for a whole device
	start  quantity.Bytes
	size   quantity.Bytes
	parts  []*block // by number
	above  []*block // holders: devices built on this one
	below  []*block // slaves: devices that this one is built on
	udev   record
	inside string // name of the disk that an eMMC boot area belongs to
	mapper mapper // of a device-mapper device
	file   string // backing file of a loop device
	faults []error
	use    usage
	// holders and slaves are names as sysfs lists them.
	holders, slaves []string
}

// usage is what mountinfo, /proc/swaps and the loop driver say about exactly this device.
type usage struct {
	mounts []string
	swap   bool
}

// mapper is how device-mapper calls a device.
type mapper struct{ name, uuid string }

func (b *block) path() string { return "/dev/" + strings.ReplaceAll(b.name, "!", "/") }

func (b *block) fault(err error) {
	if err != nil {
		b.faults = append(b.faults, err)
	}
}

// graph is every block device with who stands on whom.
type graph struct {
	root     string
	byName   map[string]*block
	byNumber map[string]*block
	byLink   map[string]*block // udev's names below /dev; nil where more than one device claims a name
	disks    []*block          // entries of /sys/block, in natural order
	doubts   []string          // sentences about a use that could not be traced to a device: they refuse every disk
}

func (g *graph) doubt(format string, args ...any) {
	g.doubts = append(g.doubts, fmt.Sprintf(format, args...))
}

// readGraph reads every block device. Reads that fail are kept as faults of the device.
func readGraph(ctx context.Context, root string) (*graph, error) {
	folder := root + "/sys/block"
	list, err := names(folder)
	if err != nil {
		return nil, err
	}
	if list == nil {
		return nil, errors.New("/sys/block is not there: mount sysfs on /sys and try again")
	}
	slices.SortFunc(list, natural)
	g := &graph{root: root, byName: map[string]*block{}, byNumber: map[string]*block{}, byLink: map[string]*block{}}
	g.disks = make([]*block, len(list))
	err = each(ctx, len(list), func(i int) { g.disks[i] = readDisk(root, folder, list[i]) })
	if err != nil {
		return nil, err
	}
	for _, disk := range g.disks {
		g.enter(disk)
		for _, part := range disk.parts {
			g.enter(part)
		}
	}
	for _, b := range slices.Collect(maps.Values(g.byName)) {
		g.stack(b)
	}
	g.order()
	return g, nil
}

// each calls do for 0 to n-1 from as many goroutines as there are processors.
func each(ctx context.Context, n int, do func(int)) error {
	var wait sync.WaitGroup
	next := make(chan int)
	for range min(n, runtime.GOMAXPROCS(0)) {
		wait.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	wait.Wait()
	return ctx.Err()
}

func (g *graph) enter(b *block) {
	g.byName[b.name] = b
	if b.number != "" {
		g.byNumber[b.number] = b
	}
	for _, link := range b.udev.links {
		if other, claimed := g.byLink[link]; claimed && other != b {
			g.byLink[link] = nil
		} else {
			g.byLink[link] = b
		}
	}
}

// stack joins a device with its holders and slaves; the kernel writes both, and either is enough.
func (g *graph) stack(b *block) {
	for _, name := range b.holders {
		if other := g.neighbour(b, name); other != nil {
			join(b, other)
		}
	}
	for _, name := range b.slaves {
		if other := g.neighbour(b, name); other != nil {
			join(other, b)
		}
	}
}

func (g *graph) neighbour(b *block, name string) *block {
	other, known := g.byName[name]
	if !known {
		b.fault(fmt.Errorf("cannot follow its holders and slaves: %q is no block device", Clean(name)))
	}
	return other
}

func join(below, above *block) {
	if !slices.Contains(below.above, above) {
		below.above = append(below.above, above)
	}
	if !slices.Contains(above.below, below) {
		above.below = append(above.below, below)
	}
}

// order makes the result independent of the order in which the kernel lists things.
func (g *graph) order() {
	byName := func(a, b *block) int { return natural(a.name, b.name) }
	for _, b := range g.byName {
		slices.SortFunc(b.above, byName)
		slices.SortFunc(b.below, byName)
	}
}

// readDisk reads one entry of /sys/block with its partitions.
func readDisk(root, folder, name string) *block {
	disk := &block{name: name, dir: filepath.Join(folder, name)}
	real, err := filepath.EvalSymlinks(disk.dir)
	if err != nil {
		disk.fault(fmt.Errorf("cannot follow its entry in /sys/block: %w", unwrapPath(err)))
		return disk
	}
	disk.dir = real
	// An eMMC chip's boot areas lie in the folder of the disk, as partitions do, but are disks of their own.
	if parent := filepath.Base(filepath.Dir(disk.dir)); exists(folder + "/" + parent) {
		disk.inside = parent
	}
	disk.readCommon(root)
	disk.slaves, err = names(disk.dir + "/slaves")
	disk.fault(err)
	disk.mapper = mapper{optional(disk.dir, "dm/name"), optional(disk.dir, "dm/uuid")}
	disk.file = backingFile(disk.dir)
	entries, err := names(disk.dir)
	disk.fault(err)
	for _, entry := range entries {
		index := optional(disk.dir+"/"+entry, "partition")
		if index == "" {
			continue
		}
		disk.parts = append(disk.parts, readPart(root, disk, entry, index))
	}
	slices.SortFunc(disk.parts, func(a, b *block) int { return a.index - b.index })
	return disk
}

// readPart reads one partition. What makes it one is the kernel's partition attribute, never its name.
func readPart(root string, disk *block, name, index string) *block {
	part := &block{name: name, dir: disk.dir + "/" + name, disk: disk}
	number, err := strconv.Atoi(index)
	if err != nil || number < 1 {
		part.fault(fmt.Errorf("cannot read partition: %q: %w", Clean(index), errGarbage))
	}
	part.index = number
	part.readCommon(root)
	start, err := attribute(part.dir, "start", mostSectors)
	part.fault(err)
	part.start = kernelSector.Of(quantity.Sectors(start))
	return part
}

// mostSectors keeps every size below 2⁶³ bytes, the limit of a file offset.
const mostSectors = 1<<54 - 1

// readCommon reads what disks and partitions both have.
func (b *block) readCommon(root string) {
	b.readNumber(root)
	b.readSize()
	var err error
	b.holders, err = names(b.dir + "/holders")
	b.fault(err)
}

func (b *block) readNumber(root string) {
	text, err := readText(b.dir + "/dev")
	if err != nil {
		b.fault(fmt.Errorf("cannot read dev: %w", unwrapPath(err)))
		return
	}
	major, minor, ok := strings.Cut(strings.TrimSpace(text), ":")
	if !ok || !digits(major) || !digits(minor) {
		b.fault(fmt.Errorf("cannot read dev: %q: %w", Clean(text), errGarbage))
		return
	}
	b.number = major + ":" + minor
	b.udev = readRecord(root, b.number)
}

func (b *block) readSize() {
	size, err := attribute(b.dir, "size", mostSectors)
	b.fault(err)
	b.size = kernelSector.Of(quantity.Sectors(size))
}

func digits(s string) bool {
	return s != "" && len(s) < 10 && strings.Trim(s, "0123456789") == ""
}

// natural orders sda before sdaa and nvme2n1 before nvme10n1.
func natural(a, b string) int {
	for a != "" && b != "" {
		headA, restA := token(a)
		headB, restB := token(b)
		if headA != headB {
			if digits(headA) && digits(headB) && len(headA) != len(headB) {
				return len(headA) - len(headB)
			}
			return compareWords(headA, headB)
		}
		a, b = restA, restB
	}
	return len(a) - len(b)
}

// compareWords puts the shorter of two words first, as the kernel names sdz before sdaa, when they begin alike.
func compareWords(a, b string) int {
	if len(a) != len(b) && a[:min(len(a), 2)] == b[:min(len(b), 2)] {
		return len(a) - len(b)
	}
	return strings.Compare(a, b)
}

// token cuts a run of digits, or of anything else, off the front.
func token(s string) (head, rest string) {
	isDigit := func(c byte) bool { return c >= '0' && c <= '9' }
	i := 1
	for i < len(s) && isDigit(s[i]) == isDigit(s[0]) {
		i++
	}
	return s[:i], s[i:]
}
