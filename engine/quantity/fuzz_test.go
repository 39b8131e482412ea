package quantity_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"lethe/engine/quantity"
)

// FuzzParseBytes wants every size that is read to read back, and a short message that a terminal can take for every other text.
func FuzzParseBytes(f *testing.F) {
	for _, seed := range []string{"", "0", "512MiB", " 1 GiB ", "4096B", "18446744073709551615", "16777216TiB", "1e3", "-1", "٣MiB", "5 MB", "\x1b[2JMiB", strings.Repeat("9", 1000)} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		size, err := quantity.ParseBytes(text)
		if err != nil {
			if message := err.Error(); len(message) > 1000 || !utf8.ValidString(message) || strings.ContainsFunc(message, func(r rune) bool { return r < ' ' || r == 0x7f }) {
				t.Errorf("%q", message)
			}
			return
		}
		if again, err := quantity.ParseBytes(size.String()); err != nil || again != size {
			t.Errorf("%q is %d and reads back as %d, %v", text, uint64(size), uint64(again), err)
		}
		if digits := strings.TrimLeft(strings.TrimSpace(text), "0"); size > 0 && !strings.ContainsAny(digits[:1], "123456789") {
			t.Errorf("%q is %d", text, uint64(size))
		}
	})
}
