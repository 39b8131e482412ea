package tool

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"time"

	luks "github.com/anatol/luks.go"
	"golang.org/x/sys/unix"

	"lethe/engine/quantity"
	"lethe/engine/secret"
)

// Unlock deadline: a key derivation of production strength takes about 2 s; a hostile header may ask for hours.
const unlockDeadline = 2 * time.Minute

// Unlock proves that the passphrase opens a keyslot of the LUKS container in path, with an implementation that is not
// cryptsetup's, without device-mapper. It gives the keyslot and the container's UUID.
//
// The derivation cannot be interrupted; on cancel or deadline it is left to end by itself.
func Unlock(ctx context.Context, path string, passphrase *secret.Secret) (slot int, uuid string, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, unlockDeadline, errors.New("the key derivation took too long"))
	defer cancel()
	type answer struct {
		slot int
		uuid string
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		slot, uuid, err := unlock(path, passphrase)
		answers <- answer{slot, uuid, err}
	}()
	select {
	case a := <-answers:
		return a.slot, a.uuid, a.err
	case <-ctx.Done():
		return 0, "", fmt.Errorf("cannot unlock %s: %w", path, context.Cause(ctx))
	}
}

// Reserve has the kernel hand out the memory for a key derivation in one go. In a virtual machine that is several times
// cheaper than a fault per page, which is what the derivation would pay otherwise: measured on 512 MiB, 0.2 s of system time in
// place of 1.8. The memory goes back to the heap, where the derivation finds it; release
// returns it to the system in the background.
func Reserve(memory quantity.Bytes) (release func()) {
	const worthIt = 32 * quantity.MiB
	if memory < worthIt {
		return func() {}
	}
	block := make([]byte, memory)
	// Only a matter of speed: an old kernel, or one short of memory, refuses, and the faults are paid one by one.
	_ = unix.Madvise(block, unix.MADV_POPULATE_WRITE)
	runtime.KeepAlive(block)
	runtime.GC()
	return func() { go debug.FreeOSMemory() }
}

// unlock tries each keyslot. A hostile header may make the library panic; that is an error like any other.
func unlock(path string, passphrase *secret.Secret) (slot int, uuid string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("cannot unlock %s: the LUKS header is damaged: %v", path, r)
		}
	}()
	dev, err := luks.Open(path)
	if err != nil {
		return 0, "", fmt.Errorf("cannot open LUKS container %s: %w", path, err)
	}
	defer dev.Close()
	cause := errors.New("it has no keyslots")
	for _, slot := range dev.Slots() {
		secret.Shield(func() { _, cause = dev.UnsealVolume(slot, passphrase.Bytes()) })
		if cause == nil {
			return slot, dev.UUID(), nil
		}
	}
	if errors.Is(cause, luks.ErrPassphraseDoesNotMatch) {
		cause = ErrPassphrase
	}
	return 0, dev.UUID(), fmt.Errorf("cannot unlock %s: %w", path, cause)
}
