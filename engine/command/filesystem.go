package command

import (
	"math"
	"strconv"
	"strings"

	"lethe/engine/quantity"
)

// MakeFAT formats path as FAT32 with 4 KiB clusters. mkfs.fat takes the sector size of a file to be 512, so it is
// always said; volumeID is the XXXX-XXXX form.
func MakeFAT(path, label, volumeID string, sector quantity.SectorSize) Command {
	cluster := max(1, 4096/int(sector))
	return New("mkfs.fat", "-F", "32", "-S", strconv.Itoa(int(sector)), "-s", strconv.Itoa(cluster),
		"-n", label, "-i", strings.ReplaceAll(volumeID, "-", ""), path)
}

// ext4Block is the size of a block of every ext4 that is made here.
const ext4Block quantity.Bytes = 4096

// ext4Growth is how many times its size a file system can grow to while it is mounted before the kernel changes the way in which its
// groups are described, which it does by itself.
const ext4Growth = 8

// MakeExt4Encrypted formats the inside of a container that was encrypted with a new key just now. Its journal is not filled with zeros, 64 MiB or more
// that would be encrypted for nothing: what stands there reads as noise under the new key, and no block of an older journal can be
// among it, which is the one risk that mke2fs(8) names.
func MakeExt4Encrypted(path, label, uuid, hashSeed string, size quantity.Bytes) Command {
	return makeExt4(path, label, uuid, "hash_seed="+hashSeed+",lazy_journal_init=1", size)
}

// MakeExt4 formats path, of that size or some MiB less, as ext4; 0 is an unknown size. The hash seed is given so that equal plans make equal file
// systems. -F only answers mke2fs's question whether a regular file is meant.
func MakeExt4(path, label, uuid, hashSeed string, size quantity.Bytes) Command {
	return makeExt4(path, label, uuid, "hash_seed="+hashSeed, size)
}

// makeExt4 limits what is kept free for descriptions of groups: mke2fs reserves for a thousandfold size, 4 MiB in each copy, which is
// most of what it writes. Where eight times the size is more than its option takes, its own choice stays.
func makeExt4(path, label, uuid, extended string, size quantity.Bytes) Command {
	if blocks := size / ext4Block * ext4Growth; 0 < blocks && blocks <= math.MaxUint32 {
		extended += ",resize=" + strconv.FormatUint(uint64(blocks), 10)
	}
	return New("mkfs.ext4", "-q", "-F", "-b", strconv.Itoa(int(ext4Block)), "-L", label, "-U", uuid, "-E", extended, path)
}

// MakeSwap formats path as swap.
func MakeSwap(path, label, uuid string) Command {
	return New("mkswap", "-L", label, "-U", uuid, path)
}

// CheckFAT checks a FAT file system without changing it.
func CheckFAT(path string) Command { return New("fsck.vfat", "-n", path) }

// RepairFAT repairs what a FAT file system that was not unmounted may have, without asking; the exit code is 1 when there was something.
func RepairFAT(path string) Command { return New("fsck.vfat", "-a", path) }

// CheckExt4 checks an ext4 file system, clean or not, without changing it.
func CheckExt4(path string) Command { return New("e2fsck", "-f", "-n", path) }

// Probe asks blkid what lies in [start, start+size) of path. Low-level probing reads the device, never a
// cache; of its formats only udev's leaves labels of any language readable.
func Probe(path string, start, size quantity.Bytes) Command {
	return New("blkid", "--probe", "--output", "udev",
		"--offset", strconv.FormatUint(uint64(start), 10),
		"--size", strconv.FormatUint(uint64(size), 10), path)
}

// WipeSignatures removes every known signature from path.
func WipeSignatures(paths ...string) Command {
	return New("wipefs", append([]string{"--all"}, paths...)...)
}

// Allocate makes a sparse file of exactly size bytes.
func Allocate(path string, size quantity.Bytes) Command {
	return New("truncate", "--size", strconv.FormatUint(uint64(size), 10), path)
}

// Punch makes a partition of an image read as zeros, without taking space.
func Punch(image string, sector quantity.SectorSize, first, sectors quantity.Sectors) Command {
	return New("fallocate", "--punch-hole",
		"--offset", strconv.FormatUint(uint64(sector.Of(first)), 10),
		"--length", strconv.FormatUint(uint64(sector.Of(sectors)), 10), image)
}

// Splice copies the first bytes of a partition's file, all that its format wrote, into an image at a sector, and leaves
// holes as holes: the image must read as zeros there.
func Splice(from, image string, sector quantity.SectorSize, first quantity.Sectors, size quantity.Bytes) Command {
	return New("dd", "if="+from, "of="+image, "bs=64KiB", "iflag=count_bytes", "count="+strconv.FormatUint(uint64(size), 10),
		"oflag=seek_bytes", "seek="+strconv.FormatUint(uint64(sector.Of(first)), 10), "conv=notrunc,sparse", "status=none")
}

// WriteFile makes a file with that text, and the folders above it.
func WriteFile(path, text string) Command {
	if text == "" {
		return New("install", "-D", "--mode", "644", "/dev/null", path)
	}
	return Command{Name: "install", Args: []string{"-D", "--mode", "644", "/dev/stdin", path}, Input: text}
}

// Remove deletes files.
func Remove(paths ...string) Command {
	return New("rm", append([]string{"--force", "--"}, paths...)...)
}
