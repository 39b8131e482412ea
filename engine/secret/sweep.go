package secret

import (
	"runtime"
	"runtime/debug"
)

// Sweep frees what is no longer used at once, and so overwrites it in a process that called process.Clobber: copies of secrets in the
// buffers of libraries that hashed them or derived keys of them. Whole pages go back to the system. It takes some milliseconds.
func Sweep() {
	runtime.GC()
	debug.FreeOSMemory() // another collection, for what was still used, or in a pool, when the first began
}

// Shield calls f, which hands a secret to a library that copies it to the stack, and overwrites the stack below f's caller afterwards. The
// stack is made large before, since one that grows leaves its old place as it is.
func Shield(f func()) {
	overwrite()
	f()
	overwrite()
}

// overwrite overwrites the part of the stack that is about to be used.
//
//go:noinline
func overwrite() {
	var stack [64 << 10]byte
	clear(stack[:])
	runtime.KeepAlive(&stack)
}
