package device

import (
	"errors"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/sys/mountinfo"
)

// efiGlobal is the GUID of the variables that the UEFI standard itself defines.
const efiGlobal = "8be4df61-93ca-11d2-aa0d-00e098032b8c"

// readFirmware says how the machine was started. What cannot be read is unknown.
func readFirmware(root string) Firmware {
	folder := root + "/sys/firmware/efi"
	if !exists(folder) {
		return Firmware{}
	}
	f := Firmware{UEFI: true, Writable: writableVariables(root)}
	if bits, err := strconv.Atoi(optional(folder, "fw_platform_size")); err == nil && (bits == 32 || bits == 64) {
		f.Bits = bits
	}
	secure, err := efiFlag(folder, "SecureBoot")
	setup, errSetup := efiFlag(folder, "SetupMode")
	switch {
	case err == nil && secure:
		f.SecureBoot = "on"
	case err == nil && errSetup == nil && setup:
		f.SecureBoot = "setup"
	case err == nil:
		f.SecureBoot = "off"
	}
	return f
}

// writableVariables tells whether this process sees the firmware's variables mounted for writing. The last of several mounts
// hides the others. A mount and its file system can each be read-only.
func writableVariables(root string) bool {
	infos, err := parseMounts(root + "/proc/self/mountinfo")
	if err != nil {
		return false
	}
	var last *mountinfo.Info
	for _, info := range infos {
		if info.Mountpoint == "/sys/firmware/efi/efivars" {
			last = info
		}
	}
	if last == nil || last.FSType != "efivarfs" {
		return false
	}
	options := strings.Split(last.Options+","+last.VFSOptions, ",")
	return !slices.Contains(options, "ro")
}

// efiFlag reads a variable of one byte, which follows four bytes of attributes.
func efiFlag(folder, name string) (bool, error) {
	text, err := os.ReadFile(folder + "/efivars/" + name + "-" + efiGlobal)
	if err != nil {
		return false, err
	}
	if len(text) != 5 || text[4] > 1 {
		return false, errors.New("not a variable of one byte")
	}
	return text[4] == 1, nil
}
