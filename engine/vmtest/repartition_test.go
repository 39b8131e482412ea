//go:build vm

package vmtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestRepartitionNVMe writes ten tables to an NVMe disk one after the other; no role ever takes another's place.
func TestRepartitionNVMe(t *testing.T) {
	t.Parallel()
	made, err := madeTree()
	must(t, err)
	folder := t.TempDir()
	share := newShare(t, folder)
	build := exec.Command("go", "build", "-trimpath", "-tags", "vm", "-o", filepath.Join(share, "repartition"), "./repartition")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("cannot build: %v\n%s", err, out)
	}
	d := blank(t, folder, nvme, "REPARTITION1", 16<<30)
	other := blank(t, folder, nvme4Kn, "REPARTITION2", 64<<20)
	put(t, fmt.Sprintf("id=%s\n", d.id()), share, "repartition.env")
	m := machine{
		memory: 1536, vars: variables(t, folder, "vars"), live: made, script: "repartition", share: share, out: newOut(t, folder, "out"),
		drives: []drive{made.medium(), other, d},
	}
	before := other.digest(t)
	said := m.run(t, "repartition", 5*time.Minute, nil, "")
	if !strings.Contains(said, "LIVE EXIT 0") || strings.Contains(said, "WRONG") || strings.Count(said, "ROUND ") != 10 {
		t.Errorf("roles went astray:\n%s", tail(said))
	}
	if other.digest(t) != before {
		t.Error("the other NVMe disk changed")
	}
}
