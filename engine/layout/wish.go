package layout

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"lethe/engine/config"
	"lethe/engine/quantity"
)

// Limits on what can be asked for.
const (
	// LeastDisk is the smallest disk that holds an ESP, swap and a system that can rebuild itself.
	LeastDisk = 12 * quantity.GiB
	// LeastNix is the least that must remain for /nix, which holds every generation and all persistent data.
	LeastNix = 8 * quantity.GiB
	// LeastESP holds a FAT32 of 4 KiB clusters, which needs at least 65525 of them, with both its tables.
	LeastESP = 260 * quantity.MiB
	// MostESP is above any real use; more is a slip of the finger.
	MostESP = 16 * quantity.GiB
	// LeastSwap is ten pages of 4 KiB, the least that mkswap takes.
	LeastSwap = 40 * quantity.KiB
)

// wish is the part of the user's configuration that shapes the disk, with every default filled in.
type wish struct {
	esp, swap quantity.Bytes // swap is 0 with config.SwapNone
	mode      config.SwapMode
	encrypt   bool
	discards  bool
	tmpfs     string
	notes     []string
}

// resolve fills in what the user left open and refuses what cannot be, before any sector is counted.
func resolve(cfg config.Config, disk, memory quantity.Bytes) (wish, error) {
	w := wish{encrypt: cfg.Encryption.Enable, discards: cfg.Encryption.AllowDiscards}
	if fs := cfg.Disk.Filesystem; fs != "" && fs != "ext4" {
		return wish{}, fmt.Errorf("cannot plan file system %q: only ext4 is known: write ext4 or leave it out", fs)
	}
	var err error
	if w.esp, err = resolveESP(cfg.Disk.ESP, disk); err != nil {
		return wish{}, err
	}
	if w.mode, err = resolveMode(cfg.Swap, w.encrypt); err != nil {
		return wish{}, err
	}
	if err = w.sizeSwap(cfg.Swap.Size, disk, memory); err != nil {
		return wish{}, err
	}
	w.tmpfs, err = resolveTmpfs(cfg.Disk.Tmpfs)
	return w, err
}

func resolveESP(size, disk quantity.Bytes) (quantity.Bytes, error) {
	switch {
	case size == 0 && disk < 32*quantity.GiB:
		return 512 * quantity.MiB, nil
	case size == 0:
		return quantity.GiB, nil
	case size < LeastESP:
		return 0, fmt.Errorf("cannot plan an ESP of %s: FAT32 with 4 KiB clusters needs at least %s: wish for 1GiB, or leave it out", size, LeastESP)
	case size > MostESP:
		return 0, fmt.Errorf("cannot plan an ESP of %s: more than %s is never needed: wish for 1GiB, or leave it out", size, MostESP)
	}
	return size, nil
}

func resolveMode(swap config.Swap, encrypt bool) (config.SwapMode, error) {
	switch swap.Mode {
	case config.SwapAuto:
		if encrypt {
			return config.SwapRandomKey, nil
		}
		return config.SwapPlain, nil
	case config.SwapPlain:
		if encrypt && !swap.KeepPlain {
			return "", errors.New("cannot plan plain swap beside encryption: passwords and open files in memory would reach the disk " +
				"unencrypted: wish for random-key swap, or accept it with keep_plain = true")
		}
		return swap.Mode, nil
	case config.SwapNone, config.SwapRandomKey:
		return swap.Mode, nil
	}
	return "", fmt.Errorf("cannot plan swap of mode %q: there is none, plain and random-key: choose one of them", swap.Mode)
}

// sizeSwap sets the size of swap: the user's, or memory clamped to 2–8 GiB and at most 10 % of the disk.
func (w *wish) sizeSwap(size, disk, memory quantity.Bytes) error {
	switch {
	case w.mode == config.SwapNone:
		if size != 0 {
			w.notes = append(w.notes, fmt.Sprintf("The swap size of %s is ignored, because the swap mode is none.", size.Human()))
		}
	case size != 0 && size < LeastSwap:
		return fmt.Errorf("cannot plan swap of %s: mkswap needs at least %s: wish for more, or for swap mode none", size, LeastSwap)
	case size != 0:
		w.swap = size
	default:
		w.swap = min(max(memory, 2*quantity.GiB), 8*quantity.GiB)
		w.swap += (quantity.MiB - w.swap%quantity.MiB) % quantity.MiB
		if most := disk / 10 / quantity.MiB * quantity.MiB; w.swap > most {
			w.notes = append(w.notes, fmt.Sprintf("Swap is %s instead of %s, so that it takes no more than 10 %% of the disk.", most.Human(), w.swap.Human()))
			w.swap = most
		}
	}
	return nil
}

// tmpfsSize is what tmpfs takes as size=: a percentage, or a number with one of the kernel's suffixes.
var tmpfsSize = regexp.MustCompile(`^([1-9][0-9]?|100)%$|^[1-9][0-9]{0,18}[KMGTP]?$`)

// resolveTmpfs turns the wish into mount(8)'s words: the kernel knows 4G but not 4GiB.
func resolveTmpfs(text string) (string, error) {
	if text == "" {
		return "25%", nil
	}
	if strings.HasSuffix(text, "%") {
		if !tmpfsSize.MatchString(text) {
			return "", fmt.Errorf("cannot plan a tmpfs of %.32q: a percentage is 1%% to 100%% of memory: write 25%%, or a size such as 4GiB", text)
		}
		return text, nil
	}
	size, err := quantity.ParseBytes(text)
	if err != nil {
		return "", fmt.Errorf("cannot plan the tmpfs root: %w", err)
	}
	if size < 64*quantity.MiB || size > quantity.PiB {
		return "", fmt.Errorf("cannot plan a tmpfs of %s: it must hold a root, 64MiB to 1PiB: write 25%%, or a size such as 4GiB", size)
	}
	if short, ok := strings.CutSuffix(size.String(), "iB"); ok {
		return short, nil
	}
	return strconv.FormatUint(uint64(size), 10), nil
}
