package widget

import (
	"fmt"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// planned is the walkthrough's layout on a disk of so many GiB.
func planned(gib uint64) MapData {
	total := quantity.Sectors(gib << 21)
	espEnd, swapEnd := quantity.Sectors(2048+1<<21), quantity.Sectors(2048+1<<21+8<<21)
	end := (total - 2048) / 2048 * 2048
	grain := layout.Grain{Optimal: 2048, Minimum: 8}
	edge := func(sector quantity.Sectors) Boundary { return Boundary{Sector: sector, Level: layout.Aligned} }
	data := MapData{
		SectorSize: 512, DiskSectors: total, Grain: grain,
		Blocks: []Block{
			{ID: "esp", Kind: KindESP, Name: "ESP", SizeText: "1 GiB", Detail: "Holds the boot loader and kernels.", First: 2048, Last: espEnd - 1},
			{ID: "swap", Kind: KindSwap, Name: "swap", SizeText: "8 GiB", Detail: "Encrypted with a new random key at every boot.", First: espEnd, Last: swapEnd - 1, Encrypted: true},
			{ID: "nix", Kind: KindNix, Name: "nix", SizeText: sizeOf(swapEnd, end), Detail: "ext4 with the Nix store and what persists.", First: swapEnd, Last: end - 1, Encrypted: true},
		},
		Boundaries: []Boundary{edge(2048), edge(espEnd), edge(swapEnd), edge(end)},
	}
	data.Boundaries[1].Movable, data.Boundaries[1].Least, data.Boundaries[1].Most, data.Boundaries[1].Step = true, 2048+1<<20, swapEnd-1<<20, 2048
	data.Boundaries[2].Movable, data.Boundaries[2].Least, data.Boundaries[2].Most, data.Boundaries[2].Step = true, espEnd+1<<20, end-8<<21, 2048
	return data
}

func sizeOf(first, end quantity.Sectors) string {
	return quantity.SectorSize(512).Of(end - first).Human()
}

// odd is a RAID whose grain is no power of two, with a boundary of every level.
func odd() MapData {
	data := planned(40)
	data.Grain = layout.Grain{Optimal: 384, Minimum: 128}
	data.Boundaries[0].Level, data.Boundaries[2].Level = layout.Minimal, layout.Misaligned
	for i := range data.Blocks {
		data.Blocks[i].Encrypted = false
	}
	return data
}

// crowded is a disk as it may be found: many partitions, most of them tiny, and free space.
func crowded() MapData {
	data := MapData{SectorSize: 512, DiskSectors: 4 << 31, Grain: layout.Grain{Optimal: 2048, Minimum: 8}}
	next := quantity.Sectors(2048)
	add := func(kind Kind, name string, mib uint64) {
		last := next + quantity.Sectors(mib*2048) - 1
		data.Blocks = append(data.Blocks, Block{
			ID: fmt.Sprint(len(data.Blocks)), Kind: kind, Name: name, First: next, Last: last,
			SizeText: quantity.Bytes(mib << 20).Human(),
		})
		data.Boundaries = append(data.Boundaries, Boundary{Sector: next, Level: layout.Aligned})
		next = last + 1
	}
	add(KindESP, "EFI system partition", 100)
	add(KindOther, "Microsoft reserved", 16)
	add(KindOther, "Windows (ntfs “Acer”)", 1<<20)
	add(KindOther, "Recovery", 600)
	add(KindLUKS, "LUKS container", 512<<10)
	add(KindSwap, "swap", 16<<10)
	add(KindFree, "free", 200<<10)
	add(KindOther, "A very long label which somebody typed in 2009 and forgot", 300<<10)
	return data
}

// payload adds where the content of the encrypted nix begins: so near to swap|nix that the glyphs of both have no room.
func payload(data MapData) MapData {
	data.Boundaries = append(data.Boundaries, Boundary{Sector: data.Blocks[2].First + 1<<15, Level: layout.Aligned})
	return data
}

// installing is a layout half carried out.
func installing() MapData {
	data := planned(40)
	data.Blocks[0].State, data.Blocks[1].State = Done, Waiting
	data.Blocks[2].State, data.Blocks[2].Progress = Working, 0.42
	return data
}

func TestMapPictures(t *testing.T) {
	failed := installing()
	failed.Blocks[2].State = Failed
	for name, c := range map[string]struct {
		setting
		data     MapData
		readOnly bool
	}{
		"map-light":      {light(840, 240), planned(40), false},
		"map-dark":       {setting{theme.VariantDark, 1, fyne.NewSize(840, 240)}, planned(40), false},
		"map-light-2x":   {setting{theme.VariantLight, 2, fyne.NewSize(840, 240)}, planned(40), false},
		"map-payload":    {light(840, 240), payload(planned(2048)), false},
		"map-payload-2x": {setting{theme.VariantDark, 2, fyne.NewSize(840, 240)}, payload(planned(2048)), false},
		"map-2tib":       {light(840, 240), planned(2048), false},
		"map-narrow":     {light(256, 400), planned(40), false},
		"map-wide":       {light(1800, 240), planned(2048), false},
		"map-odd":        {light(840, 240), odd(), false},
		"map-odd-dark":   {setting{theme.VariantDark, 1, fyne.NewSize(840, 240)}, odd(), false},
		"map-crowded":    {light(840, 300), crowded(), true},
		"map-installing": {light(840, 240), installing(), true},
		"map-failed":     {setting{theme.VariantDark, 1, fyne.NewSize(840, 240)}, failed, true},
		"map-empty":      {light(840, 240), MapData{SectorSize: 512, DiskSectors: 1 << 30}, true},
	} {
		t.Run(name, func(t *testing.T) {
			var m *PartitionMap
			canvas := open(t, c.setting, func() fyne.CanvasObject {
				m = newMap(c.data, c.readOnly)
				m.OnMove = func(int, quantity.Sectors) {}
				return m
			})
			if name == "map-odd" {
				m.SetHighlighted("nix")
				m.point(mapItem{boundaryItem, 0})
			}
			if name == "map-dark" {
				canvas.Focus(m.grips[2])
			}
			golden(t, name, canvas)
		})
	}
}
