package devicetest

import (
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// Big builds a machine with many NVMe disks of 1 TiB, each with the same number of equal partitions, and nothing
// mounted. Equal files of different disks are one file with many links, so that a large machine is built quickly.
func Big(t testing.TB, disks, partitions int) string {
	t.Helper()
	root := memory(t)
	text := strings.Join([]string{
		"/proc", "meminfo <<", "| MemTotal:       65536000 kB", "self/mountinfo <<",
		`| 22 1 0:21 / / rw,relatime - tmpfs none rw,size=8192000k,mode=755`,
		"swaps <<", "| Filename Type Size Used Priority",
		"/sys/block", "/sys/dev/block", "/run/udev/data", "/shared", "ro = 0", "removable = 0", "alignment_offset = 0",
		"logical_block_size = 512", "physical_block_size = 512", "minimum_io_size = 512", "optimal_io_size = 0", "rotational = 0",
		"model = Example NVMe 1TB",
	}, "\n")
	if err := Build(root, text); err != nil {
		t.Fatalf("cannot build a big machine: %v", err)
	}
	for n := range partitions {
		for name, value := range map[string]int{"partition": n + 1, "start": 2048 * (1 + n*8), "size": 2048 * 8} {
			if err := write(fmt.Sprintf("%s/shared/%s-%d", root, name, n), fmt.Sprintln(value)); err != nil {
				t.Fatalf("cannot build a big machine: %v", err)
			}
		}
	}
	var wait sync.WaitGroup
	errs := make(chan error, disks)
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	for disk := range disks {
		wait.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			errs <- bigDisk(root, disk, partitions)
		})
	}
	wait.Wait()
	for range disks {
		if err := <-errs; err != nil {
			t.Fatalf("cannot build a big machine: %v", err)
		}
	}
	return root
}

// memory gives a temporary folder in RAM if there is a place for it, as the real sysfs is in RAM too.
func memory(t testing.TB) string {
	t.Helper()
	dir, err := os.MkdirTemp("/dev/shm", "devicetest-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(dir); err != nil {
			t.Errorf("cannot remove the big machine: %v", err)
		}
	})
	return dir
}

func bigDisk(root string, disk, partitions int) error {
	name := fmt.Sprintf("nvme%dn1", disk)
	relative := fmt.Sprintf("devices/pci0000:00/0000:%02x:00.0/nvme/nvme%d/%s", disk, disk, name)
	dir := root + "/sys/" + relative
	number := fmt.Sprintf("259:%d", disk*(partitions+1))
	steps := []func() error{
		func() error { return os.MkdirAll(dir+"/queue", 0o755) },
		func() error { return os.Mkdir(dir+"/holders", 0o755) },
		func() error { return os.Mkdir(dir+"/slaves", 0o755) },
		func() error { return os.Symlink("../../nvme"+fmt.Sprint(disk), dir+"/device") },
		func() error { return os.Symlink("../"+relative, root+"/sys/block/"+name) },
		func() error { return os.Symlink("../../"+relative, root+"/sys/dev/block/"+number) },
		func() error { return write(dir+"/dev", number+"\n") },
		func() error { return write(dir+"/size", "2147483648\n") },
		func() error { return write(dir+"/diskseq", fmt.Sprintln(disk+1)) },
		func() error {
			return write(root+"/run/udev/data/b"+number, fmt.Sprintf(
				"S:disk/by-id/nvme-Example_NVMe_1TB_S%06d\nE:ID_MODEL=Example NVMe 1TB\nE:ID_SERIAL_SHORT=S%06d\nE:ID_PART_TABLE_TYPE=gpt\n", disk, disk))
		},
		func() error { return share(root, dir, "ro", "removable", "alignment_offset") },
		func() error {
			return share(root, dir+"/queue", "logical_block_size", "physical_block_size", "minimum_io_size", "optimal_io_size", "rotational")
		},
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	for n := range partitions {
		if err := bigPartition(root, dir, name, n, disk*(partitions+1)+n+1); err != nil {
			return err
		}
	}
	return nil
}

func bigPartition(root, dir, disk string, n, minor int) error {
	part := fmt.Sprintf("%s/%sp%d", dir, disk, n+1)
	if err := os.MkdirAll(part+"/holders", 0o755); err != nil {
		return err
	}
	for _, name := range []string{"partition", "start", "size"} {
		if err := os.Link(fmt.Sprintf("%s/shared/%s-%d", root, name, n), filepath.Join(part, name)); err != nil {
			return err
		}
	}
	if err := share(root, part, "ro"); err != nil {
		return err
	}
	if err := os.WriteFile(part+"/dev", fmt.Appendf(nil, "259:%d\n", minor), 0o644); err != nil {
		return err
	}
	record := fmt.Sprintf("S:disk/by-partuuid/%08x-0000-4000-8000-000000000000\nE:ID_PART_ENTRY_SCHEME=gpt\nE:ID_PART_ENTRY_NAME=data%d\n"+
		"E:ID_PART_ENTRY_UUID=%08x-0000-4000-8000-000000000000\nE:ID_PART_ENTRY_TYPE=0fc63daf-8483-4772-8e79-3d69d8477de4\nE:ID_FS_TYPE=ext4\n", minor, n+1, minor)
	return os.WriteFile(fmt.Sprintf("%s/run/udev/data/b259:%d", root, minor), []byte(record), 0o644)
}

// share links files of the folder of common values.
func share(root, dir string, names ...string) error {
	for _, name := range names {
		if err := os.Link(root+"/shared/"+name, dir+"/"+name); err != nil {
			return err
		}
	}
	return nil
}
