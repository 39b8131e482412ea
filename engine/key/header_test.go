package key

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/sys/unix"

	"lethe/engine/command"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// made makes a header with the real cryptsetup. Where memory cannot be locked, that is refused, and there is no more to test.
func made(t *testing.T, c command.Container) *Header {
	t.Helper()
	var calls atomic.Int64
	tools := real(&calls)
	h, err := format(t.Context(), tools, c, secretOf(t, typed))
	if !lockable(t) {
		if err == nil || !strings.Contains(err.Error(), "swap") {
			t.Fatalf("memory cannot be locked, and it is used: %v", err)
		}
		t.SkipNow()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Wipe)
	for _, call := range tools.Calls() {
		if text := fmt.Sprint(call); strings.Contains(text, typed) || strings.Contains(text, string(h.key.Bytes())) || strings.Contains(text, fmt.Sprintf("%x", h.key.Bytes())) {
			t.Errorf("a secret is in %s", text)
		}
	}
	return h
}

// metadata is a header's JSON without what is random.
func metadata(t *testing.T, path string) map[string]any {
	t.Helper()
	result, err := tool.Exec{}.Run(t.Context(), tool.Call{Command: command.DumpLUKS(path)})
	var text map[string]any
	if err == nil {
		err = json.Unmarshal(result.Stdout, &text)
	}
	if err != nil {
		t.Fatal(err)
	}
	strip(text)
	return text
}

// strip removes salts and digests. The digest of the volume key costs what the machine makes of it in a moment.
func strip(value any) {
	object, ok := value.(map[string]any)
	if !ok {
		return
	}
	for _, name := range []string{"salt", "digest"} {
		delete(object, name)
	}
	if object["type"] == "pbkdf2" && object["keyslots"] != nil {
		delete(object, "iterations")
	}
	for _, v := range object {
		strip(v)
	}
}

// opens tells whether cryptsetup opens what is at path.
func opens(t *testing.T, path string, call tool.Call) error {
	t.Helper()
	_, err := tool.Exec{}.Run(t.Context(), call)
	return err
}

func TestHeaderMadeAheadIsWhatLuksFormatMakes(t *testing.T) {
	rows := []command.Container{container(), container(), container()}
	rows[1].SectorSize, rows[1].DataOffset = 4096, 3*quantity.MiB
	rows[2].DataOffset, rows[2].KDF = 1*quantity.MiB, command.KDF{Iterations: 5, MemoryKiB: 64, Lanes: 2}
	if os.Geteuid() == 0 {
		whole := container()
		whole.DataOffset = 16 * quantity.MiB
		rows = append(rows, whole)
	}
	for _, c := range rows {
		t.Run(fmt.Sprintf("%d bytes at %s", c.SectorSize, c.DataOffset), func(t *testing.T) {
			const size = 20 * quantity.MiB
			h, ahead, plain := made(t, c), partition(t, size), partition(t, size)
			before, err := os.ReadFile(ahead)
			if err != nil {
				t.Fatal(err)
			}
			if err := h.Write(t.Context(), ahead); err != nil {
				t.Fatal(err)
			}
			if _, err := (tool.Exec{}).Run(t.Context(), tool.Call{Command: command.FormatLUKS(plain, c), Secret: secretOf(t, typed)}); err != nil {
				t.Fatal(err)
			}
			if a, b := metadata(t, ahead), metadata(t, plain); !reflect.DeepEqual(a, b) {
				t.Errorf("made ahead: %v\nplain: %v", a, b)
			}
			opened(t, h, ahead, c.UUID)
			rest(t, h, ahead, before)
		})
	}
}

// opened wants what was written to open with what it must, and with nothing else.
func opened(t *testing.T, h *Header, path, uuid string) {
	t.Helper()
	slot, is, err := tool.Unlock(t.Context(), path, secretOf(t, typed))
	if err != nil || slot != 0 || is != uuid {
		t.Errorf("luks.go: keyslot %d of %s: %v", slot, is, err)
	}
	if _, _, err := tool.Unlock(t.Context(), path, secretOf(t, typed+" ")); !errors.Is(err, tool.ErrPassphrase) {
		t.Errorf("another passphrase opens it: %v", err)
	}
	if err := opens(t, path, tool.Call{Command: command.TestPassphrase(path), Secret: secretOf(t, typed)}); err != nil {
		t.Errorf("cryptsetup with the passphrase: %v", err)
	}
	byKey := command.OpenLUKSWithKey(path, "unused")
	byKey.Args = append(byKey.Args[:len(byKey.Args)-1], "--test-passphrase")
	if err := opens(t, path, tool.Call{Command: byKey, Key: h.Key()}); err != nil {
		t.Errorf("cryptsetup with the key: %v", err)
	}
	other := made(t, container())
	if err := opens(t, path, tool.Call{Command: byKey, Key: other.Key()}); err == nil {
		t.Error("another key opens it")
	}
}

// rest wants the payload untouched, the end cleared, and the key nowhere.
func rest(t *testing.T, h *Header, path string, before []byte) {
	t.Helper()
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	end := len(after) - int(quantity.MiB)
	if !bytes.Equal(after[h.Size():end], before[h.Size():end]) || len(bytes.Trim(after[end:], "\x00")) > 0 || len(after) != len(before) {
		t.Error("something else than the header and the end changed, or old signatures stayed")
	}
	if key := h.Key().Bytes(); bytes.Contains(after, key) || bytes.Contains(after, key[:32]) || bytes.Contains(after, key[32:]) {
		t.Error("the volume key is on the disk")
	}
}

func TestHeaderIsComparedWithTheDisk(t *testing.T) {
	h, path := made(t, container()), partition(t, 4*quantity.MiB)
	if err := h.Write(t.Context(), path); err != nil {
		t.Fatal(err)
	}
	for _, at := range []int64{0, 100, 32768, int64(h.Size()) - 1} {
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			t.Fatal(err)
		}
		was := make([]byte, 1)
		_, err = f.ReadAt(was, at)
		flip := func(b byte) {
			_, e := f.WriteAt([]byte{b}, at)
			err = errors.Join(err, e, f.Sync())
		}
		flip(was[0] ^ 0x40)
		if err := h.compare(path); !errors.Is(err, errDiffers) {
			t.Errorf("a wrong bit at %d is not seen: %v", at, err)
		}
		flip(was[0])
		if err != nil || f.Close() != nil || h.compare(path) != nil {
			t.Errorf("%v, %v", err, h.compare(path))
		}
	}
}

func TestHeaderIsNotWritten(t *testing.T) {
	h := made(t, container())
	folder := t.TempDir()
	for what, path := range map[string]string{"nothing there": filepath.Join(folder, "none"), "too small": partition(t, small), "a folder": folder} {
		if err := h.Write(t.Context(), path); err == nil || !strings.Contains(err.Error(), "cannot write the LUKS header") {
			t.Errorf("%s: %v", what, err)
		}
	}
	cancelled, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("stop")
	cancel(stop)
	if err := h.Write(cancelled, partition(t, 4*quantity.MiB)); !errors.Is(err, stop) {
		t.Errorf("cancelled: %v", err)
	}
	h.Wipe()
	h.Wipe()
	if err := h.Write(t.Context(), partition(t, 4*quantity.MiB)); err == nil || !strings.Contains(err.Error(), "wiped") {
		t.Errorf("wiped: %v", err)
	}
}

func TestAreaIsLockedSealedAndWiped(t *testing.T) {
	if !lockable(t) {
		if _, err := newArea(small); err == nil {
			t.Error("it cannot be locked, and is used")
		}
		return
	}
	a, err := newArea(small)
	if err != nil {
		t.Fatal(err)
	}
	maps, err := os.ReadFile("/proc/self/smaps")
	if err != nil {
		t.Fatal(err)
	}
	_, mine, _ := strings.Cut(string(maps), "lethe-header")
	_, locked, _ := strings.Cut(mine, "Locked:")
	var kib int
	if _, err := fmt.Sscan(locked, &kib); err != nil || kib != int(small/quantity.KiB) {
		t.Errorf("%d KiB of %s are locked (%v)", kib, small, err)
	}
	if a.file.Truncate(int64(small)/2) == nil || a.file.Truncate(int64(small)*2) == nil {
		t.Error("it can be made shorter or longer")
	}
	other, err := unix.Mmap(int(a.file.Fd()), 0, int(small), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		t.Fatal(err)
	}
	defer unix.Munmap(other) //nolint:errcheck // a mapping of our own
	if _, err := a.file.WriteAt([]byte("secret"), 5000); err != nil || string(a.bytes[5000:5006]) != "secret" {
		t.Errorf("what is written to the file is not in the mapping: %v", err)
	}
	a.wipe()
	a.wipe()
	if len(bytes.Trim(other, "\x00")) > 0 {
		t.Error("something stayed after the wipe")
	}
	if _, err := newArea(mostArea + 1); err == nil {
		t.Error("there is no bound")
	}
}
