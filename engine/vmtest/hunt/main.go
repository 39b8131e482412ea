//go:build vm

// Command hunt searches a guest for secrets: in folders, in block devices, and in the memory of processes.
//
//	hunt FILE=NAME… -- PATH… pid:PID…
//
// Each FILE holds a secret called NAME. It prints what it found where, one a line, and last how much it searched. Memory that is
// locked and kept from dumps is where the engine keeps secrets on purpose; what is found there is printed as "locked".
package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"lethe/engine/secret/secrettest"
)

func main() {
	secrets, places := map[string]string{}, []string{}
	for i, arg := range os.Args[1:] {
		if arg == "--" {
			places = os.Args[i+2:]
			break
		}
		file, name, _ := strings.Cut(arg, "=")
		text, err := os.ReadFile(file)
		if err != nil {
			fmt.Println("PROBLEM", err)
			os.Exit(1)
		}
		secrets[name] = string(text)
	}
	needles := secrettest.NewNeedles(secrets)
	searched, problem := 0, false
	for _, place := range places {
		n, err := search(needles, place)
		searched += n
		if err != nil {
			fmt.Println("PROBLEM", place, err)
			problem = true
		}
	}
	fmt.Println("SEARCHED", searched)
	if problem {
		os.Exit(1)
	}
}

// search prints what a place holds, and counts files or memory regions.
func search(needles secrettest.Needles, place string) (int, error) {
	if pid, ok := strings.CutPrefix(place, "pid:"); ok {
		return memory(needles, pid)
	}
	info, err := os.Stat(place)
	switch {
	case err != nil:
		return 0, err
	case info.IsDir():
		found, files, err := needles.Below(place, nil)
		for _, where := range found {
			fmt.Println("FOUND", where)
		}
		return files, err
	}
	f, err := os.Open(place)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	names, err := needles.Stream(f)
	for _, name := range names {
		fmt.Println("FOUND", place, "holds the", name)
	}
	return 1, err
}

// region is a stretch of a process's memory.
type region struct {
	from, to uint64
	line     string
	locked   bool
}

// memory searches all memory that a process can write.
func memory(needles secrettest.Needles, pid string) (int, error) {
	regions, err := writable(pid)
	if err != nil {
		return 0, err
	}
	mem, err := os.Open(filepath.Join("/proc", pid, "mem"))
	if err != nil {
		return 0, err
	}
	defer mem.Close()
	for _, r := range regions {
		names, err := needles.Stream(io.NewSectionReader(mem, int64(r.from), int64(r.to-r.from)))
		if err != nil && !errors.Is(err, os.ErrInvalid) {
			continue // a region that went away or cannot be read, such as the kernel's own
		}
		word := "FOUND"
		if r.locked {
			word = "locked"
		}
		for _, name := range names {
			fmt.Println(word, "in memory of process", pid, r.line, "the", name)
		}
	}
	return len(regions), nil
}

// writable lists what a process can write to.
func writable(pid string) ([]region, error) {
	f, err := os.Open(filepath.Join("/proc", pid, "smaps"))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var list []region
	for lines := bufio.NewScanner(f); lines.Scan(); {
		var r region
		var mode string
		if n, _ := fmt.Sscanf(lines.Text(), "%x-%x %s ", &r.from, &r.to, &mode); n == 3 {
			r.line = lines.Text()
			list = append(list, r)
		}
		if flags, ok := strings.CutPrefix(lines.Text(), "VmFlags: "); ok && len(list) > 0 {
			last := &list[len(list)-1]
			last.locked = strings.Contains(flags+" ", "lo ") && strings.Contains(flags+" ", "dd ")
			if !strings.Contains(flags+" ", "wr ") {
				list = list[:len(list)-1]
			}
		}
	}
	return list, nil
}
