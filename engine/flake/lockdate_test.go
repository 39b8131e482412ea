package flake_test

import (
	"testing"
	"time"

	"lethe/engine/flake"
)

func TestNewest(t *testing.T) {
	for lock, want := range map[string]time.Time{
		"":              {},
		"{":             {},
		`{"nodes":{}}`:  {},
		`{"nodes":[1]}`: {},
		`{"nodes":{"root":{},"a":{"locked":{"narHash":"x"}}}}`:                                              {},
		`{"nodes":{"a":{"locked":{"lastModified":-5}}}}`:                                                    {},
		`{"nodes":{"a":{"locked":{"lastModified":"soon"}}}}`:                                                {},
		`{"nodes":{"a":{"locked":{"lastModified":1700000000}},"b":{"locked":{"lastModified":1600000000}}}}`: time.Date(2023, 11, 14, 22, 13, 20, 0, time.UTC),
	} {
		if got := flake.Newest([]byte(lock)); !got.Equal(want) {
			t.Errorf("%s: %v, want %v", lock, got, want)
		}
	}
}
