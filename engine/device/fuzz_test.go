package device_test

import (
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"lethe/engine/device"
	"lethe/engine/device/devicetest"
)

// FuzzClean wants text that fits a line of a terminal, whatever a device says of itself.
func FuzzClean(f *testing.F) {
	for _, seed := range []string{"", "Samsung SSD 980 PRO", "\x1b]0;t\x07x", "\u009b2J\u202e", "\xff\xc3\x9b", "$(reboot)", strings.Repeat("\x1b[0m", 99), "a\x00\n\r\tb"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got := device.Clean(text)
		if !utf8.ValidString(got) || utf8.RuneCountInString(got) > 64 || device.Clean(got) != got || got != strings.TrimSpace(got) {
			t.Errorf("%q becomes %q", text, got)
		}
		for _, r := range got {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x061c || r >= 0x200b && r <= 0x200f || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("%q lets %U through", text, r)
			}
		}
	})
}

// texts collects every text in a value, with the names of the fields that lead there.
func texts(v reflect.Value, at string, all map[string]string) {
	switch v.Kind() {
	case reflect.String:
		all[at+"="+v.String()] = v.String()
	case reflect.Struct:
		for i := range v.NumField() {
			texts(v.Field(i), at+"."+v.Type().Field(i).Name, all)
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			texts(v.Index(i), at, all)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			texts(key, at, all)
			texts(v.MapIndex(key), at, all)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			texts(v.Elem(), at, all)
		}
	}
}

// checkTexts wants nothing in an inventory that a terminal obeys.
func checkTexts(t *testing.T, inventory device.Inventory) {
	t.Helper()
	all := map[string]string{}
	texts(reflect.ValueOf(inventory), "inventory", all)
	for at, text := range all {
		for _, r := range text {
			if r < ' ' || r >= 0x7f && r < 0xa0 || r == utf8.RuneError || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
				t.Errorf("%q is not fit for display", at)
				break
			}
		}
	}
}

// FuzzMachine reads a machine in which the kernel's and udev's files say anything: no panic, nothing unfit for display, and no disk
// that could be written to unless its size is known.
func FuzzMachine(f *testing.F) {
	root := devicetest.Machine(f, "virtio")
	folder, err := filepath.EvalSymlinks(root + "/sys/block/vda")
	if err != nil {
		f.Fatal(err)
	}
	number, err := os.ReadFile(folder + "/dev")
	if err != nil {
		f.Fatal(err)
	}
	files := []string{
		root + "/run/udev/data/b" + strings.TrimSpace(string(number)), root + "/proc/self/mountinfo", root + "/proc/swaps",
		folder + "/serial", folder + "/size", folder + "/dev", root + "/proc/meminfo",
	}
	seed := make([][]byte, len(files))
	for i, path := range files {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			f.Fatal(err)
		}
		if seed[i], err = os.ReadFile(path); err != nil && !os.IsNotExist(err) {
			f.Fatal(err)
		}
	}
	add := func(change func(files [][]byte)) {
		s := append([][]byte{}, seed...)
		change(s)
		f.Add(s[0], s[1], s[2], s[3], s[4], s[5], s[6])
	}
	add(func([][]byte) {})
	add(func(s [][]byte) {
		s[0] = []byte("S:disk/by-id/../../etc\nS:disk/by-id/\x1b[2J\nE:ID_MODEL_ENC=a\\x1b\\x5b2J\\xe2\\x80\\xae$(reboot)\nE:ID_FS_LABEL_ENC=\\x00\\xff\nE:=\nE\n")
		s[3] = []byte(strings.Repeat("\u202e", 40_000))
	})
	add(func(s [][]byte) { s[1] = []byte("1 2 254:1 / /mnt\\040\\012\x1b rw - ext4 /dev/vda1 rw\n1 2\n") })
	add(func(s [][]byte) {
		s[2] = []byte("Filename Type\n/dev/vda\\040(deleted) partition 1 0 -1\n/\xff file 1 0 1")
	})
	add(func(s [][]byte) {
		s[4], s[5], s[6] = []byte("18446744073709551615"), []byte("99999999999:-1"), []byte("MemTotal: 1125899906842624 kB")
	})
	f.Fuzz(func(t *testing.T, record, mounts, swaps, serial, size, number, memory []byte) {
		for i, text := range [][]byte{record, mounts, swaps, serial, size, number, memory} {
			if err := os.WriteFile(files[i], text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		inventory, err := device.Read(t.Context(), device.WithChroot(root))
		if err != nil {
			if device.Clean(err.Error()) == "" || strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("%q", err)
			}
			return
		}
		checkTexts(t, inventory)
		for _, d := range inventory.Disks {
			if d.Verdict.State == device.Eligible || d.Verdict.State == device.Unchecked && d.Bytes == 0 {
				t.Errorf("a disk of %d bytes is called %s without being read", uint64(d.Bytes), d.Verdict.State)
			}
		}
	})
}
