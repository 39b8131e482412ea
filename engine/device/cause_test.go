package device

import (
	"errors"
	"strings"
	"testing"
)

func TestACauseIsNeverCut(t *testing.T) {
	long := "cannot run blkid:\n" + strings.Repeat("a line of talk\n", 500) + "the real reason\x1b[31m"
	got := cause(errors.New(long))
	if !strings.HasSuffix(got, "the real reason") || strings.ContainsAny(got, "\n\x1b") || strings.Count(got, "a line of talk") != 500 {
		t.Errorf("%d bytes of %d are left", len(got), len(long))
	}
}
