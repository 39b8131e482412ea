package device_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lethe/engine/device"
)

func TestClean(t *testing.T) {
	tests := []struct{ in, want string }{
		{"", ""},
		{"Samsung SSD 980 PRO", "Samsung SSD 980 PRO"},
		{"  WDC  \n", "WDC"},
		{"größe ☃ 磁盘", "größe ☃ 磁盘"},
		{"\x1b[31mred\x1b[0m", "red"},
		{"\x1b]0;title\x07text", "text"},
		{"\x1b]8;;http://x\x1b\\link\x1b]8;;\x1b\\", "link"},
		{"\u009b2Jcsi", "csi"},
		{"\x1b(Bcharset", "charset"},
		{"\x1b]never ends, but shows", "never ends, but shows"},
		{"end\x1b", "end"},
		{"a\u202egpj.exe", "agpj.exe"},
		{"zero\u200bwidth\ufeff\u00ad", "zerowidth"},
		{"fill\u3164\u2800er", "filler"},
		{"bad\xff\xfe\xc3", "bad"},
		{"nul\x00bell\x07del\x7f", "nulbelldel"},
		{"a\tb\nc\u00a0d", "a b c d"},
		{"$(reboot) `id`", "$(reboot) `id`"},
		{strings.Repeat("é", 100), strings.Repeat("é", 64)},
		{strings.Repeat("x", 63) + "  y", strings.Repeat("x", 63)},
		{strings.Repeat("\x1b[0m", 1<<16), ""},
	}
	for _, test := range tests {
		if got := device.Clean(test.in); got != test.want {
			t.Errorf("Clean(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

// TestCleanProperties throws text made of the dangerous pieces at Clean.
func TestCleanProperties(t *testing.T) {
	pieces := []string{"\x1b", "[", "]", "31m", "\x07", "\u009b", "\u009c", "\u202e", "\u2066", "\u200b", "\ufeff", "\xff", "\xc2", "\x9b", "\n", " ", "a", "ß", "\U000e0041", "\ue000"}
	piece := rapid.OneOf(rapid.SampledFrom(pieces), rapid.String(), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 4), func(b []byte) string { return string(b) }))
	rapid.Check(t, func(t *rapid.T) {
		in := strings.Join(rapid.SliceOfN(piece, 0, 40).Draw(t, "pieces"), "")
		out := device.Clean(in)
		if !utf8.ValidString(out) || utf8.RuneCountInString(out) > 64 || out != strings.TrimSpace(out) {
			t.Fatalf("Clean(%q) = %q", in, out)
		}
		for _, r := range out {
			if unicode.Is(unicode.C, r) || unicode.Is(unicode.Zl, r) || unicode.Is(unicode.Zp, r) {
				t.Fatalf("Clean(%q) lets %U through", in, r)
			}
		}
		if again := device.Clean(out); again != out {
			t.Fatalf("Clean(%q) = %q, and again %q", in, out, again)
		}
	})
}
