package command_test

import (
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/quantity"
)

const (
	guid = "0fc63daf-8483-4772-8e79-3d69d8477de4"
	uuid = "11111111-2222-4333-8444-555555555555"
)

func entries() []command.Entry {
	return []command.Entry{
		{First: 2048, Sectors: 4096, Type: guid, UUID: uuid, Name: "ESP"},
		{First: 6144, Sectors: 2048, Type: guid, UUID: uuid, Name: "swap", NoAuto: true},
	}
}

func TestBuilders(t *testing.T) {
	container := command.Container{UUID: uuid, SectorSize: 4096, DataOffset: 16 * quantity.MiB}
	quick := container
	quick.KDF = command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}
	const format = "cryptsetup luksFormat --batch-mode --type luks2 --key-file=- --cipher aes-xts-plain64 --key-size 512 --hash sha256 " +
		"--sector-size 4096 --offset 32768 --uuid " + uuid + " --pbkdf argon2id"
	ext4 := "mkfs.ext4 -q -F -b 4096 -L nixos -U " + uuid + " -E hash_seed=" + guid
	for want, c := range map[string]command.Command{
		"mkfs.fat -F 32 -S 512 -s 8 -n BOOT -i ABCD1234 /p":  command.MakeFAT("/p", "BOOT", "ABCD-1234", 512),
		"mkfs.fat -F 32 -S 4096 -s 1 -n BOOT -i ABCD1234 /p": command.MakeFAT("/p", "BOOT", "ABCD-1234", 4096),
		ext4 + " /p":                   command.MakeExt4("/p", "nixos", uuid, guid, 0),
		ext4 + ",resize=2097152 /p":    command.MakeExt4("/p", "nixos", uuid, guid, quantity.GiB),
		ext4 + ",resize=4294967288 /p": command.MakeExt4("/p", "nixos", uuid, guid, 2*quantity.TiB-1),
		ext4 + " /q":                   command.MakeExt4("/q", "nixos", uuid, guid, 2*quantity.TiB),
		ext4 + ",lazy_journal_init=1,resize=2097152 /p":              command.MakeExt4Encrypted("/p", "nixos", uuid, guid, quantity.GiB),
		"mkswap -L swap -U " + uuid + " /p":                          command.MakeSwap("/p", "swap", uuid),
		"fsck.vfat -n /p":                                            command.CheckFAT("/p"),
		"e2fsck -f -n /p":                                            command.CheckExt4("/p"),
		"blkid --probe --output udev --offset 1048576 --size 512 /p": command.Probe("/p", quantity.MiB, 512),
		"wipefs --all /a /b":                                         command.WipeSignatures("/a", "/b"),
		"truncate --size 1024 /p":                                    command.Allocate("/p", 1024),
		"fallocate --punch-hole --offset 8388608 --length 4096 /i":   command.Punch("/i", 4096, 2048, 1),
		"dd if=/p of=/i bs=64KiB iflag=count_bytes count=4096 oflag=seek_bytes seek=1048576 conv=notrunc,sparse status=none": command.Splice("/p", "/i", 512, 2048, 4096),
		"rm --force -- /a -b": command.Remove("/a", "-b"),
		format + " /p":        command.FormatLUKS("/p", container),
		format + " --pbkdf-force-iterations 4 --pbkdf-memory 32 --pbkdf-parallel 1 /p": command.FormatLUKS("/p", quick),
		"cryptsetup open --type luks2 --key-file=- /p crypted":                         command.OpenLUKS("/p", "crypted"),
		"cryptsetup open --type luks2 --test-passphrase --key-file=- /p":               command.TestPassphrase("/p"),
		"cryptsetup luksDump --dump-json-metadata /p":                                  command.DumpLUKS("/p"),
		"sfdisk --list /i":       command.ListTable("/i"),
		"sfdisk --json /i":       command.ReadTable("/i", 512, true),
		"sfdisk --json /dev/sda": command.ReadTable("/dev/sda", 4096, false),
		"partx --sector-size 4096 --raw --noheadings --output NR,START,SECTORS,TYPE,UUID,FLAGS,NAME /i": command.ReadTable("/i", 4096, true),
		"sfdisk --verify /i": command.VerifyTable("/i", 512, true),
		"PARTED_SECTOR_SIZE=4096 parted --script /i unit s print": command.VerifyTable("/i", 4096, true),
		"sgdisk --verify /i":                                                  command.CheckGPT("/i"),
		"parted --script /i align-check optimal 2":                            command.CheckAlignment("/i", 2, 512, true),
		"parted --script /dev/sda align-check optimal 2":                      command.CheckAlignment("/dev/sda", 2, 4096, false),
		"PARTED_SECTOR_SIZE=4096 parted --script /i align-check optimal 3":    command.CheckAlignment("/i", 3, 4096, true),
		"sfdisk --wipe always --wipe-partitions always /i":                    command.WriteTable("/i", guid, 512, true, 34, 99, nil),
		"sfdisk --wipe always --wipe-partitions always --sector-size 4096 /i": command.WriteTable("/i", guid, 4096, true, 6, 99, nil),
		"sfdisk --wipe always --wipe-partitions always /dev/sda":              command.WriteTable("/dev/sda", guid, 4096, false, 6, 99, nil),
	} {
		line := strings.Join(append(append(append([]string{}, c.Env...), c.Name), c.Args...), " ")
		if line != want {
			t.Errorf("got  %s\nwant %s", line, want)
		}
	}
}

func TestWriteTableScript(t *testing.T) {
	up := strings.ToUpper
	want := "label: gpt\nlabel-id: " + up(uuid) + "\nunit: sectors\nfirst-lba: 34\nlast-lba: 8192\n" +
		"start=2048, size=4096, type=" + up(guid) + ", uuid=" + up(uuid) + ", name=\"ESP\"\n" +
		"start=6144, size=2048, type=" + up(guid) + ", uuid=" + up(uuid) + ", name=\"swap\", attrs=\"GUID:63\"\n"
	if got := command.WriteTable("/i", uuid, 512, true, 34, 8192, entries()).Input; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
