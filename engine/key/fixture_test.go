package key

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// small fits, with its payload, into what an ordinary user may lock.
const small = 2 * quantity.MiB

const typed = "correct horse battery staple"

// quick is a derivation that takes no time.
var quick = command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}

func container() command.Container {
	return command.Container{UUID: "11111111-2222-4333-8444-555555555555", SectorSize: 512, DataOffset: small, KDF: quick}
}

// planFor makes plans that differ in their LUKS UUID and the path of their disk.
func planFor(number int, kdf command.KDF) plan.Plan {
	c := container()
	return plan.Plan{
		KDF: kdf, Wishes: config.Config{Version: config.Version},
		Layout: layout.Layout{LUKS: &layout.LUKS{UUID: fmt.Sprintf("%08d-2222-4333-8444-555555555555", number), SectorSize: c.SectorSize, DataOffset: c.DataOffset}},
	}
}

// secretOf is a passphrase that the test wipes.
func secretOf(t testing.TB, text string) *secret.Secret {
	t.Helper()
	s := secret.New([]byte(text))
	t.Cleanup(s.Wipe)
	return s
}

// partition makes a file of noise that stands for a partition.
func partition(t testing.TB, size quantity.Bytes) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "partition")
	noise := make([]byte, size)
	for i := range noise {
		noise[i] = byte(i*7 + i>>11)
	}
	if err := os.WriteFile(path, noise, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// real runs the real cryptsetup, and counts.
func real(calls *atomic.Int64) *tooltest.Runner {
	return tooltest.New().On(func(ctx context.Context, call tool.Call) (tool.Result, error) {
		calls.Add(1)
		return tool.Exec{}.Run(ctx, call)
	}, "cryptsetup")
}

// lockable tells whether this user may lock enough memory; where not, nothing is made ahead.
func lockable(t testing.TB) bool {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_MEMLOCK, &limit); err != nil {
		t.Fatal(err)
	}
	return os.Geteuid() == 0 || limit.Cur >= uint64(small+payload+quantity.MiB)
}

// busy is a meter of a machine where others keep so many processors busy.
func busy(processors *atomic.Int64) Meter {
	return func() func() (float64, error) {
		return func() (float64, error) { return float64(processors.Load()), nil }
	}
}
