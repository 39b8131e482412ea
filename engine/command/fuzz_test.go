package command_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/engine/command"
)

// FuzzParseKDF wants every key derivation that is read to read back, within cryptsetup's bounds.
func FuzzParseKDF(f *testing.F) {
	for _, seed := range []string{"", "4,32,1", "4,4194304,4", "3,32,1", "4,32", "+4,32,1", "4,32,1,", "4294967296,32,1", " 4,32,1"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		k, err := command.ParseKDF(text)
		if err != nil {
			if k != (command.KDF{}) {
				t.Errorf("a failure gave %+v", k)
			}
			return
		}
		if again, err := command.ParseKDF(k.String()); err != nil || again != k {
			t.Errorf("%q reads back as %+v, %v", text, again, err)
		}
		if k != (command.KDF{}) && (k.Iterations < 4 || k.MemoryKiB < 32 || k.MemoryKiB > 4<<20 || k.Lanes < 1 || k.Lanes > 4) {
			t.Errorf("%q is %+v", text, k)
		}
	})
}

// FuzzQuote sends words through a real shell, many at a time.
func FuzzQuote(f *testing.F) {
	for _, seed := range hostile {
		f.Add(seed)
	}
	const batch = 512
	var words []string
	flush := func(t testing.TB) {
		if got := echoed(t, words); len(words) > 0 && !slices.Equal(got, words) {
			t.Errorf("%q come back as %q", words, got)
		}
		words = words[:0]
	}
	f.Cleanup(func() { flush(f) })
	f.Fuzz(func(t *testing.T, word string) {
		if strings.ContainsRune(word, 0) || len(word) > 4096 {
			return // no word can hold a NUL, and a command line has an end
		}
		if words = append(words, word); len(words) == batch {
			flush(t)
		}
	})
}
