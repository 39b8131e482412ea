package step

import (
	"context"
	"errors"
	"fmt"

	"github.com/diskfs/go-diskfs/backend/file"
	"github.com/diskfs/go-diskfs/partition/gpt"

	"lethe/engine/layout"
)

// partition writes the GPT: built in memory, checked, then written in one go that a cancel does not interrupt.
type partition struct{}

// Do writes the table and reads it back.
func (*partition) Do(ctx context.Context, e *Env) error {
	l := e.Plan.Layout
	if err := l.Check(); err != nil {
		return err
	}
	if err := context.Cause(ctx); err != nil {
		return err
	}
	disk := e.Target.Disk()
	storage, err := file.New(disk, false).Writable()
	if err != nil {
		return fmt.Errorf("cannot write partition table to %s: %w", e.Target.Path(), err)
	}
	e.Mark(Incomplete)
	err = e.Target.Exclusive(ctx, func() error {
		return errors.Join(table(l).Write(storage, int64(e.Plan.Target.Bytes)), disk.Sync())
	})
	if err != nil {
		return fmt.Errorf("cannot write partition table to %s: %w", e.Target.Path(), err)
	}
	e.Log("Wrote a GPT with %d partitions.", len(l.Partitions))
	if err := readBack(e); err != nil {
		return err
	}
	return e.Target.Reread(ctx, l.Partitions)
}

// Undo leaves the table to the undo of wipe, whose saved regions hold the old one.
func (*partition) Undo(context.Context, *Env) error { return nil }

// table builds the GPT in memory.
func table(l layout.Layout) *gpt.Table {
	t := &gpt.Table{
		GUID:              l.DiskGUID,
		LogicalSectorSize: int(l.SectorSize), PhysicalSectorSize: int(l.SectorSize),
		ProtectiveMBR: true,
	}
	for _, p := range l.Partitions {
		t.Partitions = append(t.Partitions, &gpt.Partition{
			Index: p.Number, Start: uint64(p.First), End: uint64(p.Last),
			Size: uint64(l.Size(p)),
			Type: gpt.Type(p.Type), Name: p.Name, GUID: p.PartUUID, Attributes: p.Attributes,
		})
	}
	return t
}

// readBack makes sure at once that the table is there; other tools look at it at the end.
func readBack(e *Env) error {
	l := e.Plan.Layout
	read, err := gpt.Read(file.New(e.Target.Disk(), true), int(l.SectorSize), int(l.SectorSize))
	if err != nil {
		return fmt.Errorf("cannot read partition table back from %s: %w", e.Target.Path(), err)
	}
	if read.RecoveredFromBackup {
		return errors.New("cannot read partition table back: the first copy is damaged")
	}
	found := 0
	for _, p := range read.Partitions {
		if p.Type != gpt.Unused {
			found++
		}
	}
	if found != len(l.Partitions) {
		return fmt.Errorf("cannot read partition table back from %s: it has %d partitions instead of %d", e.Target.Path(), found, len(l.Partitions))
	}
	return nil
}
