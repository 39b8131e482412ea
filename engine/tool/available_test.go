package tool

import (
	"testing"

	"lethe/engine/quantity"
)

func TestMemoryOfThisMachine(t *testing.T) {
	m, err := ReadMemory()
	if err != nil || m.Total < 64*quantity.MiB || m.Available == 0 || m.Available > m.Total {
		t.Errorf("%+v, %v", m, err)
	}
}

func TestParseMemory(t *testing.T) {
	m, err := parseMemory([]byte("MemTotal:       24683384 kB\nMemFree: 1 kB\nMemAvailable:   23757036 kB\nHugePages_Total:       0\n"))
	if err != nil || m.Total != 24683384*quantity.KiB || m.Available != 23757036*quantity.KiB {
		t.Errorf("%+v, %v", m, err)
	}
	for _, text := range []string{"", "MemTotal: 5 kB\n", "MemTotal: x kB\nMemAvailable: 5 kB\n", "MemTotal: 5 MB\nMemAvailable: 5 kB\n", "MemTotal: 18446744073709551615 kB\nMemAvailable: 1 kB\n"} {
		if m, err := parseMemory([]byte(text)); err == nil {
			t.Errorf("%q: %+v", text, m)
		}
	}
}
