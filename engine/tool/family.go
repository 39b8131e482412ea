package tool

import (
	"bytes"
	"crypto/rand"
	"errors"
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// markName is the variable that tells the processes of one call from all others.
const markName = "LETHE_CALL"

// family is a program and all that it started, also what left its process group or lost its parent.
//
// A process belongs to it when it is in the program's process group, when its parent belongs to it, or when it
// carries the call's mark in its environment. Who belonged to it once does so for good, so [family.watch] looks from time to
// time. Only a process that gives up its parent, its session and its environment between two looks is missed. Becoming a
// subreaper would not tell whose that one is either: programs run side by side, and the caller may have other children.
type family struct {
	mark string // NAME=value

	mu        sync.Mutex
	leader    int
	since     uint64         // start time of the leader; nothing older belongs to it
	members   map[int]uint64 // start time by process id: together they name a process for good
	strangers map[int]uint64
}

func newFamily() *family {
	return &family{mark: markName + "=" + rand.Text(), members: map[int]uint64{}, strangers: map[int]uint64{}}
}

// begin takes the leader, which runs or has not been waited for.
func (f *family) begin(leader int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.leader != 0 {
		return
	}
	f.leader = leader
	if p, ok := readProcess(leader); ok {
		f.since, f.members[leader] = p.started, p.started
	}
}

// lookEvery is how often a program's family is looked at.
const lookEvery = time.Second

// watch looks at the family from time to time until stop is called.
func (f *family) watch() (stop func()) {
	end := make(chan struct{})
	go func() {
		ticker := time.NewTicker(lookEvery)
		defer ticker.Stop()
		for {
			select {
			case <-end:
				return
			case <-ticker.C:
				f.look()
			}
		}
	}()
	return func() { close(end) }
}

// look brings the members up to date and gives those alive.
func (f *family) look() map[int]process {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := processes()
	forget(f.members, all)
	forget(f.strangers, all)
	for grown := true; grown; {
		grown = false
		for pid, p := range all {
			if _, known := f.members[pid]; !known && f.belongs(pid, p) {
				f.members[pid], grown = p.started, true
			}
		}
	}
	alive := map[int]process{}
	for pid := range f.members {
		alive[pid] = all[pid]
	}
	return alive
}

// belongs judges a process that is not a member yet.
func (f *family) belongs(pid int, p process) bool {
	if pid <= 1 || pid == os.Getpid() || f.since == 0 || p.started < f.since {
		return false
	}
	if p.group == f.leader {
		return true
	}
	if _, ok := f.members[p.parent]; ok {
		return true
	}
	if f.strangers[pid] == p.started {
		return false
	}
	environ, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/environ")
	if err == nil && bytes.Contains(append([]byte{0}, environ...), []byte("\x00"+f.mark+"\x00")) {
		return true
	}
	f.strangers[pid] = p.started
	return false
}

// forget drops who is gone.
func forget(list map[int]uint64, all map[int]process) {
	for pid, started := range list {
		if p, ok := all[pid]; !ok || p.started != started {
			delete(list, pid)
		}
	}
}

// ask asks everybody to end: the process group at once, and each of those who left it. It looks first, as who ends no
// longer tells whose parent it was.
func (f *family) ask() {
	alive := f.look()
	_ = syscall.Kill(-f.leader, syscall.SIGTERM)
	for pid, p := range alive {
		if p.group != f.leader {
			send(pid, p.started, syscall.SIGTERM)
		}
	}
}

// endWithin is how long [family.end] waits for the killed to be gone.
const endWithin = time.Second

// end kills everybody and waits until they are gone, with the files and mounts they held. It gives those that are not.
func (f *family) end() []int {
	for deadline := time.Now().Add(endWithin); ; time.Sleep(2 * time.Millisecond) {
		alive := f.look()
		if len(alive) == 0 || time.Now().After(deadline) {
			return slices.Sorted(maps.Keys(alive))
		}
		for pid, p := range alive {
			send(pid, p.started, syscall.SIGKILL)
		}
	}
}

// send signals a process, and never another one that got its number since.
func send(pid int, started uint64, signal syscall.Signal) {
	handle, err := unix.PidfdOpen(pid, 0)
	if err == nil {
		defer unix.Close(handle)
	}
	if p, ok := readProcess(pid); !ok || p.started != started {
		return
	}
	switch {
	case err == nil:
		_ = unix.PidfdSendSignal(handle, signal, nil, 0)
	case errors.Is(err, unix.ENOSYS):
		_ = syscall.Kill(pid, signal)
	}
}

// process is what /proc/PID/stat says.
type process struct {
	parent, group int
	started       uint64 // ticks since boot
	over          bool   // it only waits to be waited for
}

// processes lists who is alive.
func processes() map[int]process {
	all := map[int]process{}
	folder, err := os.Open("/proc")
	if err != nil {
		return all
	}
	defer folder.Close()
	names, _ := folder.Readdirnames(-1)
	for _, name := range names {
		if pid, err := strconv.Atoi(name); err == nil {
			if p, ok := readProcess(pid); ok && !p.over {
				all[pid] = p
			}
		}
	}
	return all
}

// readProcess reads about one process.
func readProcess(pid int) (process, bool) {
	text, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return process{}, false
	}
	return parseStat(text)
}

// Places in /proc/PID/stat behind the name, which may hold anything; see proc(5).
const (
	statState, statParent, statGroup, statThreads, statStarted = 0, 1, 2, 17, 19
)

// parseStat reads a line of /proc/PID/stat.
func parseStat(text []byte) (process, bool) {
	fields := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
	if len(fields) <= statStarted {
		return process{}, false
	}
	number := func(i int) int { n, _ := strconv.Atoi(string(fields[i])); return n }
	started, err := strconv.ParseUint(string(fields[statStarted]), 10, 64)
	if err != nil {
		return process{}, false
	}
	state := fields[statState][0]
	return process{
		parent: number(statParent), group: number(statGroup), started: started,
		// As long as a thread lives, so do the files that the process holds.
		over: (state == 'Z' || state == 'X') && number(statThreads) <= 1,
	}, true
}
