package target_test

import (
	"bytes"
	"errors"
	"math/rand"
	"os"
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"lethe/engine/quantity"
	"lethe/engine/target"
)

func TestEdges(t *testing.T) {
	for _, row := range []struct {
		start, size quantity.Bytes
		want        []target.Region
	}{
		{0, 64 * quantity.MiB, []target.Region{{Start: 0, Size: quantity.MiB}, {Start: 63 * quantity.MiB, Size: quantity.MiB}}},
		{5, 2*quantity.MiB + 1, []target.Region{{Start: 5, Size: quantity.MiB}, {Start: quantity.MiB + 6, Size: quantity.MiB}}},
		{5, 2 * quantity.MiB, []target.Region{{Start: 5, Size: 2 * quantity.MiB}}},
		{5, 512, []target.Region{{Start: 5, Size: 512}}},
		{5, 0, []target.Region{{Start: 5, Size: 0}}},
	} {
		if got := target.Edges(row.start, row.size); !reflect.DeepEqual(got, row.want) {
			t.Errorf("Edges(%d, %d) = %v", row.start, row.size, got)
		}
	}
}

func TestClearAndRestoreAreExact(t *testing.T) {
	held := open(t, image(t, false), 512).Disk()
	rapid.Check(t, func(t *rapid.T) {
		const length = 64 << 10
		before := make([]byte, length)
		rand.New(rand.NewSource(rapid.Int64().Draw(t, "seed"))).Read(before)
		if _, err := held.WriteAt(before, 0); err != nil {
			t.Fatal(err)
		}
		regions := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) target.Region { // they may overlap
			start := rapid.Uint64Range(0, length-1).Draw(t, "start")
			return target.Region{Start: quantity.Bytes(start), Size: quantity.Bytes(rapid.Uint64Range(0, length-start).Draw(t, "size"))}
		}), 0, 8).Draw(t, "regions")
		saved, err := target.Save(held, regions)
		if err != nil {
			t.Fatal(err)
		}
		if err := target.Clear(held, regions); err != nil {
			t.Fatal(err)
		}
		want := bytes.Clone(before)
		for _, r := range regions {
			clear(want[r.Start : r.Start+r.Size])
		}
		expect(t, held, want, "clearing")
		if err := saved.Restore(held); err != nil {
			t.Fatal(err)
		}
		expect(t, held, before, "restoring")
	})
}

// expect compares the start of a file.
func expect(t *rapid.T, f *os.File, want []byte, what string) {
	got := make([]byte, len(want))
	if _, err := f.ReadAt(got, 0); err != nil || !bytes.Equal(got, want) {
		t.Fatalf("%s was not exact: %v", what, err)
	}
}

func TestSaveRefuses(t *testing.T) {
	held := open(t, image(t, false), 512).Disk()
	if _, err := target.Save(held, []target.Region{{Start: 0, Size: 12 * quantity.MiB}, {Start: 1, Size: 12*quantity.MiB + 1}}); !errors.Is(err, target.ErrTooLarge) {
		t.Errorf("too large: %v", err)
	}
	if _, err := target.Save(held, []target.Region{{Start: 0, Size: 12 * quantity.MiB}, {Start: 0, Size: 12 * quantity.MiB}}); err != nil {
		t.Errorf("just not too large: %v", err)
	}
	if _, err := target.Save(held, []target.Region{{Start: 16*quantity.MiB - 1, Size: 2}}); err == nil {
		t.Error("bytes past the end were saved")
	}
}

func TestClearMakesHoles(t *testing.T) {
	path := image(t, true)
	held := open(t, path, 512)
	before := blocks(t, path)
	if err := target.Clear(held.Disk(), []target.Region{{Start: quantity.MiB, Size: 8 * quantity.MiB}}); err != nil {
		t.Fatal(err)
	}
	if freed := before - blocks(t, path); freed < 8<<20-64<<10 {
		t.Errorf("only %d bytes were freed", freed)
	}
}
