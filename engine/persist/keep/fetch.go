package keep

import (
	"os"

	"golang.org/x/sys/unix"
)

const (
	fetchNames = 128       // of a folder that are fetched at a time
	fetchMost  = 256 << 10 // bytes of a file that is fetched; the kernel reads ahead in larger ones by itself
)

// fetch has the kernel let go of what it holds of small copies, and read them from the disk again, all at the same time and while others are
// compared. One after the other a disk would be waited for at each of them. These are hints: whatever fails is read when it is compared.
func (v *verifier) fetch(folder *os.File, names []string) {
	for _, name := range names {
		f, err := openAt(folder, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, unix.RESOLVE_NO_XDEV)
		if err != nil {
			continue
		}
		v.fetchOne(f)
		_ = f.Close() // only read
	}
}

func (v *verifier) fetchOne(f *os.File) {
	var st unix.Stat_t
	if unix.Fstat(int(f.Fd()), &st) != nil || st.Mode&unix.S_IFMT != unix.S_IFREG || st.Size == 0 || st.Size > fetchMost {
		return
	}
	key := inode{st.Dev, st.Ino}
	if _, done := v.fetched[key]; done { // another of its names was met just now
		return
	}
	if unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_DONTNEED) == nil && unix.Fadvise(int(f.Fd()), 0, 0, unix.FADV_WILLNEED) == nil {
		v.fetched[key] = struct{}{}
	}
}

// drop has the kernel let go of what it holds of a copy, unless that has come from the disk since. It is a hint; a comparison holds without it.
func (v *verifier) drop(target *node, copied *os.File) {
	key := inode{target.stat.Dev, target.stat.Ino}
	if _, fresh := v.fetched[key]; fresh {
		delete(v.fetched, key) // what is written into it from here on is not on the disk yet
		return
	}
	_ = unix.Fadvise(int(copied.Fd()), 0, 0, unix.FADV_DONTNEED)
}
