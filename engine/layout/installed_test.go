package layout_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
)

func TestInstalledKnowsEveryLayout(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		for _, swap := range []config.SwapMode{config.SwapNone, config.SwapPlain, config.SwapRandomKey} {
			for name, change := range map[string]func(d *device.Disk){
				"as it was made": func(*device.Disk) {},
				"one more":       func(d *device.Disk) { d.Partitions = append(d.Partitions, device.Partition{Number: 9, Label: "data"}) },
				"sorted anew":    func(d *device.Disk) { slices.Reverse(d.Partitions) },
				"swap is gone": func(d *device.Disk) {
					d.Partitions = slices.Concat(d.Partitions[:1], d.Partitions[len(d.Partitions)-1:])
				},
				"a new label": func(d *device.Disk) { d.Partitions[len(d.Partitions)-1].Content.Label = "" },
			} {
				t.Run(fmt.Sprint(encrypt, swap, name), func(t *testing.T) {
					d := laid(t, encrypt, swap)
					first, last := d.Partitions[0].PartUUID, d.Partitions[len(d.Partitions)-1].PartUUID
					change(&d)
					esp, nix, encrypted, err := layout.Installed(d)
					if err != nil || encrypted != encrypt || esp.PartUUID != first || nix.PartUUID != last {
						t.Errorf("%v, encrypted %v, %+v, %+v", err, encrypted, esp, nix)
					}
				})
			}
		}
	}
}

func TestInstalledTakesNothingElse(t *testing.T) {
	for name, row := range map[string]struct {
		spoil func(d *device.Disk)
		says  string
	}{
		"blank":         {func(d *device.Disk) { *d = device.Disk{Table: device.Table{Kind: device.TableNone}} }, "no GPT partition table (none)"},
		"MBR":           {func(d *device.Disk) { d.Table.Kind = device.TableMBR }, "no GPT"},
		"damaged":       {func(d *device.Disk) { d.Table.Kind = device.TableDamaged }, "no GPT"},
		"only the ESP":  {func(d *device.Disk) { d.Partitions = d.Partitions[:1] }, "0 partitions that Lethe"},
		"two systems":   {func(d *device.Disk) { d.Partitions = append(d.Partitions, d.Partitions[2]) }, "2 partitions that Lethe"},
		"another name":  {func(d *device.Disk) { d.Partitions[2].Label = "data" }, "0 partitions that Lethe"},
		"another type":  {func(d *device.Disk) { d.Partitions[2].Type = layout.TypeLinux }, "0 partitions that Lethe"},
		"no container":  {func(d *device.Disk) { d.Partitions[2].Content.Type = "ext4" }, "0 partitions that Lethe"},
		"a Windows ESP": {func(d *device.Disk) { d.Partitions[0].Label = "EFI system partition" }, "0 EFI system partitions"},
		"two of them":   {func(d *device.Disk) { d.Partitions = append(d.Partitions, d.Partitions[0]) }, "2 EFI system partitions"},
		"no FAT":        {func(d *device.Disk) { d.Partitions[0].Content = device.Content{} }, "0 EFI system partitions"},
	} {
		t.Run(name, func(t *testing.T) {
			d := laid(t, true, config.SwapPlain)
			row.spoil(&d)
			if _, nix, _, err := layout.Installed(d); err == nil || !strings.Contains(err.Error(), row.says) {
				t.Errorf("%+v: %v", nix, err)
			}
		})
	}
}
