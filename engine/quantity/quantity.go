// Package quantity holds the units that every room of the engine shares: bytes, sectors and the size of a
// sector. They are distinct types so that a count of sectors can never be passed where bytes are meant.
//
// It guarantees that parsing never wraps round and never guesses a unit. It knows IEC units (KiB, MiB, GiB,
// TiB, PiB) and plain bytes; SI units (MB, GB) are refused, because a user who types "512MB" for an ESP
// mostly means 512 MiB and must not silently get another number. A field that shows at once what was understood
// takes them ([ParseTyped]).
package quantity

import (
	"errors"
	"fmt"
	"math"
	"math/bits"
	"strconv"
	"strings"
)

// Bytes is a size or an offset in bytes.
type Bytes uint64

// Sectors counts logical sectors; as an address it is an LBA, and an inclusive range is written first–last.
type Sectors uint64

// SectorSize is the number of bytes in one logical sector, 512 or 4096 on real disks.
type SectorSize uint32

// IEC multiples.
const (
	KiB Bytes = 1 << 10
	MiB Bytes = 1 << 20
	GiB Bytes = 1 << 30
	TiB Bytes = 1 << 40
	PiB Bytes = 1 << 50
)

// ErrSize is wrapped by every error of [ParseBytes].
var ErrSize = errors.New("not a size")

var units = []struct {
	suffix string
	size   Bytes
}{
	{"PiB", PiB}, {"TiB", TiB}, {"GiB", GiB}, {"MiB", MiB}, {"KiB", KiB}, {"B", 1},
}

// ParseBytes reads a whole number with an IEC unit, such as "512MiB", "1 GiB" or "4096B"; a bare number
// is bytes. Fractions, signs, exponents, SI units and anything above 2⁶⁴−1 bytes are refused.
func ParseBytes(s string) (Bytes, error) {
	text := strings.TrimSpace(s)
	number, unit := text, Bytes(1)
	for _, u := range units {
		if rest, ok := strings.CutSuffix(text, u.suffix); ok {
			number, unit = strings.TrimSpace(rest), u.size
			break
		}
	}
	for _, r := range number {
		if r < '0' || r > '9' {
			return 0, fmt.Errorf("cannot read size %q: %w: write a whole number with KiB, MiB, GiB or TiB, such as 8GiB", clip(s), ErrSize)
		}
	}
	n, err := strconv.ParseUint(number, 10, 64)
	if err != nil {
		if errors.Is(err, strconv.ErrRange) {
			return 0, fmt.Errorf("cannot read size %q: %w: larger than any disk", clip(s), ErrSize)
		}
		return 0, fmt.Errorf("cannot read size %q: %w: write a whole number with KiB, MiB, GiB or TiB, such as 8GiB", clip(s), ErrSize)
	}
	high, low := bits.Mul64(n, uint64(unit))
	if high != 0 {
		return 0, fmt.Errorf("cannot read size %q: %w: larger than any disk", clip(s), ErrSize)
	}
	return Bytes(low), nil
}

// clip keeps a hostile megabyte of text out of an error message.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}

// String gives the largest IEC unit that divides b evenly, such as "512MiB"; it reads back unchanged.
func (b Bytes) String() string {
	for _, u := range units {
		if b >= u.size && b%u.size == 0 {
			return strconv.FormatUint(uint64(b/u.size), 10) + u.suffix
		}
	}
	return "0B"
}

// Human gives at most three significant digits, such as "31.5 GiB", for people; it does not read back.
func (b Bytes) Human() string {
	for _, u := range units {
		if b < u.size || u.size == 1 {
			continue
		}
		value := float64(b) / float64(u.size)
		digits := max(0, 2-int(math.Log10(value)))
		text := strconv.FormatFloat(value, 'f', digits, 64)
		if strings.Contains(text, ".") {
			text = strings.TrimRight(strings.TrimRight(text, "0"), ".")
		}
		return text + " " + u.suffix
	}
	return strconv.FormatUint(uint64(b), 10) + " B"
}

// MarshalText writes b as [Bytes.String] does; TOML files hold sizes in this form.
func (b Bytes) MarshalText() ([]byte, error) { return []byte(b.String()), nil }

// UnmarshalText reads what [ParseBytes] reads.
func (b *Bytes) UnmarshalText(text []byte) error {
	v, err := ParseBytes(string(text))
	if err != nil {
		return err
	}
	*b = v
	return nil
}

// MarshalJSON writes a plain number of bytes, so that scripts need no parser for units.
func (b Bytes) MarshalJSON() ([]byte, error) { return strconv.AppendUint(nil, uint64(b), 10), nil }

// UnmarshalJSON reads a plain number of bytes.
func (b *Bytes) UnmarshalJSON(text []byte) error {
	v, err := strconv.ParseUint(string(text), 10, 64)
	if err != nil {
		return fmt.Errorf("cannot read bytes %q: %w", clip(string(text)), ErrSize)
	}
	*b = Bytes(v)
	return nil
}

// Of gives the bytes that n sectors of this size hold. The caller keeps n below 2⁶⁴ bytes; every sector
// that comes from a real disk is.
func (s SectorSize) Of(n Sectors) Bytes { return Bytes(n) * Bytes(s) }

// Ceil gives the sectors needed to hold b, rounded up.
func (s SectorSize) Ceil(b Bytes) Sectors {
	n := Sectors(b / Bytes(s))
	if b%Bytes(s) != 0 {
		n++
	}
	return n
}

// Floor gives the whole sectors in b.
func (s SectorSize) Floor(b Bytes) Sectors { return Sectors(b / Bytes(s)) }
