//go:build vm

package vmtest

import (
	"fmt"
	"math/rand/v2"
	"os"

	"lethe/engine/config"
)

// variant is one installation.
type variant struct {
	disk kind
	luks bool
	swap config.SwapMode
}

func (v variant) String() string {
	luks := "open"
	if v.luks {
		luks = "luks"
	}
	return fmt.Sprintf("%s-%s-%s", v.disk.name, luks, v.swap)
}

// cycles are the installations of one guest each, in the order in which they are to begin: the longest first.
//
// The six cover every value, every pair of disk and LUKS, and every pair of LUKS and swap.
func cycles() [][]variant {
	if os.Getenv("LETHE_VM_FULL") != "" {
		return product()
	}
	return [][]variant{
		{{virtio, true, config.SwapRandomKey}, {nvme, false, config.SwapPlain}},
		{{nvme4Kn, true, config.SwapNone}, {oddLie, false, config.SwapRandomKey}},
		{{nvme, true, config.SwapPlain}},
		{{odd, true, config.SwapRandomKey}},
		{{nvme4Kn, false, config.SwapPlain}},
		{{virtio, false, config.SwapNone}},
	}
}

// product is everything there is, two installations to a guest.
func product() [][]variant {
	var all []variant
	for _, disk := range []kind{virtio, nvme, nvme4Kn, odd, oddLie} {
		for _, luks := range []bool{true, false} {
			for _, swap := range []config.SwapMode{config.SwapNone, config.SwapPlain, config.SwapRandomKey} {
				all = append(all, variant{disk, luks, swap})
			}
		}
	}
	var guests [][]variant
	for i := range len(all) / 2 {
		guests = append(guests, []variant{all[i], all[len(all)-1-i]})
	}
	return guests
}

// pick gives one of a list.
func pick[T any](r *rand.Rand, list ...T) T { return list[r.IntN(len(list))] }
