package layout_test

import (
	"fmt"
	"math/rand"
	"testing"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// laid is a disk with a planned layout on it, formatted.
func laid(t *testing.T, encrypt bool, swap config.SwapMode) device.Disk {
	t.Helper()
	blank := device.Disk{
		Identity: device.Identity{Kind: device.KindDisk, Path: "/dev/x", Bytes: 64 * quantity.GiB, Logical: 512},
		Topology: device.Topology{Logical: 512, Physical: 512}, Table: device.Table{Kind: device.TableNone}, Verdict: device.Verdict{State: device.Eligible},
	}
	wishes := config.Config{Version: config.Version, Encryption: config.Encryption{Enable: encrypt}, Swap: config.Swap{Mode: swap, KeepPlain: true}}
	l, err := layout.Build(blank, 8*quantity.GiB, wishes, rand.New(rand.NewSource(1)))
	if err != nil {
		t.Fatal(err)
	}
	d := blank
	d.Table = device.Table{Kind: device.TableGPT, GUID: l.DiskGUID}
	for _, p := range l.Partitions {
		content := device.Content{Type: p.Filesystem, Label: p.Label, UUID: p.UUID}
		if p.Role == layout.Nix && l.LUKS != nil {
			content = device.Content{Type: "crypto_LUKS", UUID: l.LUKS.UUID}
		}
		d.Partitions = append(d.Partitions, device.Partition{Number: p.Number, Type: p.Type, Label: p.Name, PartUUID: p.PartUUID, Content: content})
	}
	return d
}

func TestMadeKnowsEveryLayout(t *testing.T) {
	for _, encrypt := range []bool{false, true} {
		for _, swap := range []config.SwapMode{config.SwapNone, config.SwapPlain, config.SwapRandomKey} {
			t.Run(fmt.Sprint(encrypt, swap), func(t *testing.T) {
				d := laid(t, encrypt, swap)
				nix, encrypted, made := layout.Made(d)
				if !made || encrypted != encrypt || nix.PartUUID != d.Partitions[len(d.Partitions)-1].PartUUID {
					t.Errorf("%v, encrypted %v, %+v", made, encrypted, nix)
				}
			})
		}
	}
}

func TestMadeTakesNothingElse(t *testing.T) {
	for name, spoil := range map[string]func(d *device.Disk){
		"blank":             func(d *device.Disk) { *d = device.Disk{} },
		"MBR":               func(d *device.Disk) { d.Table.Kind = device.TableMBR },
		"damaged":           func(d *device.Disk) { d.Table.Kind = device.TableDamaged },
		"one partition":     func(d *device.Disk) { d.Partitions = d.Partitions[:1] },
		"one more":          func(d *device.Disk) { d.Partitions = append(d.Partitions, device.Partition{Number: 4}) },
		"a gap":             func(d *device.Disk) { d.Partitions[2].Number = 5 },
		"another name":      func(d *device.Disk) { d.Partitions[2].Label = "data" },
		"another type":      func(d *device.Disk) { d.Partitions[2].Type = layout.TypeLinux },
		"no container":      func(d *device.Disk) { d.Partitions[2].Content = device.Content{Type: "ext4", Label: "nixos"} },
		"not formatted":     func(d *device.Disk) { d.Partitions[0].Content = device.Content{} },
		"a Windows ESP":     func(d *device.Disk) { d.Partitions[0].Label = "EFI system partition" },
		"swap is data":      func(d *device.Disk) { d.Partitions[1].Type = layout.TypeLinux },
		"the order differs": func(d *device.Disk) { d.Partitions[0], d.Partitions[1] = d.Partitions[1], d.Partitions[0] },
	} {
		t.Run(name, func(t *testing.T) {
			d := laid(t, true, config.SwapPlain)
			spoil(&d)
			if nix, _, made := layout.Made(d); made {
				t.Errorf("taken for one of Lethe's: %+v", nix)
			}
		})
	}
}
