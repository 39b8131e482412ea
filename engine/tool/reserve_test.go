package tool_test

import (
	"runtime"
	"testing"

	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// TestReserve makes sure that what was reserved is free again: a derivation must find room, not be added on top.
func TestReserve(t *testing.T) {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	release := tool.Reserve(64 * quantity.MiB)
	defer release()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 16<<20 {
		t.Errorf("%d bytes are still in use", grown)
	}
	if grown := int64(after.HeapSys) - int64(before.HeapSys); grown < 32<<20 {
		t.Errorf("the heap grew by %d bytes only", grown)
	}
	tool.Reserve(0)() // nothing to do
}
