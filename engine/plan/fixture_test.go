package plan_test

import (
	"math/rand"
	"testing"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// image is an eligible blank image.
func image(path string, size, sector quantity.Bytes) device.Disk {
	return device.Disk{
		Identity: device.Identity{
			Kind: device.KindImage, Path: path, ByID: []string{}, ByPath: []string{}, Bytes: size, Logical: sector, Inode: "1:2", TableHash: "00",
		},
		Grade: device.Confirmed, Name: "disk.img", Transport: "file",
		Topology: device.Topology{Logical: sector, Physical: sector, Image: true},
		Table:    device.Table{Kind: device.TableNone}, Verdict: device.Verdict{State: device.Eligible},
	}
}

// nvme is a real disk with things on it. Its texts are what a plan must survive.
func nvme(text string) device.Disk {
	return device.Disk{
		Identity: device.Identity{
			Kind: device.KindDisk, Path: "/dev/nvme0n1", Model: text, Serial: "S1" + text, WWN: "eui.1",
			ByID: []string{"nvme-" + text}, ByPath: []string{"pci-0000:00:04.0-nvme-1"}, Bytes: 512110190592, Logical: 4096, DiskSeq: 7, TableHash: "ab",
		},
		Grade: device.Confirmed, Name: "nvme0n1", Number: "259:0", Transport: "nvme",
		Topology: device.Topology{Logical: 4096, Physical: 4096, MinIO: 4096},
		Table:    device.Table{Kind: device.TableGPT}, Verdict: device.Verdict{State: device.Eligible},
		Partitions: []device.Partition{
			{Number: 1, Name: "nvme0n1p1", Start: quantity.MiB, Size: quantity.GiB, Label: text, Content: device.Content{Type: "vfat"}},
			{
				Number: 2, Name: "cciss!c0d0p2", Start: 2 * quantity.GiB, Size: 100 * quantity.GiB, Label: "ignored",
				Content: device.Content{Type: "ext4", Label: text, UUID: text},
				Use:     device.Use{Mounts: []string{"/mnt/" + text}, Swap: true, Holders: []device.Holder{{Name: "dm-0", Kind: "crypt", Says: text}}},
			},
			{Number: 3, Start: 200 * quantity.GiB, Size: quantity.GiB},
		},
		Release: []device.Release{{Kind: "lvm", Name: "vg0", Says: "volume group vg0 (root, " + text + ")"}, {Kind: "crypt", Name: "luks-1"}},
	}
}

// planFor makes a plan with repeatable randomness and a repository that never changes.
func planFor(t testing.TB, disk device.Disk, wishes config.Config) plan.Plan {
	t.Helper()
	l, err := layout.Build(disk, 8*quantity.GiB, wishes, rand.New(rand.NewSource(1)))
	if err != nil {
		t.Fatal(err)
	}
	var repo flake.Repo
	for path, text := range map[string]string{"disks.nix": "{ }\n", "flake.nix": "{\n  description = \"$(reboot) 'EOF'\";\nEOF\n}\n"} {
		if repo, err = repo.With(path, []byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	p, err := plan.Make(disk, plan.Input{
		Wishes: wishes, Layout: l, KDF: command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}, Configuration: plan.Configuration{Files: repo},
		Memory: 4 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64},
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// preset is a named configuration.
func preset(t testing.TB, name string) config.Config {
	t.Helper()
	c, err := config.Preset(name)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// shown is a disk as it is without privilege.
func shown(disk device.Disk) device.Disk {
	disk.Grade, disk.Partitions = device.Shown, nil
	disk.Verdict = device.Verdict{State: device.Unchecked, Reason: "What is on it can only be read with privilege."}
	return disk
}

const plainText = "SAMSUNG MZVL2512HCJQ-00B00"

// plans are the ones with golden files.
func plans(t testing.TB) map[string]plan.Plan {
	noSwap := preset(t, "default")
	noSwap.Swap.Mode = config.SwapNone
	withUser := preset(t, "walkthrough")
	withUser.Users = []config.User{{Name: "ada", Admin: true}}
	return map[string]plan.Plan{
		"walkthrough": planFor(t, image("/tmp/disk.img", 40*quantity.GiB, 512), preset(t, "walkthrough")),
		"plain":       planFor(t, image("/tmp/disk.img", 12*quantity.GiB, 512), preset(t, "default")),
		"image-4096":  planFor(t, image("/tmp/it's a disk.img", 12*quantity.GiB, 4096), noSwap),
		"nvme":        planFor(t, nvme(plainText), withUser),
		"preview":     planFor(t, shown(nvme(plainText)), preset(t, "default")),
	}
}
