package verify_test

import (
	"context"
	"debug/pe"
	"encoding/binary"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/openwall/yescrypt-go"

	"lethe/engine/command"
	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/target"
	"lethe/engine/verify"
)

const (
	lockText    = `{"nodes": {"root": {}}, "root": "root", "version": 7}`
	typedByAda  = "correct horse"
	systemPath  = "nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-nixos-system-lethe-26.05"
	kernelFile  = "boot/EFI/nixos/kernel.efi"
	initrdFile  = "boot/EFI/nixos/initrd.efi"
	entryFile   = "boot/loader/entries/nixos-generation-1.conf"
	loaderConf  = "boot/loader/loader.conf"
	passwordOf  = "nix/persist/passwords/ada"
	profileLink = "nix/var/nix/profiles/system"
)

// loaderFiles are the boot loaders of this machine.
func loaderFiles() (fallback, own string, machine uint16) {
	if runtime.GOARCH == "arm64" {
		return "boot/EFI/BOOT/BOOTAA64.EFI", "boot/EFI/systemd/systemd-bootaa64.efi", pe.IMAGE_FILE_MACHINE_ARM64
	}
	return "boot/EFI/BOOT/BOOTX64.EFI", "boot/EFI/systemd/systemd-bootx64.efi", pe.IMAGE_FILE_MACHINE_AMD64
}

// program is the least that is an EFI program: an MS-DOS header that points to a COFF header without sections.
func program(machine uint16, content string) string {
	head := make([]byte, 0x60)
	copy(head, "MZ")
	binary.LittleEndian.PutUint32(head[0x3c:], 0x40)
	copy(head[0x40:], "PE\x00\x00")
	binary.LittleEndian.PutUint16(head[0x44:], machine)
	return string(head) + content
}

const systemdBoot = "#### LoaderInfo: systemd-boot 258.3 ####"

// disk is a finished disk that tests only read; there is one for each variant.
type disk struct {
	finished
	parts  map[layout.Role]string
	inside string
	repo   plan.Configuration
}

var (
	disks     = map[variant]disk{}
	disksLock sync.Mutex
	adasHash  = sync.OnceValues(func() ([]byte, error) { // of little cost; the real one takes a while
		return yescrypt.Hash([]byte(typedByAda), []byte("$y$j75$abcdefghijklmnop"))
	})
)

// finishedDisk makes the disk of a variant.
func finishedDisk(t *testing.T, v variant) disk {
	t.Helper()
	disksLock.Lock()
	defer disksLock.Unlock()
	if d, ok := disks[v]; ok {
		return d
	}
	f := fresh(t, v)
	base := filepath.Join(folder, "disk-"+v.String())
	d := disk{finished: f, parts: map[layout.Role]string{}, inside: base + "-inside"}
	copyFile(t, f.path, base)
	d.path = base
	held, err := target.ReadImage(base, v.sector)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range f.layout.Partitions {
		d.parts[p.Role] = base + "-" + string(p.Role)
		if err := held.Partition(t.Context(), p, target.Reading, func(path string) error { copyFile(t, path, d.parts[p.Role]); return nil }); err != nil {
			t.Fatal(err)
		}
	}
	if err := held.Release(); err != nil {
		t.Fatal(err)
	}
	nix, _ := f.layout.Find(layout.Nix)
	if v.encrypt {
		size := v.sector.Of(nix.Sectors()) - f.layout.LUKS.DataOffset
		if err := errors.Join(os.WriteFile(d.inside, nil, 0o600), os.Truncate(d.inside, int64(size))); err != nil {
			t.Fatal(err)
		}
		plantest.Run(t, command.MakeExt4(d.inside, nix.Label, nix.UUID, nix.PartUUID, size))
	}
	d.repo = plantest.Plan(t, plantest.Blank(t), v.sector, plantest.Wishes(v.encrypt, "")).Configuration
	disks[v] = d
	return d
}

// installed is a finished disk with an installed system, mounted as far as anybody can tell.
type installed struct {
	disk
	root, machine string
	mounted       *verify.Mounted
	tools         tools
}

// install makes a tree as a step-by-step installation leaves it.
func install(t *testing.T, v variant) *installed {
	t.Helper()
	top := t.TempDir()
	s := &installed{disk: finishedDisk(t, v), root: filepath.Join(top, "mnt"), machine: filepath.Join(top, "machine")}
	s.tools = tools{inside: s.inside, lacks: "nix"}
	s.mounted = &verify.Mounted{
		Root: s.root, Binds: []string{"/etc/nixos", "/var/log"}, Owner: os.Getuid(), Lock: []byte(lockText),
		Users: []verify.User{{Name: "ada", Password: secret.New([]byte(typedByAda))}},
	}
	s.mounted.On(s.machine)
	s.describe(t, v)
	s.fill(t)
	return s
}

// describe writes what the kernel says of the mounts and devices.
func (s *installed) describe(t *testing.T, v variant) {
	t.Helper()
	nix := "254:3"
	if v.encrypt {
		nix = "253:0"
		s.write(t, "../machine/sys/class/block/dm-0/dev", "253:0\n")
		s.write(t, "../machine/sys/class/block/dm-0/dm/name", "crypted\n")
		s.write(t, "../machine/sys/class/block/dm-1/dev", "253:1\n")
		s.write(t, "../machine/sys/class/block/dm-1/dm/name", "crypted-too\n")
	}
	for role, number := range map[layout.Role]string{layout.ESP: "254:1", layout.Swap: "254:2", layout.Nix: "254:3"} {
		s.write(t, "../machine/sys/class/block/"+filepath.Base(s.parts[role])+"/dev", number+"\n")
	}
	s.write(t, "../machine/sys/class/block/zram0/dev", "252:0\n")
	const heading = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"
	s.write(t, "../machine/proc/swaps", heading+"/dev/zram0                              partition\t1048572\t\t0\t\t100\n")
	s.write(t, "../machine/proc/self/mountinfo", strings.NewReplacer("MNT", s.root, "NIX", nix).Replace(`21 1 0:20 / / rw,relatime shared:1 - overlay overlay rw
30 21 0:30 / /sys/firmware/efi/efivars rw,nosuid shared:9 - efivarfs efivarfs rw
40 21 0:40 / MNT rw,relatime shared:2 - tmpfs tmpfs rw,mode=755
41 40 NIX / MNT/nix rw,relatime shared:3 - ext4 /dev/vda3 rw
42 40 254:1 / MNT/boot rw,relatime shared:4 - vfat /dev/vda1 rw,fmask=0077,dmask=0077
43 40 NIX /persist/etc/nixos MNT/etc/nixos rw,relatime shared:3 - ext4 /dev/vda3 rw
44 40 NIX /persist/var/log MNT/var/log rw,relatime shared:3 - ext4 /dev/vda3 rw
`))
}

// fill writes the installed files.
func (s *installed) fill(t *testing.T) {
	t.Helper()
	hash, err := adasHash()
	if err != nil {
		t.Fatal(err)
	}
	fallback, own, machine := loaderFiles()
	s.write(t, fallback, program(machine, systemdBoot))
	s.write(t, own, program(machine, systemdBoot))
	s.write(t, kernelFile, "kernel")
	s.write(t, initrdFile, "initrd")
	s.write(t, loaderConf, "timeout 5\ndefault nixos-generation-1.conf\nconsole-mode keep\n")
	s.write(t, entryFile, "title NixOS\nsort-key nixos\nversion Generation 1 NixOS 26.05, built on 2026-11-22\nlinux /EFI/nixos/kernel.efi\n"+
		"initrd /EFI/nixos/initrd.efi\noptions init=/"+systemPath+"/init loglevel=4\nmachine-id 00\n")
	s.write(t, systemPath+"/init", "#!")
	s.write(t, systemPath+"/activate", "#!")
	s.write(t, systemPath+"/bin/switch-to-configuration", "#!")
	s.link(t, "/"+systemPath, profileLink+"-1-link")
	s.link(t, "system-1-link", profileLink)
	s.write(t, "etc/NIXOS", "")
	s.write(t, passwordOf, string(hash)+"\n")
	repo, err := s.repo.Files.With(flake.LockFile, []byte(lockText))
	if err == nil {
		err = export.Write(t.Context(), repo, filepath.Join(s.root, "etc/nixos"), export.Author{})
	}
	if err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{"": 0o755, "boot": 0o700, "nix/persist/passwords": 0o700, passwordOf: 0o600} {
		s.chmod(t, path, mode)
	}
}

// check verifies the system.
func (s *installed) check(t *testing.T, ctx context.Context) verify.Report {
	t.Helper()
	return verify.Run(ctx, s.input(t))
}

func (s *installed) input(t *testing.T) verify.Input {
	t.Helper()
	held, err := target.ReadImage(s.path, s.layout.SectorSize)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Release() })
	in := verify.Input{Tools: s.tools, Target: device{held, s.parts}, Layout: s.layout, Configuration: s.repo, Mounted: s.mounted}
	if s.layout.LUKS != nil {
		in.Passphrase = typed()
	}
	return in
}
