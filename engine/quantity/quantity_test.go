package quantity_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lethe/engine/quantity"
)

func TestParseBytes(t *testing.T) {
	for text, want := range map[string]quantity.Bytes{
		"0": 0, "0B": 0, "1": 1, "512B": 512, "1KiB": 1024, "512MiB": 512 << 20, " 1 GiB ": 1 << 30, "8TiB": 8 << 40, "2PiB": 2 << 50,
		"18446744073709551615": math.MaxUint64, "16383PiB": 16383 << 50,
	} {
		if got, err := quantity.ParseBytes(text); err != nil || got != want {
			t.Errorf("%q gives %d, %v instead of %d", text, got, err, want)
		}
	}
	for _, text := range []string{
		"", " ", "B", "GiB", "-1", "-1GiB", "+1", "1.5GiB", "1e3", "0x10", "1_000", "NaN", "inf", "40GB", "40G", "1gib", "1 GiBB", "GiB 1",
		"١GiB", "18446744073709551616", "16384PiB", "99999999999999999999TiB", strings.Repeat("9", 1<<20),
	} {
		_, err := quantity.ParseBytes(text)
		if !errors.Is(err, quantity.ErrSize) {
			t.Errorf("%.40q gives %v", text, err)
		} else if len(err.Error()) > 300 {
			t.Errorf("%.40q gives an error of %d bytes", text, len(err.Error()))
		}
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		b := quantity.Bytes(rapid.Uint64().Draw(t, "bytes"))
		if back, err := quantity.ParseBytes(b.String()); err != nil || back != b {
			t.Errorf("%d is written %q and read back as %d, %v", uint64(b), b, back, err)
		}
		text, err := json.Marshal(b)
		if err != nil {
			t.Fatal(err)
		}
		var back quantity.Bytes
		if err := json.Unmarshal(text, &back); err != nil || back != b {
			t.Errorf("%d is %s in JSON and read back as %d, %v", uint64(b), text, back, err)
		}
	})
}

func TestJSONRefuses(t *testing.T) {
	for _, text := range []string{"-1", "1.5", `"1GiB"`, "null", "1e3", "18446744073709551616"} {
		var b quantity.Bytes
		if err := json.Unmarshal([]byte(text), &b); err == nil && text != "null" {
			t.Errorf("%s is read as %d", text, b)
		}
	}
}

func TestHuman(t *testing.T) {
	for b, want := range map[quantity.Bytes]string{
		0: "0 B", 1023: "1023 B", 1024: "1 KiB", 1536: "1.5 KiB", 33820770304: "31.5 GiB", 500107862016: "466 GiB", 2000398934016: "1.82 TiB",
		10 << 20: "10 MiB", 100 << 30: "100 GiB",
	} {
		if got := b.Human(); got != want {
			t.Errorf("%d is %q instead of %q", uint64(b), got, want)
		}
	}
}

func TestSectors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := quantity.SectorSize(rapid.SampledFrom([]int{512, 4096}).Draw(t, "size"))
		b := quantity.Bytes(rapid.Uint64Range(0, 1<<62).Draw(t, "bytes"))
		down, up := size.Floor(b), size.Ceil(b)
		if size.Of(down) > b || size.Of(up) < b || up-down > 1 || (up == down) != (b%quantity.Bytes(size) == 0) {
			t.Errorf("%d bytes lie in %d to %d sectors of %d", b, down, up, size)
		}
	})
}
