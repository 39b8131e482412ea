package verify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/target"
	"lethe/engine/tool"
)

// espJob looks at the EFI system partition.
func espJob(ctx context.Context, in Input) []Check {
	return inPartition(ctx, in, layout.ESP, "EFI system partition", func(path string, p layout.Partition) []Check {
		seen := content(ctx, in, path, p, "EFI system partition")
		if in.Mounted != nil {
			return []Check{seen}
		}
		return []Check{seen, cleanFAT(ctx, in, path)}
	})
}

// swapJob looks at the swap partition. Random-key swap must carry no signature: it is made anew at every boot.
func swapJob(ctx context.Context, in Input) []Check {
	return inPartition(ctx, in, layout.Swap, "swap", func(path string, p layout.Partition) []Check {
		return []Check{content(ctx, in, path, p, "swap")}
	})
}

// nixJob looks at an unencrypted nix partition.
func nixJob(ctx context.Context, in Input) []Check {
	return inPartition(ctx, in, layout.Nix, "nix file system", func(path string, p layout.Partition) []Check {
		seen := content(ctx, in, path, p, "nix file system")
		if in.Mounted != nil {
			return []Check{seen}
		}
		return []Check{seen, cleanExt4(ctx, in, path)}
	})
}

// luksJob looks at the container and opens it with the typed passphrase.
func luksJob(ctx context.Context, in Input) []Check {
	checks := inPartition(ctx, in, layout.Nix, "LUKS container", func(path string, p layout.Partition) []Check {
		luks := in.Layout.LUKS
		outer := p
		outer.Filesystem, outer.Label, outer.UUID = "crypto_LUKS", "", luks.UUID
		checks := []Check{content(ctx, in, path, outer, "LUKS container")}
		header, err := tool.ReadHeader(ctx, in.Tools, path)
		if err == nil {
			err = sameHeader(luks, header)
		}
		seen := fmt.Sprintf("%s, %d-byte sectors, payload at %s, %s", header.Cipher, header.SectorSize, header.DataOffset, header.KDF)
		checks = append(checks, result("LUKS header", "cryptsetup luksDump", seen, err))
		if err != nil {
			return checks
		}
		checks = append(checks, passphrase(ctx, in, path, header.Memory))
		if in.Twice && in.Passphrase != nil {
			_, err := in.Tools.Run(ctx, tool.Call{Command: command.TestPassphrase(path), Secret: in.Passphrase})
			checks = append(checks, result("passphrase opens the container", "cryptsetup", "by cryptsetup too", err))
		}
		return checks
	})
	if p, ok := in.Layout.Find(layout.Nix); ok && in.Mounted != nil {
		checks = append(checks, inside(ctx, in, p))
	}
	if in.Target.Image() {
		checks = append(checks, Check{Name: "nix file system", Status: NotRehearsed, Detail: plan.NeedsMapper, By: "e2fsck"})
	}
	return checks
}

// sameHeader compares what the header says with what was planned.
func sameHeader(luks *layout.LUKS, h tool.Header) error {
	var problems []error
	if h.Cipher != "aes-xts-plain64" {
		problems = append(problems, fmt.Errorf("its cipher is %q", h.Cipher))
	}
	if h.SectorSize != luks.SectorSize {
		problems = append(problems, fmt.Errorf("its sectors have %d bytes instead of %d", h.SectorSize, luks.SectorSize))
	}
	if h.DataOffset != luks.DataOffset {
		problems = append(problems, fmt.Errorf("its payload begins at %s instead of %s", h.DataOffset, luks.DataOffset))
	}
	if h.Keyslots != 1 {
		problems = append(problems, fmt.Errorf("it has %d keyslots instead of 1", h.Keyslots))
	}
	return errors.Join(problems...)
}

// passphrase proves the typed passphrase against the header on the disk.
func passphrase(ctx context.Context, in Input, path string, memory quantity.Bytes) Check {
	const name, by = "passphrase opens the container", "luks.go"
	if in.Passphrase == nil {
		return Check{Name: name, Status: NotRehearsed, Detail: "no passphrase was given", By: by}
	}
	slot, uuid, err := in.prove(ctx, path, memory)
	if err == nil && !strings.EqualFold(uuid, in.Layout.LUKS.UUID) {
		err = fmt.Errorf("its UUID is %s instead of %s", uuid, in.Layout.LUKS.UUID)
	}
	return result(name, by, fmt.Sprintf("keyslot %d", slot), err)
}

// prove takes the proof that is under way, or makes it.
func (in Input) prove(ctx context.Context, path string, memory quantity.Bytes) (slot int, uuid string, err error) {
	if in.Proof != nil {
		if slot, uuid, made, err := in.Proof(ctx); made {
			return slot, uuid, err
		}
	}
	defer tool.Reserve(memory)()
	return tool.Unlock(ctx, path, in.Passphrase)
}

// content compares what blkid sees in a partition with what was planned.
func content(ctx context.Context, in Input, path string, p layout.Partition, name string) Check {
	return holds(ctx, in, path, in.Layout.Size(p), p, name)
}

// inside compares what blkid sees in the opened container with what was planned.
func inside(ctx context.Context, in Input, p layout.Partition) Check {
	size := in.Layout.Size(p) - in.Layout.LUKS.DataOffset
	return holds(ctx, in, opened(in), size, p, "nix file system")
}

// opened is the path of the opened container.
func opened(in Input) string { return "/dev/mapper/" + in.Layout.LUKS.Mapper }

// holds compares what blkid sees in the first size bytes of path with what was planned.
func holds(ctx context.Context, in Input, path string, size quantity.Bytes, p layout.Partition, name string) Check {
	want := device.Content{Type: p.Filesystem, Label: p.Label, UUID: strings.ToLower(p.UUID)}
	probe := func() (device.Content, error) {
		found, err := tool.Blkid{Runner: in.Tools}.Probe(ctx, path, 0, size)
		found.UUID = strings.ToLower(found.UUID)
		return found, err
	}
	found, err := probe()
	if in.Mounted != nil && err == nil && found != want {
		found, err = probe() // blkid before util-linux 2.41 may read a superblock while the kernel changes it
	}
	if err == nil && found != want {
		err = fmt.Errorf("it holds %s instead of %s", describe(found), describe(want))
	}
	return result(name, "blkid", describe(found), err)
}

// describe says a content in a phrase.
func describe(c device.Content) string {
	if c.Type == "" {
		return "no signature"
	}
	text := c.Type
	if c.Label != "" {
		text += fmt.Sprintf(" “%s”", c.Label)
	}
	return text + " " + c.UUID
}

// Clean checks the file systems of a real disk after they were unmounted and before the container is closed. It is no part of
// [Run] there: a mounted file system never looks clean.
func Clean(ctx context.Context, in Input) []Check {
	checks := inPartition(ctx, in, layout.ESP, fatClean, func(path string, _ layout.Partition) []Check {
		return []Check{cleanFAT(ctx, in, path)}
	})
	if in.Layout.LUKS != nil {
		return append(checks, cleanExt4(ctx, in, opened(in)))
	}
	return append(checks, inPartition(ctx, in, layout.Nix, ext4Clean, func(path string, _ layout.Partition) []Check {
		return []Check{cleanExt4(ctx, in, path)}
	})...)
}

// The names of the checks by fsck.
const (
	fatClean  = "EFI system partition is clean"
	ext4Clean = "nix file system is clean"
)

func cleanFAT(ctx context.Context, in Input, path string) Check {
	return fsck(ctx, in, fatClean, command.CheckFAT(path))
}

func cleanExt4(ctx context.Context, in Input, path string) Check {
	return fsck(ctx, in, ext4Clean, command.CheckExt4(path))
}

// fsck runs a file system check that changes nothing.
func fsck(ctx context.Context, in Input, name string, c command.Command) Check {
	_, err := in.Tools.Run(ctx, tool.Call{Command: c})
	check := result(name, c.Name, "no errors", err)
	check.Damaged = damaged(err)
	return check
}

// damaged tells the verdict of a file system check from its not having run: too little memory, a device that cannot be opened. The codes
// of e2fsck are sums below 64, and 4 is for errors that are left; above, it is the system that tells something, such as that a library
// cannot be loaded.
func damaged(err error) bool {
	var failed *tool.Error
	if !errors.As(err, &failed) {
		return false
	}
	switch failed.Command.Name {
	case "fsck.vfat":
		return failed.Exit == 1
	case "e2fsck":
		return failed.Exit > 0 && failed.Exit < 64 && failed.Exit&4 != 0
	}
	return false
}

// inPartition runs checks on one partition; where it cannot be had, that is the failure.
func inPartition(ctx context.Context, in Input, role layout.Role, name string, do func(path string, p layout.Partition) []Check) []Check {
	p, ok := in.Layout.Find(role)
	if !ok {
		return []Check{{Name: name, Status: Failed, Detail: "the layout has no such partition", By: "lethe"}}
	}
	var checks []Check
	err := in.Target.Partition(ctx, p, target.Reading, func(path string) error {
		checks = do(path, p)
		return nil
	})
	if err != nil {
		checks = append(checks, Check{Name: name, Status: Failed, Detail: err.Error(), By: "lethe"})
	}
	return checks
}
