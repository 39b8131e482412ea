package persist

import (
	"bytes"
	"unsafe"

	"golang.org/x/sys/unix"
)

// The calls of x/sys take Go strings and so copy every name. A scan passes names on as they stand in the kernel's own answer to
// getdents64, which ends each with a NUL, and allocates nothing per file.

// statMask is what a scan asks of an inode.
const statMask = unix.STATX_TYPE | unix.STATX_MODE | unix.STATX_NLINK | unix.STATX_UID | unix.STATX_GID | unix.STATX_MTIME | unix.STATX_INO |
	unix.STATX_SIZE | unix.STATX_BLOCKS

// Calls with quick do not tell the runtime that the goroutine is in the kernel. That saves an eighth of the time of a look, and it leaves the
// runtime's own watchman asleep, who would else wake up fifty times in a millisecond to see who has not come back. So it must be sure to.

// statAt looks at a name in a folder, without following it. The name ends with a NUL.
func statAt(folder int, name *byte, st *unix.Statx_t, quick bool) unix.Errno {
	if quick {
		_, _, errno := unix.RawSyscall6(unix.SYS_STATX, uintptr(folder), uintptr(unsafe.Pointer(name)), //nolint:gosec // G103: see above
			unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, statMask, uintptr(unsafe.Pointer(st)), 0) //nolint:gosec // G103: see above
		return errno
	}
	_, _, errno := unix.Syscall6(unix.SYS_STATX, uintptr(folder), uintptr(unsafe.Pointer(name)), //nolint:gosec // G103: see above
		unix.AT_SYMLINK_NOFOLLOW|unix.AT_NO_AUTOMOUNT, statMask, uintptr(unsafe.Pointer(st)), 0) //nolint:gosec // G103: see above
	return errno
}

// deviceOf is the number of the file system that a folder is on, 0 where that cannot be told.
func deviceOf(folder int) [2]uint32 {
	var st unix.Statx_t
	if err := unix.Statx(folder, "", unix.AT_EMPTY_PATH|unix.AT_NO_AUTOMOUNT, unix.STATX_TYPE, &st); err != nil {
		return [2]uint32{}
	}
	return [2]uint32{st.Dev_major, st.Dev_minor}
}

// filesystemOf is the magic number of the file system that a folder is on, 0 where that cannot be told.
func filesystemOf(folder int) int64 {
	var st unix.Statfs_t
	if err := unix.Fstatfs(folder, &st); err != nil {
		return 0
	}
	return int64(st.Type) //nolint:unconvert // it has another size on other machines
}

// undivided tells a file system that has one device number for all that is in it. Btrfs has one for each subvolume.
func undivided(magic int64) bool {
	switch magic {
	case unix.TMPFS_MAGIC, unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC:
		return true
	}
	return false
}

// local tells a file system of this very machine's memory and disks, which answers soon. One in a network or in a program may hang.
func local(magic int64) bool {
	switch magic {
	case unix.TMPFS_MAGIC, unix.EXT4_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, bcachefsMagic, zfsMagic:
		return true
	}
	return false
}

// What x/sys does not name. bcachefs and ZFS are what NixOS offers besides.
const (
	bcachefsMagic = 0xca451a4e
	zfsMagic      = 0x2fc12fc1
)

// readLinkAt gives a link's target in a part of buffer. The name ends with a NUL.
func readLinkAt(folder int, name *byte, buffer []byte) ([]byte, unix.Errno) {
	n, _, errno := unix.Syscall6(unix.SYS_READLINKAT, uintptr(folder), uintptr(unsafe.Pointer(name)), //nolint:gosec // G103: see above
		uintptr(unsafe.Pointer(&buffer[0])), uintptr(len(buffer)), 0, 0) //nolint:gosec // G103: see above
	if errno != 0 {
		return nil, errno
	}
	return buffer[:n], 0
}

// longestPath is the most that goes into one call; PATH_MAX is 4096 with the NUL.
const longestPath = 4000

// openBeneath opens a folder by its path relative to root, which has no slash at its ends, or is empty for root itself. It follows no link.
// stay refuses to cross a mount point, with EXDEV. Without listing the folder can be looked up in only.
func openBeneath(root int, path []byte, stay, listing, quick bool) (int, unix.Errno) {
	how := unix.OpenHow{Flags: unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_BENEATH | unix.RESOLVE_NO_SYMLINKS | unix.RESOLVE_NO_MAGICLINKS}
	if stay {
		how.Resolve |= unix.RESOLVE_NO_XDEV
	}
	at := root
	for {
		part, rest := path, []byte(nil)
		if len(path) > longestPath {
			cut := bytes.LastIndexByte(path[:longestPath], '/')
			part, rest = path[:cut], path[cut+1:]
		}
		if len(part) == 0 {
			part = []byte(".")
		}
		how.Flags = unix.O_DIRECTORY | unix.O_CLOEXEC
		if len(rest) > 0 || !listing {
			how.Flags |= unix.O_PATH
		}
		fd, errno := openAt2(at, part, &how, quick)
		if at != root {
			unix.Close(at) //nolint:errcheck // it was only read
		}
		if errno != 0 || len(rest) == 0 {
			return fd, errno
		}
		at, path = fd, rest
	}
}

// openAt2 is openat2, tried again while somebody renames folders of this very path.
func openAt2(at int, path []byte, how *unix.OpenHow, quick bool) (int, unix.Errno) {
	var name [longestPath + 1]byte
	copy(name[:], path)
	for range 100 {
		var fd uintptr
		var errno unix.Errno
		if quick {
			fd, _, errno = unix.RawSyscall6(unix.SYS_OPENAT2, uintptr(at), uintptr(unsafe.Pointer(&name[0])), //nolint:gosec // G103: see above
				uintptr(unsafe.Pointer(how)), unsafe.Sizeof(*how), 0, 0) //nolint:gosec // G103: see above
		} else {
			fd, _, errno = unix.Syscall6(unix.SYS_OPENAT2, uintptr(at), uintptr(unsafe.Pointer(&name[0])), //nolint:gosec // G103: see above
				uintptr(unsafe.Pointer(how)), unsafe.Sizeof(*how), 0, 0) //nolint:gosec // G103: see above
		}
		if errno != unix.EAGAIN && errno != unix.EINTR {
			return int(fd), errno
		}
	}
	return -1, unix.EAGAIN
}

// getdents asks for the next entries of a folder.
func getdents(folder int, answer []byte, quick bool) (int, unix.Errno) {
	var n uintptr
	var errno unix.Errno
	if quick {
		n, _, errno = unix.RawSyscall(unix.SYS_GETDENTS64, uintptr(folder), uintptr(unsafe.Pointer(&answer[0])), uintptr(len(answer))) //nolint:gosec // G103: see above
	} else {
		n, _, errno = unix.Syscall(unix.SYS_GETDENTS64, uintptr(folder), uintptr(unsafe.Pointer(&answer[0])), uintptr(len(answer))) //nolint:gosec // G103: see above
	}
	if errno != 0 {
		return 0, errno
	}
	return int(n), 0
}

// closeFolder closes a folder that was only read, which cannot fail.
func closeFolder(folder int, quick bool) {
	if quick {
		_, _, _ = unix.RawSyscall(unix.SYS_CLOSE, uintptr(folder), 0, 0)
		return
	}
	_ = unix.Close(folder)
}

// entry is one name in a folder, as getdents64 tells it.
type entry struct {
	first *byte  // of the name, which a NUL ends
	name  []byte // without the NUL
	kind  byte   // unix.DT_*
}

// nextEntry takes the first record off what getdents64 answered. struct linux_dirent64: inode 8, offset 8, length 2, type 1, name.
func nextEntry(answer []byte) (entry, []byte) {
	length := int(*(*uint16)(unsafe.Pointer(&answer[16]))) //nolint:gosec // G103: a number in the machine's own order
	name := answer[19:length]
	return entry{first: &name[0], name: name[:bytes.IndexByte(name, 0)], kind: answer[18]}, answer[length:]
}

// itself tells "." and "..".
func (e entry) itself() bool {
	return e.name[0] == '.' && (len(e.name) == 1 || len(e.name) == 2 && e.name[1] == '.')
}

// typeOf is the type that a mode says.
func typeOf(mode uint16) Type {
	switch mode & unix.S_IFMT {
	case unix.S_IFREG:
		return File
	case unix.S_IFDIR:
		return Folder
	case unix.S_IFLNK:
		return Link
	case unix.S_IFIFO:
		return FIFO
	case unix.S_IFSOCK:
		return Socket
	}
	return Device
}
