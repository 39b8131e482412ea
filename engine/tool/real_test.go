package tool_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/quantity"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// blank makes an empty sparse file.
func blank(t *testing.T, size int64) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}
	return path
}

// must runs a program that has to succeed.
func must(t *testing.T, c command.Command) {
	t.Helper()
	if _, err := (tool.Exec{}).Run(t.Context(), tool.Call{Command: c}); err != nil {
		t.Fatal(err)
	}
}

func TestReadTableOfARealImage(t *testing.T) {
	path := blank(t, 16<<20)
	entry := command.Entry{First: 2048, Sectors: 4096, Type: "c12a7328-f81f-11d2-ba4b-00a0c93ec93b", UUID: containerUUID, Name: "ESP", NoAuto: true}
	must(t, command.WriteTable(path, "22222222-2222-4333-8444-555555555555", 512, true, 34, 32734, []command.Entry{entry}))
	table, err := tool.ReadTable(t.Context(), tool.Exec{}, path, 512, true)
	if err != nil || table.Label != "gpt" || table.ID != "22222222-2222-4333-8444-555555555555" || len(table.Partitions) != 1 {
		t.Fatalf("got %+v, %v", table, err)
	}
	want := tool.TableEntry{Start: 2048, Size: 4096, Type: entry.Type, UUID: entry.UUID, Name: "ESP", Attrs: "GUID:63"}
	if table.Partitions[0] != want {
		t.Errorf("got %+v", table.Partitions[0])
	}
	if _, err := tool.ReadTable(t.Context(), tool.Exec{}, blank(t, 1<<20), 512, true); err == nil {
		t.Error("a blank image has a table")
	}
	if _, err := tool.ReadTable(t.Context(), tool.Exec{}, path+"x", 4096, true); err == nil {
		t.Error("a missing image has a table")
	}
}

func TestProbe(t *testing.T) {
	blkid := tool.Blkid{Runner: tool.Exec{}}
	path := blank(t, 8<<20)
	probe := func(start, size quantity.Bytes, want device.Content) {
		t.Helper()
		if got, err := blkid.Probe(t.Context(), path, start, size); err != nil || got != want {
			t.Errorf("at %d: %+v, %v", start, got, err)
		}
	}
	probe(0, 8<<20, device.Content{})
	for _, label := range []string{"nixos", "a $(b) `c` d", `q"'\z`, "Größe"} {
		must(t, command.MakeExt4(path, label, containerUUID, containerUUID, 0))
		probe(0, 8<<20, device.Content{Type: "ext4", Label: label, UUID: containerUUID})
	}
	probe(4<<20, 4<<20, device.Content{})
	for what, row := range map[string]struct {
		path  string
		start quantity.Bytes
	}{"a file that is not there": {path + "x", 0}, "a range past the end": {path, 8 << 20}, "a folder": {filepath.Dir(path), 0}} {
		if got, err := blkid.Probe(t.Context(), row.path, row.start, 4096); err == nil {
			t.Errorf("%s reads as %+v", what, got)
		}
	}
}

func TestProbeNeverTakesAFailureForBlank(t *testing.T) {
	got, err := tool.Blkid{Runner: tooltest.New().On(tooltest.Fails(2, ""), "blkid")}.Probe(t.Context(), blank(t, 512), 0, 512)
	if err != nil || got != (device.Content{}) {
		t.Errorf("nothing there: %+v, %v", got, err)
	}
	for _, code := range []int{1, 4, 8, 127} {
		if _, err := (tool.Blkid{Runner: tooltest.New().On(tooltest.Fails(code, "I/O error"), "blkid")}).Probe(t.Context(), "/x", 0, 512); err == nil {
			t.Errorf("code %d is taken for an answer", code)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (tool.Blkid{Runner: tool.Exec{}}).Probe(ctx, "/x", 0, 512); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
