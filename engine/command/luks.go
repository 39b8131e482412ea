package command

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"lethe/engine/quantity"
)

// keyFromStdin is how cryptsetup is told to read a passphrase up to the end of the pipe.
const keyFromStdin = "--key-file=-"

// Passphrase is the name of the disk's passphrase wherever a secret is named.
const Passphrase = "passphrase"

// KDF holds the parameters of the argon2id key derivation. The zero value lets cryptsetup measure the machine, which
// is what a real disk gets.
type KDF struct {
	Iterations uint64 `json:"iterations,omitempty"` // time cost
	MemoryKiB  uint64 `json:"memory_kib,omitempty"`
	Lanes      uint64 `json:"lanes,omitempty"`
}

// String is "passes,KiB,lanes", or nothing for the zero value; it reads back unchanged.
func (k KDF) String() string {
	if k == (KDF{}) {
		return ""
	}
	return fmt.Sprintf("%d,%d,%d", k.Iterations, k.MemoryKiB, k.Lanes)
}

// ParseKDF reads what [KDF.String] writes, within what cryptsetup takes.
func ParseKDF(text string) (KDF, error) {
	if text == "" {
		return KDF{}, nil
	}
	var values [3]uint64
	fields := strings.Split(text, ",")
	if len(fields) != len(values) {
		return KDF{}, fmt.Errorf("cannot read key derivation %q: give passes, KiB and lanes, such as 4,32,1", text)
	}
	for i, field := range fields {
		var err error
		if values[i], err = strconv.ParseUint(field, 10, 32); err != nil {
			return KDF{}, fmt.Errorf("cannot read key derivation %q: give passes, KiB and lanes, such as 4,32,1: %w", text, err)
		}
	}
	k := KDF{Iterations: values[0], MemoryKiB: values[1], Lanes: values[2]}
	if k.Iterations < 4 || k.MemoryKiB < 32 || k.MemoryKiB > 4<<20 || k.Lanes < 1 || k.Lanes > 4 {
		return KDF{}, fmt.Errorf("cannot use key derivation %q: at least 4 passes, 32 to 4194304 KiB and 1 to 4 lanes", text)
	}
	return k, nil
}

// args gives the options for luksFormat.
func (k KDF) args() []string {
	if k == (KDF{}) {
		return []string{"--pbkdf", "argon2id"}
	}
	return []string{
		"--pbkdf", "argon2id",
		"--pbkdf-force-iterations", strconv.FormatUint(k.Iterations, 10),
		"--pbkdf-memory", strconv.FormatUint(k.MemoryKiB, 10),
		"--pbkdf-parallel", strconv.FormatUint(k.Lanes, 10),
	}
}

// Container is what luksFormat needs to know about the container.
type Container struct {
	UUID       string
	SectorSize quantity.SectorSize // encryption sector
	DataOffset quantity.Bytes      // from the start of path
	KDF        KDF
}

// FormatLUKS makes a LUKS2 container on path. Everything that a later default could change is said.
func FormatLUKS(path string, c Container) Command {
	const unit = 512 // cryptsetup counts --offset in 512-byte sectors whatever the disk has
	args := []string{
		"luksFormat", "--batch-mode", "--type", "luks2", keyFromStdin,
		"--cipher", "aes-xts-plain64", "--key-size", "512", "--hash", "sha256",
		"--sector-size", strconv.Itoa(int(c.SectorSize)),
		"--offset", strconv.FormatUint(uint64(c.DataOffset/unit), 10),
		"--uuid", c.UUID,
	}
	args = append(append(args, c.KDF.args()...), path)
	return Command{Name: "cryptsetup", Args: args, Secret: Passphrase}
}

// What a program gets from this process besides its standard input, by the paths that lead to it.
const (
	KeyPath  = "/proc/self/fd/3" // a volume key, in a pipe
	FilePath = "/proc/self/fd/4" // a file that may have no name
)

// VolumeKeyBytes is the length of the volume key of [FormatLUKS].
const VolumeKeyBytes = 64

// FormatLUKSWithKey is [FormatLUKS] with a volume key of [VolumeKeyBytes] that is read from [KeyPath], in place of one that cryptsetup draws.
func FormatLUKSWithKey(path string, c Container) Command {
	made := FormatLUKS(path, c)
	made.Args = slices.Insert(made.Args, len(made.Args)-1, "--volume-key-file", KeyPath)
	return made
}

// OpenLUKSWithKey maps the container to /dev/mapper/name by the volume key in [KeyPath], which cryptsetup compares with the header's
// digest. No passphrase is needed and no key is derived.
func OpenLUKSWithKey(path, name string) Command {
	return Command{Name: "cryptsetup", Args: []string{"open", "--type", "luks2", "--volume-key-file", KeyPath, path, name}}
}

// OpenLUKS maps the container to /dev/mapper/name.
func OpenLUKS(path, name string) Command {
	return Command{Name: "cryptsetup", Args: []string{"open", "--type", "luks2", keyFromStdin, path, name}, Secret: Passphrase}
}

// TestPassphrase proves a passphrase without device-mapper.
func TestPassphrase(path string) Command {
	return Command{Name: "cryptsetup", Args: []string{"open", "--type", "luks2", "--test-passphrase", keyFromStdin, path}, Secret: Passphrase}
}
