package quantity_test

import (
	"errors"
	"testing"

	"lethe/engine/quantity"
)

// TestParseTyped reads what people write, and nothing that could mean two things.
func TestParseTyped(t *testing.T) {
	for text, want := range map[string]quantity.Bytes{
		"8GiB": 8 * quantity.GiB, " 8 gib ": 8 * quantity.GiB, "8G": 8 * quantity.GiB, "8 Gi": 8 * quantity.GiB, "8\u00a0GiB": 8 * quantity.GiB,
		"1.5 GiB": 1536 * quantity.MiB, "1,5GiB": 1536 * quantity.MiB, "0.5g": 512 * quantity.MiB,
		"100MB": 95 * quantity.MiB, "8 GB": 7629 * quantity.MiB, "1tb": 953674 * quantity.MiB, "1 TiB": quantity.TiB,
		"512B": 512, "512KiB": 512 * quantity.KiB, "1kB": 1000, "0GiB": 0, "2PiB": 2 * quantity.PiB,
		"18446744073709551615B": 18446744073709551615, "1048575KiB": quantity.GiB - quantity.KiB,
	} {
		if got, err := quantity.ParseTyped(text); err != nil || got != want {
			t.Errorf("%q is %v, %v, not %v", text, got, err, want)
		}
	}
	for text, want := range map[string]error{
		"100": quantity.ErrUnit, "1.5": quantity.ErrUnit, "": quantity.ErrSize, "GiB": quantity.ErrSize, "banana": quantity.ErrSize, "-1GiB": quantity.ErrSize,
		"1e3GiB": quantity.ErrSize, "1.5B": quantity.ErrSize, "5iB": quantity.ErrSize, "5GiBB": quantity.ErrSize, "1.2.3GiB": quantity.ErrSize,
		"16777216TiB": quantity.ErrSize, "99999999999999999999PiB": quantity.ErrSize, "٣MiB": quantity.ErrSize,
	} {
		if got, err := quantity.ParseTyped(text); !errors.Is(err, want) {
			t.Errorf("%q is %v, %v, not refused as %v", text, got, err, want)
		}
	}
}

// FuzzParseTyped agrees with ParseBytes where that reads a text with a unit in whole MiB.
func FuzzParseTyped(f *testing.F) {
	for _, seed := range []string{"8GiB", "1,5 GB", "12", "512MiB", "99999999999999999999TB"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := quantity.ParseTyped(text)
		if want, strict := quantity.ParseBytes(text); err == nil && strict == nil && want%quantity.MiB == 0 && got != want {
			t.Errorf("%q is %v, and %v to ParseBytes", text, got, want)
		}
	})
}
