package verify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/partition/gpt"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/tool"
	"lethe/engine/verify"
)

// variant is a kind of layout that images are made for.
type variant struct {
	sector  quantity.SectorSize
	encrypt bool // with random-key swap, else plain swap
}

func (v variant) String() string { return fmt.Sprintf("sector=%d,encrypt=%v", v.sector, v.encrypt) }

var variants = []variant{{512, false}, {512, true}, {4096, false}, {4096, true}}

// finished is an image that is as planned.
type finished struct {
	path   string
	layout layout.Layout
}

var (
	templates     = map[variant]finished{}
	templatesLock sync.Mutex
	folder        string
)

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "lethe-verify-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	_ = os.RemoveAll(folder) // a leftover in the temporary folder is no failure
	os.Exit(code)
}

// fresh is a copy of a finished image, which is made once for each variant.
func fresh(t *testing.T, v variant) finished {
	t.Helper()
	templatesLock.Lock()
	defer templatesLock.Unlock()
	from, ok := templates[v]
	if !ok {
		from = build(t, v)
		templates[v] = from
	}
	to := filepath.Join(t.TempDir(), "disk.img")
	copyFile(t, from.path, to)
	l := from.layout
	l.Partitions = append([]layout.Partition(nil), l.Partitions...)
	return finished{to, l}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	if out, err := exec.Command("cp", "--sparse=always", from, to).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
}

// build makes an image with other tools than the engine's own: sfdisk where it can, and every mkfs by hand.
func build(t *testing.T, v variant) finished {
	t.Helper()
	blank := plantest.Blank(t)
	f := finished{filepath.Join(folder, v.String()), plantest.Plan(t, blank, v.sector, plantest.Wishes(v.encrypt, "")).Layout}
	copyFile(t, blank, f.path)
	f.writeTable(t, f.layout)
	for _, p := range f.layout.Partitions {
		switch {
		case p.Role == layout.ESP:
			f.remake(t, p, func(path string) command.Command { return command.MakeFAT(path, p.Label, p.UUID, v.sector) })
		case p.Role == layout.Swap && p.Filesystem != "":
			f.remake(t, p, func(path string) command.Command { return command.MakeSwap(path, p.Label, p.UUID) })
		case p.Role == layout.Nix && v.encrypt:
			f.remake(t, p, func(path string) command.Command { return command.FormatLUKS(path, f.container()) })
		case p.Role == layout.Nix:
			f.remake(t, p, func(path string) command.Command {
				return command.MakeExt4(path, p.Label, p.UUID, p.PartUUID, f.layout.Size(p))
			})
		}
	}
	return f
}

// container is the planned one.
func (f finished) container() command.Container {
	c := f.layout.LUKS
	return command.Container{UUID: c.UUID, SectorSize: c.SectorSize, DataOffset: c.DataOffset, KDF: plantest.Quick}
}

// writeTable writes the table of l: with sfdisk at 512 bytes; it cannot do images of 4096 before util-linux 2.39.
func (f finished) writeTable(t *testing.T, l layout.Layout) {
	t.Helper()
	if l.SectorSize != 512 {
		f.forgeTable(t, l)
		return
	}
	var entries []command.Entry
	for _, p := range l.Partitions {
		entries = append(entries, command.Entry{First: p.First, Sectors: p.Sectors(), Type: p.Type, UUID: p.PartUUID, Name: p.Name, NoAuto: p.Attributes != 0})
	}
	plantest.Run(t, command.WriteTable(f.path, l.DiskGUID, l.SectorSize, true, l.FirstUsable, l.LastUsable, entries))
}

// forgeTable writes a table and nothing else, whatever it says.
func (f finished) forgeTable(t *testing.T, l layout.Layout) {
	t.Helper()
	table := &gpt.Table{GUID: l.DiskGUID, LogicalSectorSize: int(l.SectorSize), PhysicalSectorSize: int(l.SectorSize), ProtectiveMBR: true}
	for _, p := range l.Partitions {
		table.Partitions = append(table.Partitions, &gpt.Partition{
			Index: p.Number, Start: uint64(p.First), End: uint64(p.Last), Size: uint64(l.SectorSize.Of(p.Sectors())),
			Type: gpt.Type(p.Type), Name: p.Name, GUID: p.PartUUID, Attributes: p.Attributes,
		})
	}
	disk, err := os.OpenFile(f.path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	storage, err := file.New(disk, false).Writable()
	if err == nil {
		err = table.Write(storage, int64(plantest.Size))
	}
	if err := errors.Join(err, disk.Close()); err != nil {
		t.Fatal(err)
	}
}

// remake lets a real program fill a partition anew.
func (f finished) remake(t *testing.T, p layout.Partition, make func(path string) command.Command) {
	t.Helper()
	held, err := target.OpenImage(f.path, f.layout.SectorSize)
	if err != nil {
		t.Fatal(err)
	}
	err = held.Partition(t.Context(), p, target.Making, func(path string) error {
		c := make(path)
		call := tool.Call{Command: c}
		if c.Secret != "" {
			call.Secret = secret.New([]byte(plantest.Passphrase))
		}
		_, err := tool.Exec{}.Run(t.Context(), call)
		return err
	})
	if err := errors.Join(err, held.Release()); err != nil {
		t.Fatal(err)
	}
}

// overwrite changes bytes of a partition.
func (f finished) overwrite(t *testing.T, role layout.Role, at quantity.Bytes, data string) {
	t.Helper()
	p, ok := f.layout.Find(role)
	if !ok {
		t.Fatalf("there is no %s", role)
	}
	f.write(t, f.layout.SectorSize.Of(p.First)+at, data)
}

// write changes bytes of the image.
func (f finished) write(t *testing.T, at quantity.Bytes, data string) {
	t.Helper()
	disk, err := os.OpenFile(f.path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, err = disk.WriteAt([]byte(data), int64(at))
	if err := errors.Join(err, disk.Close()); err != nil {
		t.Fatal(err)
	}
}

// verified reads the image back and compares it with the plan.
func (f finished) verified(t *testing.T, ctx context.Context, planned layout.Layout, passphrase *secret.Secret) verify.Report {
	t.Helper()
	held, err := target.ReadImage(f.path, planned.SectorSize)
	if err != nil {
		t.Fatal(err)
	}
	var told []verify.Check
	report := verify.Run(ctx, verify.Input{
		Tools: tool.Exec{}, Target: held, Layout: planned, Passphrase: passphrase, Each: func(c verify.Check) { told = append(told, c) },
	})
	if err := held.Release(); err != nil {
		t.Error(err)
	}
	if len(told) != len(report.Checks) {
		t.Errorf("%d checks were told of and %d reported", len(told), len(report.Checks))
	}
	for _, c := range report.Checks {
		if c.Name == "" || c.By == "" || c.Detail == "" || strings.Contains(c.Detail, plantest.Passphrase) {
			t.Errorf("a check is not fit to show: %+v", c)
		}
	}
	return report
}

func typed() *secret.Secret { return secret.New([]byte(plantest.Passphrase)) }
