package quantity

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
)

// ErrUnit is wrapped by the error of [ParseTyped] for a number without a unit.
var ErrUnit = errors.New("a number without a unit")

// typed is a number, with a decimal point or comma, and a unit.
var typed = regexp.MustCompile(`^([0-9]{1,20})(?:[.,]([0-9]{1,9}))?[ \x{a0}\x{202f}]*(?i:([KMGTP]?)(i?)(B?))$`)

// powers are the powers of 1000 or 1024 that prefixes stand for.
var powers = map[string]int64{"": 0, "K": 1, "M": 2, "G": 3, "T": 4, "P": 5}

// ParseTyped reads what people type into a field: a number, also one with a decimal point or comma, and a unit in capital or small
// letters. GiB and G are binary, GB is 10⁹ bytes, as sellers of disks count. A number without a unit is refused: nobody can tell what
// it means. Fractions and powers of ten are rounded down to whole MiB where they are larger.
func ParseTyped(s string) (Bytes, error) {
	m := typed.FindStringSubmatch(strings.TrimSpace(s))
	if m == nil {
		return 0, fmt.Errorf("cannot read size %q: %w: write a number with MiB or GiB, such as 8 GiB", clip(s), ErrSize)
	}
	prefix, binary, unit := strings.ToUpper(m[3]), m[4] != "" || m[5] == "", m[5]
	switch {
	case prefix == "" && m[4] == "" && unit == "":
		return 0, fmt.Errorf("cannot read size %q: %w: write MiB or GiB behind it", clip(s), ErrUnit)
	case prefix == "" && (m[4] != "" || m[2] != ""): // "5iB", "1.5B"
		return 0, fmt.Errorf("cannot read size %q: %w: write a number with MiB or GiB, such as 8 GiB", clip(s), ErrSize)
	}
	base := int64(1000)
	if binary {
		base = 1024
	}
	factor := new(big.Int).Exp(big.NewInt(base), big.NewInt(powers[prefix]), nil)
	value, _ := new(big.Rat).SetString(m[1] + "." + m[2] + "0")
	value.Mul(value, new(big.Rat).SetInt(factor))
	whole := new(big.Int).Quo(value.Num(), value.Denom())
	if !whole.IsUint64() {
		return 0, fmt.Errorf("cannot read size %q: %w: larger than any disk", clip(s), ErrSize)
	}
	size := Bytes(whole.Uint64())
	if size > MiB && (m[2] != "" || prefix != "" && !binary) {
		size -= size % MiB
	}
	return size, nil
}
