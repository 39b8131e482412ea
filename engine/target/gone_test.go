package target

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func TestGone(t *testing.T) {
	s := system{blocks: t.TempDir()}
	held := Facts{Number: "253:16", DiskSeq: 9}
	folder := filepath.Join(s.blocks, held.Number)
	shows := func(sequence string) {
		t.Helper()
		if err := errors.Join(os.MkdirAll(folder, 0o700), os.WriteFile(folder+"/diskseq", []byte(sequence), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	if !s.gone(held) {
		t.Error("a disk that the kernel does not show is there")
	}
	if shows("9\n"); s.gone(held) {
		t.Error("a disk that the kernel shows is gone")
	}
	if shows("10\n"); !s.gone(held) {
		t.Error("another disk under the number is taken for the one that was opened")
	}
	if s.gone(Facts{Number: held.Number}) {
		t.Error("a disk of a kernel that counts none is gone")
	}
	if err := os.Remove(folder + "/diskseq"); err != nil {
		t.Fatal(err)
	}
	if s.gone(held) {
		t.Error("a disk without a sequence number is gone")
	}
}
