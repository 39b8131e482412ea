package step

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"lethe/engine/tool/tooltest"
)

// TestFullFileSystemKeepsNothingFromBeingLetGo closes what is open where the record cannot be written any more. To take something fails
// there, since nobody could let go of it after a kill.
func TestFullFileSystemKeepsNothingFromBeingLetGo(t *testing.T) {
	record := filepath.Join(t.TempDir(), "held.json")
	opened := map[string]bool{"lethe-one": true, "lethe-two": true}
	tools := tooltest.New().On(tooltest.Says(""), "cryptsetup")
	m := &Machine{Tools: tools, Record: record, Opened: func(name string) (bool, error) { return opened[name], nil }}
	for _, name := range []string{"lethe-one", "lethe-two"} {
		if err := m.take(mapper, name); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink("/dev/full", record+".new"); err != nil {
		t.Fatal(err)
	}
	if err := m.take(mapper, "lethe-three"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("to take something without a record of it: %v", err)
	}
	if err := m.letGoOf(t.Context(), thing{mapper, "lethe-two"}); err != nil {
		t.Errorf("the record only names too much: %v", err)
	}
	text, err := os.ReadFile(record)
	if err != nil || !strings.Contains(string(text), "lethe-one") || !strings.Contains(string(text), "lethe-two") {
		t.Errorf("the record is %s, %v; it should be as it was", text, err)
	}
	if err := m.letGo(t.Context(), mapper); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(record); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a record of nothing is left: %v", err)
	}
	if calls := tools.Calls(); len(calls) != 2 {
		t.Errorf("two were open, and called was %v", calls)
	}
}
