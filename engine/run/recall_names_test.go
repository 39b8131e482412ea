package run_test

import (
	"fmt"
	"slices"
	"testing"

	"lethe/engine/command"
)

// TestDiskInAFolderOfDevIsRecalled has a disk whose kernel name has a ! where its path has a /.
func TestDiskInAFolderOfDevIsRecalled(t *testing.T) {
	s := begin(t, false)
	if _, err := s.play("install", "fails after its work"); err == nil {
		t.Fatal("it did not stop")
	}
	s.reboot()
	d := s.look(true)
	d.Name, d.Path = "cciss!c0d0", "/dev/cciss/c0d0"
	for i := range d.Partitions {
		d.Partitions[i].Name = fmt.Sprintf("cciss!c0d0p%d", i+1)
	}
	since := len(s.tools.Calls())
	if _, err := s.recall(d, ""); err != nil {
		t.Error(err)
	}
	last := fmt.Sprintf("/dev/cciss/c0d0p%d", len(d.Partitions))
	if !slices.ContainsFunc(s.tools.Calls()[since:], func(c command.Command) bool { return c.Name == "mount" && slices.Contains(c.Args, last) }) {
		t.Errorf("%s is not mounted", last)
	}
}
