package tool_test

import (
	"runtime"
	"testing"

	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// TestReserve makes sure that what was reserved is free in the heap and in memory: a derivation must find room, not be
// added on top.
func TestReserve(t *testing.T) {
	release := tool.Reserve(256 * quantity.MiB)
	defer release()
	var after runtime.MemStats
	runtime.ReadMemStats(&after)
	if ready := int64(after.HeapIdle) - int64(after.HeapReleased); ready < 128<<20 {
		t.Errorf("only %d bytes are ready", ready)
	}
	tool.Reserve(0)() // nothing to do
}
