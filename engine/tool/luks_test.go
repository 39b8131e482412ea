package tool_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"lethe/engine/command"
	"lethe/engine/quantity"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

const (
	containerUUID = "11111111-2222-4333-8444-555555555555"
	password      = "hunter2-correct-horse"
)

var quick = command.KDF{Iterations: 4, MemoryKiB: 32, Lanes: 1}

// container makes a real LUKS2 container with cryptsetup.
func container(t *testing.T, kdf command.KDF) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "container")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, 20<<20); err != nil {
		t.Fatal(err)
	}
	c := command.FormatLUKS(path, command.Container{UUID: containerUUID, SectorSize: 4096, DataOffset: 16 * quantity.MiB, KDF: kdf})
	if _, err := (tool.Exec{}).Run(t.Context(), tool.Call{Command: c, Secret: secret.New([]byte(password))}); err != nil {
		t.Fatal(err)
	}
	return path
}

// edit changes a file as bytes.
func edit(t *testing.T, path string, change func([]byte)) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	change(data)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// forge replaces text in both copies of the LUKS2 metadata and makes their checksums right again.
func forge(old, replacement string) func([]byte) {
	const size, sum = 16 << 10, 448 // of one copy; where its checksum lies
	return func(data []byte) {
		for _, header := range [][]byte{data[:size], data[size : 2*size]} {
			text := bytes.TrimRight(header[4096:], "\x00")
			text = bytes.Replace(text, []byte(old), []byte(replacement), 1)
			clear(header[4096:])
			copy(header[4096:], text)
			clear(header[sum : sum+64])
			digest := sha256.Sum256(header)
			copy(header[sum:], digest[:])
		}
	}
}

func TestUnlock(t *testing.T) {
	path := container(t, quick)
	slot, uuid, err := tool.Unlock(t.Context(), path, secret.New([]byte(password)))
	if err != nil || slot != 0 || uuid != containerUUID {
		t.Errorf("slot %d of %s: %v", slot, uuid, err)
	}
	for _, wrong := range []string{password + "\n", password[1:], "", strings.Repeat("x", 512)} {
		_, _, err := tool.Unlock(t.Context(), path, secret.New([]byte(wrong)))
		if !errors.Is(err, tool.ErrPassphrase) || wrong != "" && strings.Contains(err.Error(), wrong) {
			t.Errorf("%q: %v", wrong, err)
		}
		_, err = tool.Exec{}.Run(t.Context(), tool.Call{Command: command.TestPassphrase(path), Secret: secret.New([]byte(wrong))})
		if wrong != "" && !errors.Is(err, tool.ErrPassphrase) {
			t.Errorf("cryptsetup on %q: %v", wrong, err)
		}
	}
}

func TestReadHeader(t *testing.T) {
	h, err := tool.ReadHeader(t.Context(), tool.Exec{}, container(t, quick))
	want := tool.Header{Cipher: "aes-xts-plain64", SectorSize: 4096, DataOffset: 16 * quantity.MiB, Keyslots: 1, KDF: "argon2id, 4 passes, 32 KiB, 1 lanes", Memory: 32 * quantity.KiB}
	if err != nil || h != want {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestDamagedContainer(t *testing.T) {
	good := container(t, quick)
	for name, change := range map[string]func([]byte){
		"no header":                  func(b []byte) { clear(b[:1<<20]) },
		"both metadata areas broken": func(b []byte) { b[4100] ^= 0xff; b[16<<10+4100] ^= 0xff },
		"garbage":                    func(b []byte) { copy(b, bytes.Repeat([]byte("LUKS\xba\xbe\x00\x02\xff"), 4000)) },
		"no keyslots":                forge(`"keyslots":{"0"`, `"keyslots":{},"x":{"0"`),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "container")
			data, err := os.ReadFile(good)
			if err != nil {
				t.Fatal(err)
			}
			change(data)
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			if h, err := tool.ReadHeader(t.Context(), tool.Exec{}, path); err == nil {
				t.Errorf("its header reads as %+v", h)
			}
			if _, _, err := tool.Unlock(t.Context(), path, secret.New([]byte(password))); err == nil {
				t.Error("it was unlocked")
			}
		})
	}
}

func TestDamagedKeyslotIsNotUnlocked(t *testing.T) {
	path := container(t, quick)
	edit(t, path, func(b []byte) { // the key material behind the two metadata areas
		for i := 32 << 10; i < 288<<10; i++ {
			b[i] ^= 0x55
		}
	})
	if _, _, err := tool.Unlock(t.Context(), path, secret.New([]byte(password))); err == nil {
		t.Error("a container with broken key material was unlocked")
	}
}

func TestHostileKDFIsRefusedBeforeUnlocking(t *testing.T) {
	for name, change := range map[string]func([]byte){
		"4 TiB of memory": forge(`"memory":32,`, `"memory":4294967296,`),
		"2³¹ passes":      forge(`"time":4,`, `"time":2147483647,`),
	} {
		t.Run(name, func(t *testing.T) {
			path := container(t, quick)
			edit(t, path, change)
			h, err := tool.ReadHeader(t.Context(), tool.Exec{}, path)
			if err == nil || !strings.Contains(err.Error(), "its key derivation asks for") {
				t.Errorf("its header reads as %+v, %v", h, err)
			}
		})
	}
}

func TestForgedHeaderIsReadable(t *testing.T) { // else the test above would prove nothing
	path := container(t, quick)
	edit(t, path, forge(`"memory":32,`, `"memory":33,`))
	if h, err := tool.ReadHeader(t.Context(), tool.Exec{}, path); err != nil || !strings.Contains(h.KDF, "33 KiB") {
		t.Errorf("got %+v, %v", h, err)
	}
}

func TestUnlockGivesUp(t *testing.T) {
	path := container(t, command.KDF{Iterations: 12, MemoryKiB: 64 << 10, Lanes: 1})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, _, err := tool.Unlock(ctx, path, secret.New([]byte(password)))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
	why := errors.New("stop")
	cancelled, stop := context.WithCancelCause(t.Context())
	stop(why)
	if _, _, err := tool.Unlock(cancelled, path, secret.New([]byte(password))); !errors.Is(err, why) {
		t.Errorf("cancelled: %v", err)
	}
}
