package flake_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"lethe/engine/config"
	"lethe/engine/flake"
)

func TestWishesAreReadableAndTheSame(t *testing.T) {
	for _, m := range matrix() {
		c := m.wishes()
		c.Disk.Target = "/dev/disk/by-id/nvme-SERIAL"
		text, err := flake.Wishes(c)
		if err != nil {
			t.Fatal(err)
		}
		again, err := config.Decode(bytes.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v\n%s", m, err, text)
		}
		c.Disk.Target = ""
		if diff := cmp.Diff(c, again, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-wished +read):\n%s", m, diff)
		}
		for _, noise := range []string{`= ""`, "= false", `"0B"`, "= 0\n", "[]\n", "SERIAL"} {
			if strings.Contains(string(text), noise) {
				t.Errorf("%s: the file has %q:\n%s", m, noise, text)
			}
		}
	}
}
