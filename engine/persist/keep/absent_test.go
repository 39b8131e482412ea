package keep

import (
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingToLookAt wants an error, and no end of the program, where the system is not one that Lethe installed.
func TestNothingToLookAt(t *testing.T) {
	there, gone := t.TempDir(), filepath.Join(t.TempDir(), "gone")
	for want, p := range map[string]Place{
		"cannot look at the running system": {Root: gone, Persist: there, Repo: there},
		"cannot look at the persist tree":   {Root: there, Persist: gone, Repo: there},
		"cannot read what is mounted":       {Root: there, Persist: there, Repo: there, MountInfo: gone},
	} {
		if _, err := PlanKeep(t.Context(), p, "/var/lib/x"); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, and wanted was %q", err, want)
		}
	}
}
