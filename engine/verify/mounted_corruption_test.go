package verify_test

import (
	"debug/pe"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/layout"
	"lethe/engine/plan/plantest"
)

// defect is one thing that is wrong with an installed system, and the checks that must find it, all of them and no other.
type defect struct {
	name    string
	damage  func(t *testing.T, s *installed)
	finders []string
	detail  string // in the first finder's detail
}

// edited changes a text.
func edited(path, from, to string) func(*testing.T, *installed) {
	return func(t *testing.T, s *installed) { s.replace(t, path, from, to) }
}

func remounted(from, to string) func(*testing.T, *installed) {
	return func(t *testing.T, s *installed) { s.mounts(t, from, to) }
}

func removed(path string) func(*testing.T, *installed) {
	return func(t *testing.T, s *installed) { s.remove(t, path) }
}

func mode(path string, mode os.FileMode) func(*testing.T, *installed) {
	return func(t *testing.T, s *installed) { s.chmod(t, path, mode) }
}

func given(path string) func(*testing.T, *installed) {
	return func(t *testing.T, s *installed) { s.give(t, path) }
}

var (
	slash, boot, nixMount, logMount = []string{"mount of /"}, []string{"mount of /boot"}, []string{"mount of /nix"}, []string{"mount of /var/log"}
	inUse                           = []string{"swap is not in use"}
	passwords, ada                  = []string{"folder of the passwords"}, []string{"password of ada"}
	fallbackLoader, loader          = []string{"boot loader at the fallback path"}, []string{"boot loader"}
	entries, byItself               = []string{"boot entries"}, []string{"default boot entry"}
	system, nixosMark               = []string{"installed system"}, []string{"mark of a NixOS system"}
	configured, handedOver          = []string{"NixOS configuration"}, []string{"owner of the configuration"}
)

const swapsFile = "../machine/proc/swaps"

var inMounts = []defect{
	{"world-writable root", mode("", 0o777|os.ModeSticky), slash, "its mode is dtrwxrwxrwx instead of drwxr-xr-x"},
	{"root of another user", given(""), slash, "it belongs to 12345:0 instead of 0:0"},
	{"root is no tmpfs", remounted("MNT rw,relatime shared:2 - tmpfs", "MNT rw,relatime shared:2 - ext4"), slash, "ext4 instead of tmpfs"},
	{"root mounted twice", remounted("40 21", "50 21 0:41 / MNT rw - tmpfs tmpfs rw,mode=755\n40 21"), slash, "is mounted 2 times"},
	{"boot open to all", mode("boot", 0o755), boot, "its mode is drwxr-xr-x instead of drwx------"},
	{"another ESP", remounted("254:1 / MNT/boot", "8:1 / MNT/boot"), boot, "its device is 8:1 instead of 254:1"},
	{"boot not mounted", remounted("MNT/boot", "MNT/boots"), boot, "nothing is mounted on"},
	{"folder of the ESP", remounted("254:1 / MNT/boot", "254:1 /EFI MNT/boot"), boot, "/EFI instead of /"},
	{"another nix", remounted("254:3 / MNT/nix", "254:4 / MNT/nix"), nixMount, "its device is 254:4 instead of 254:3"},
	{"nix of another type", remounted("MNT/nix rw,relatime shared:3 - ext4", "MNT/nix rw,relatime shared:3 - ext3"), nixMount, "ext3 instead of ext4"},
	{"bind of another device", remounted("254:3 /persist/var/log", "0:40 /persist/var/log"), logMount, "0:40 instead of 254:3"},
	{"bind of another folder", remounted("/persist/var/log MNT", "/persist/var/lib MNT"), logMount, "/persist/var/lib instead of /persist/var/log"},
	{"bind twice", remounted("44 40", "45 44 254:3 /persist/var/log MNT/var/log rw - ext4 /dev/vda3 rw\n44 40"), logMount, "mounted 2 times"},
	{"bind missing", remounted("MNT/var/log", "MNT/var/log2"), logMount, "nothing is mounted on"},
	{"swap on", func(t *testing.T, s *installed) {
		s.replace(t, swapsFile, "/dev/zram0 ", s.parts[layout.Swap]+" ")
	}, inUse, "which lies on this disk; switch it off"},
	{"swap on a mapping of the disk", func(t *testing.T, s *installed) {
		s.write(t, "../machine/sys/class/block/dm-7/dev", "253:7\n")
		s.write(t, "../machine/sys/class/block/dm-7/slaves/"+filepath.Base(s.parts[layout.Swap])+"/dev", "")
		s.replace(t, swapsFile, "/dev/zram0 ", "/dev/dm-7 ")
	}, inUse, "the system swaps on /dev/dm-7"},
	{"swap file", func(t *testing.T, s *installed) {
		s.replace(t, swapsFile, "/dev/zram0   ", s.root+`/nix/my\040swap file `)
	}, inUse, "/nix/my swap; switch"},
	{"swap that cannot be traced", edited(swapsFile, "/dev/zram0", "/dev/zram9"), inUse, "the system swaps on /dev/zram9: cannot find device"},
}

var inPasswords = []defect{
	{"folder open", mode("nix/persist/passwords", 0o755), passwords, "drwxr-xr-x instead of drwx------"},
	{"folder of another user", given("nix/persist/passwords"), passwords, "it belongs to 12345:0"},
	{"file open", mode(passwordOf, 0o644), ada, "-rw-r--r-- instead of -rw-------"},
	{"file of another user", given(passwordOf), ada, "it belongs to 12345:0"},
	{"no file", removed(passwordOf), ada, "cannot find it"},
	{"a link", func(t *testing.T, s *installed) { s.link(t, "/dev/null", passwordOf) }, ada, "its mode is Lrwxrwxrwx"},
	{"another password", edited(passwordOf, "$y$j75$abc", "$y$j75$xbc"), ada, "does not belong to the typed password"},
	{"another kind of hash", edited(passwordOf, "$y$", "$6$"), ada, "no yescrypt hash"},
	{"two hashes", edited(passwordOf, "\n", "\n$y$j75$x\n"), ada, "more than one hash"},
	{"empty", func(t *testing.T, s *installed) { s.write(t, passwordOf, "") }, ada, "no yescrypt hash"},
}

// inLoaders damages a boot loader.
func inLoaders(path string, finders []string) []defect {
	_, _, machine := loaderFiles()
	written := func(text string) func(*testing.T, *installed) {
		return func(t *testing.T, s *installed) { s.write(t, path, text) }
	}
	return []defect{
		{"no " + path, removed(path), finders, "file does not exist"},
		{"no program in " + path, written("text"), finders, "it is no EFI program"},
		{"other machine in " + path, written(program(pe.IMAGE_FILE_MACHINE_I386, systemdBoot)), finders, "machine 0x14c instead of"},
		{"other loader in " + path, written(program(machine, "GRUB")), finders, "another program than systemd-boot"},
	}
}

var inBoot = []defect{
	{"no kernel", removed(kernelFile), entries, "its linux is missing: /EFI/nixos/kernel.efi"},
	{"empty kernel", func(t *testing.T, s *installed) { s.write(t, kernelFile, "") }, entries, "is empty"},
	{"no initrd", removed(initrdFile), entries, "its initrd is missing"},
	{"second initrd missing", edited(entryFile, "options", "initrd /EFI/nixos/secrets.efi\noptions"), entries, "/EFI/nixos/secrets.efi"},
	{"no kernel named", edited(entryFile, "linux", "#linux"), entries, "it names no kernel"},
	{"init of another system", edited(entryFile, "nixos-system", "nixos-sistem"), entries, "its init is missing"},
	{"no entry", removed(entryFile), []string{"boot entries", "default boot entry"}, "no entry that would start"},
	{"no loader.conf", removed(loaderConf), byItself, "file does not exist"},
	{"default of another entry", edited(loaderConf, "generation-1", "generation-2"), byItself, `"nixos-generation-2.conf" of loader.conf is no entry`},
	{"default is no pattern", edited(loaderConf, "nixos-generation-1.conf", "nixos-[*"), byItself, "cannot read the default"},
	{"default would not start", func(t *testing.T, s *installed) {
		s.write(t, "boot/loader/entries/other.conf", "linux /EFI/nixos/kernel.efi\n")
		s.replace(t, entryFile, "kernel.efi", "gone.efi")
	}, byItself, "is no entry that would start"},
}

var inSystem = []defect{
	{"no profile", removed(profileLink), system, "leads nowhere"},
	{"profile leads nowhere", func(t *testing.T, s *installed) { s.link(t, "system-2-link", profileLink) }, system, "leads nowhere"},
	{"profile leads elsewhere", func(t *testing.T, s *installed) { s.link(t, "/boot", profileLink) }, system, "leads to /boot, which is not in the store"},
	{"profile leads out of the tree", func(t *testing.T, s *installed) { s.link(t, "../../../../../../../../../../../usr/bin", profileLink) }, system, "leads nowhere"},
	{"no init", func(t *testing.T, s *installed) {
		s.rename(t, systemPath+"/init", systemPath+"/start")
		s.replace(t, entryFile, "/init ", "/start ")
	}, system, "has no init"},
	{"cannot be activated", func(t *testing.T, s *installed) {
		s.remove(t, systemPath+"/activate")
		s.remove(t, systemPath+"/bin")
	}, system, "neither activated nor switched to"},
	{"no mark", removed("etc/NIXOS"), nixosMark, "no such file"},
	{"mark is a folder", func(t *testing.T, s *installed) { s.remove(t, "etc/NIXOS"); s.write(t, "etc/NIXOS/x", "") }, nixosMark, "is no file"},
	{"file of another user", given("etc/nixos/.git/HEAD"), handedOver, "/etc/nixos/.git/HEAD (user 12345)"},
	{"not handed over", func(_ *testing.T, s *installed) { s.mounted.Owner++ }, handedOver, "more"},
	{"changed file", edited("etc/nixos/flake.nix", "description", "descriptiom"), configured, "flake.nix is not as it was reviewed"},
	{"changed lock", edited("etc/nixos/flake.lock", "7", "6"), configured, "flake.lock is not as it was reviewed"},
	{"lock that nobody fetched", func(_ *testing.T, s *installed) { s.mounted.Lock = nil }, configured, "files that were not reviewed"},
	{"no lock", removed("etc/nixos/flake.lock"), configured, "flake.lock is not as it was reviewed"},
}

var inContainer = []defect{
	{"another file system inside", func(t *testing.T, s *installed) {
		s.tools.inside = filepath.Join(t.TempDir(), "inside")
		copyFile(t, s.disk.inside, s.tools.inside)
		p, _ := s.layout.Find(layout.Nix)
		plantest.Run(t, command.MakeExt4(s.tools.inside, "nix0s", p.UUID, p.PartUUID, 0))
	}, []string{nix}, "ext4 “nix0s”"},
	{"partition mounted in place of the container", remounted("253:0 / MNT/nix", "254:3 / MNT/nix"), nixMount, "254:3 instead of 253:0"},
	{
		"container opened under another name", edited("../machine/sys/class/block/dm-0/dm/name", "crypted", "crypt"),
		[]string{"mount of /nix", "mount of /etc/nixos", "mount of /var/log"},
		"cannot find mapping crypted",
	},
}

func TestEveryDefectIsFoundAndNamed(t *testing.T) {
	fallback, own, _ := loaderFiles()
	plain := slices.Concat(inMounts, inPasswords, inLoaders(fallback, fallbackLoader), inLoaders(own, loader), inBoot, inSystem)
	for v, rows := range map[variant][]defect{{512, false}: plain, {512, true}: inContainer} {
		for _, row := range rows {
			t.Run(v.String()+"/"+strings.ReplaceAll(row.name, "/", "."), func(t *testing.T) {
				t.Parallel()
				if os.Getuid() != 0 && slices.Contains(rootsOwn, row.finders[0]) {
					t.Skip("what must be root's is wrong from the start in the tree of an ordinary user")
				}
				s := install(t, v)
				row.damage(t, s)
				report := s.check(t, t.Context())
				if got := unexpected(report); !slices.Equal(got, row.finders) {
					t.Errorf("found by %q instead of %q: %+v", got, row.finders, report)
					return
				}
				if c := line(t, report, row.finders[0]); !strings.Contains(c.Detail, row.detail) || strings.Contains(c.Detail, "$y$") {
					t.Errorf("%q is missing in: %s", row.detail, c.Detail)
				}
			})
		}
	}
}
