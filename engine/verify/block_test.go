package verify

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestBlockIsFoundBySysfsName has devices by their node, by a link to it, and in a folder of /dev.
func TestBlockIsFoundBySysfsName(t *testing.T) {
	root := t.TempDir()
	write := func(path, text string) error {
		return errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(text), 0o600))
	}
	err := errors.Join(
		write(root+"/sys/class/block/vda1/dev", "253:1\n"), write(root+"/dev/vda1", ""),
		write(root+"/sys/class/block/cciss!c0d0p1/dev", "104:1\n"), write(root+"/dev/cciss/c0d0p1", ""),
		os.MkdirAll(root+"/dev/disk/by-partuuid", 0o755),
		os.Symlink("../../vda1", root+"/dev/disk/by-partuuid/a"), os.Symlink("../../cciss/c0d0p1", root+"/dev/disk/by-partuuid/b"),
	)
	if err != nil {
		t.Fatal(err)
	}
	m := &Mounted{machine: root}
	for path, want := range map[string]string{
		"/dev/vda1": "253:1", "/dev/disk/by-partuuid/a": "253:1", "/dev/cciss/c0d0p1": "104:1", "/dev/disk/by-partuuid/b": "104:1",
	} {
		if number, err := m.number(m.block(root + path)); err != nil || number != want {
			t.Errorf("%s: %q, %v", path, number, err)
		}
	}
}
