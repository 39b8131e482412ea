package main

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

const cacheSwitch = "/proc/sys/vm/drop_caches"

// cannotForget says why this machine cannot be made to read a folder from its disk, "" where it can.
func cannotForget(folder string) string {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return err.Error()
	}
	if st.Type != unix.EXT4_SUPER_MAGIC {
		return fmt.Sprintf("%s is not on ext4: set TMPDIR to a folder that is", folder)
	}
	if err := unix.Access(cacheSwitch, unix.W_OK); err != nil {
		return "only root may empty the kernel's caches"
	}
	return ""
}

// forget has the kernel let go of all that it holds of disks. What is in memory only (a tmpfs) stays.
func forget() error {
	unix.Sync()
	if err := os.WriteFile(cacheSwitch, []byte("3"), 0); err != nil {
		return fmt.Errorf("cannot empty the kernel's caches: %w", err)
	}
	return nil
}
