// Benchmark measures the rehearsal beside the walkthrough's own commands on the same kind of image, interleaved in one
// run, and prints medians and their ratio. It also prints the engine's own share (the time in which no child runs)
// and its peak memory, how long an installation takes to its first write, and what the persist explorer's
// scan costs beside rsync's. Absolute times mean nothing beyond the machine they were taken on.
package main

import (
	"bytes"
	_ "embed"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"lethe/engine/command"
)

//go:embed walkthrough.sh
var walkthrough string

const passphrase = "correct horse battery staple"

// strengths are the key derivations that both sides use.
var strengths = []struct {
	name string
	kdf  command.KDF
}{
	{"quick key (4 passes, 32 KiB)", command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}},
	{"real key (4 passes, 512 MiB, 2 lanes)", command.KDF{Iterations: 4, MemoryKiB: 512 << 10, Lanes: 2}},
}

func main() {
	engine := flag.String("engine", "build/lethe-engine", "the engine's `binary`")
	runs := flag.Int("runs", 7, "pairs of runs")
	files := flag.Int("files", 0, "measure only the persist explorer, on trees of `N` files")
	loop := flag.Bool("bare", false, "look at the trees that are named, and measure nothing")
	threads := flag.Bool("threads", false, "with -bare, look at all of them at the same time")
	flag.Parse()
	measured := func() error { return bench(*engine, *runs) }
	switch {
	case *loop:
		measured = func() error { return bare(flag.Args(), *threads) }
	case *files > 0:
		measured = func() error { return explore(*engine, []int{*files}, *runs) }
	}
	if err := measured(); err != nil {
		fmt.Fprintln(os.Stderr, "benchmark:", err)
		os.Exit(1)
	}
}

func bench(engine string, runs int) error {
	if err := firstByte(runs); err != nil {
		return err
	}
	for _, strength := range strengths {
		var ours, theirs []time.Duration
		var peak int64
		for range runs {
			elapsed, memory, err := rehearse(engine, strength.kdf)
			if err != nil {
				return err
			}
			ours, peak = append(ours, elapsed), max(peak, memory)
			if elapsed, err = walk(strength.kdf); err != nil {
				return err
			}
			theirs = append(theirs, elapsed)
		}
		fmt.Printf("%-40s rehearsal %v, walkthrough %v, ratio %.2f; peak memory of the engine %d MiB\n",
			strength.name, median(ours), median(theirs), float64(median(ours))/float64(median(theirs)), peak>>10)
	}
	if err := ownShare(runs); err != nil {
		return err
	}
	return explore(engine, []int{10_000, 100_000, 1_000_000}, min(runs, 3))
}

// rehearse times one rehearsal and gives the engine's peak resident memory in KiB.
func rehearse(engine string, kdf command.KDF) (time.Duration, int64, error) {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return 0, 0, err
	}
	defer os.RemoveAll(folder)
	cmd := exec.Command(engine, "rehearse", "--preset", "walkthrough", "--kdf", kdf.String(), "--passphrase-file", "-", "--image", filepath.Join(folder, "disk.img"))
	elapsed, err := timed(cmd)
	if err != nil {
		return 0, 0, err
	}
	return elapsed, cmd.ProcessState.SysUsage().(*syscall.Rusage).Maxrss, nil
}

// walk times the walkthrough's commands.
func walk(kdf command.KDF) (time.Duration, error) {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return 0, err
	}
	defer os.RemoveAll(folder)
	args := []string{
		"-c", walkthrough, "walkthrough", folder, "--pbkdf", "argon2id", "--pbkdf-force-iterations", strconv.FormatUint(kdf.Iterations, 10),
		"--pbkdf-memory", strconv.FormatUint(kdf.MemoryKiB, 10), "--pbkdf-parallel", strconv.FormatUint(kdf.Lanes, 10),
	}
	return timed(exec.Command("bash", args...))
}

// timed runs a command with the passphrase on standard input.
func timed(cmd *exec.Cmd) (time.Duration, error) {
	var said bytes.Buffer
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(passphrase), &said, &said
	start := time.Now()
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("cannot run %s: %w\n%s", cmd.Path, err, said.String())
	}
	return time.Since(start), nil
}

// median of a list that is not empty.
func median(times []time.Duration) time.Duration {
	sorted := slices.Sorted(slices.Values(times))
	return sorted[len(sorted)/2].Round(time.Millisecond)
}
