package keep

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"
)

// BenchmarkKeepManySmallFiles keeps 20,000 files of 2 KiB on the disk of TMPDIR, and says how long the parts of it took.
func BenchmarkKeepManySmallFiles(b *testing.B) {
	const files, folders = 20_000, 200
	for b.Loop() {
		b.StopTimer()
		w := newWorldOnDisk(b)
		for i := range folders {
			w.good(os.MkdirAll(fmt.Sprintf("%s/srv/%d", w.Root, i), 0o755))
		}
		for i := range files {
			w.good(os.WriteFile(fmt.Sprintf("%s/srv/%d/file %d", w.Root, i%folders, i), []byte(strings.Repeat("some text ", 205)), 0o644))
		}
		plan, err := PlanKeep(b.Context(), w.Place, "/srv")
		w.good(err)
		b.StartTimer()
		start := time.Now()
		var verifying time.Time
		result, err := Keep(b.Context(), w.Place, plan, func(p Progress) {
			if p.Stage == StageVerify && verifying.IsZero() {
				verifying = time.Now()
			}
		})
		w.good(err)
		if got := result.Copies[0].Entries; got < files {
			b.Fatalf("copied %d entries, want at least %d", got, files)
		}
		b.ReportMetric(verifying.Sub(start).Seconds(), "s-copy")
		b.ReportMetric(time.Since(verifying).Seconds(), "s-verify")
	}
}
