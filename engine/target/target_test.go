package target_test

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
	"lethe/engine/target"
)

// helperVariable makes the test binary hold the image that it names until it is killed.
const helperVariable = "LETHE_TARGET_TEST_HELPER"

func TestMain(m *testing.M) {
	if path := os.Getenv(helperVariable); path != "" {
		hold(path)
	}
	os.Exit(m.Run())
}

// hold works on a partition for ever.
func hold(path string) {
	held, err := target.OpenImage(path, 512)
	if err == nil {
		err = held.Partition(ctx(), esp, target.Making, func(string) error {
			fmt.Println("holding")
			time.Sleep(time.Minute)
			return nil
		})
	}
	fmt.Println(err)
	os.Exit(1)
}

const (
	mib  = 1 << 20
	size = 16 * mib // of the image
)

// Two neighbours in the image with 512-byte sectors.
var (
	esp = layout.Partition{Role: layout.ESP, Name: "ESP", First: 2048, Last: 2048*4 - 1}
	nix = layout.Partition{Role: layout.Nix, Name: "nix", First: 2048 * 4, Last: 2048*14 - 1}
)

// image makes a file. With dirt every byte of it is something else than zero.
func image(t *testing.T, dirt bool) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "disk.img")
	var data []byte
	if dirt {
		data = bytes.Repeat([]byte("old data "), size/9+1)[:size]
	}
	if err := errors.Join(os.WriteFile(path, data, 0o600), os.Truncate(path, size)); err != nil {
		t.Fatal(err)
	}
	return path
}

// open takes hold of an image until the test ends.
func open(t *testing.T, path string, sector quantity.SectorSize) *target.Image {
	t.Helper()
	held, err := target.OpenImage(path, sector)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = held.Release() }) // some tests release it themselves
	return held
}

// read gives a whole file.
func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// blocks is the space in bytes that a file takes.
func blocks(t *testing.T, path string) int64 {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Stat(path, &st); err != nil {
		t.Fatal(err)
	}
	return st.Blocks * 512
}

// scribble writes some pieces of random data and gives what the file must hold.
func scribble(path string, length int64, r *rand.Rand) ([]byte, error) {
	want := make([]byte, length)
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, err
	}
	for range 12 {
		piece := make([]byte, 1+r.Intn(70_000))
		r.Read(piece)
		at := r.Int63n(length - int64(len(piece)))
		copy(want[at:], piece)
		if _, err := f.WriteAt(piece, at); err != nil {
			return nil, errors.Join(err, f.Close())
		}
	}
	return want, f.Close()
}

func TestPartitionRoundTrip(t *testing.T) {
	for _, row := range []struct {
		name   string
		sector quantity.SectorSize
		p      layout.Partition
		dirt   bool
	}{
		{"clean image", 512, nix, false},
		{"dirty image", 512, nix, true},
		{"4096-byte sectors", 4096, layout.Partition{Role: layout.Nix, First: 256, Last: 256*10 - 1}, true},
		{"to the last sector", 512, layout.Partition{Role: layout.Swap, First: 2048, Last: 2048*16 - 1}, true},
		{"off every block boundary", 512, layout.Partition{Role: layout.ESP, First: 2049, Last: 2048*9 + 2}, true},
	} {
		t.Run(row.name, func(t *testing.T) {
			path := image(t, row.dirt)
			before := read(t, path)
			held := open(t, path, row.sector)
			start, length := int64(row.p.First)*int64(row.sector), int64(row.p.Sectors())*int64(row.sector)
			var want []byte
			err := held.Partition(ctx(), row.p, target.Making, func(part string) (err error) {
				if fresh := read(t, part); int64(len(fresh)) != length || len(bytes.Trim(fresh, "\x00")) != 0 {
					t.Errorf("a partition to be made has %d bytes and is not empty", len(fresh))
				}
				want, err = scribble(part, length, rand.New(rand.NewSource(1)))
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			dd, err := exec.Command("dd", "if="+path, "bs=1M", "iflag=skip_bytes,count_bytes", fmt.Sprint("skip=", start), fmt.Sprint("count=", length), "status=none").Output()
			if err != nil || !bytes.Equal(dd, want) {
				t.Errorf("dd reads something else than what was made: %v", err)
			}
			after := read(t, path)
			if !bytes.Equal(after[:start], before[:start]) || !bytes.Equal(after[start+length:], before[start+length:]) {
				t.Error("the neighbours were changed")
			}
			err = held.Partition(ctx(), row.p, target.Reading, func(part string) error {
				if !bytes.Equal(read(t, part), want) {
					t.Error("reading gives something else than what was made")
				}
				return os.WriteFile(part, []byte("a tool that writes where it should not"), 0o600)
			})
			if err != nil || !bytes.Equal(read(t, path), after) {
				t.Errorf("reading changed the image: %v", err)
			}
		})
	}
}

func TestHolesStayHoles(t *testing.T) {
	for _, dirt := range []bool{false, true} {
		path := image(t, dirt)
		held := open(t, path, 512)
		before := blocks(t, path)
		err := held.Partition(ctx(), nix, target.Making, func(part string) error {
			f, err := os.OpenFile(part, os.O_WRONLY, 0)
			if err != nil {
				return err
			}
			_, err = f.WriteAt([]byte("superblock"), 5*mib)
			return errors.Join(err, f.Close())
		})
		if err != nil {
			t.Fatal(err)
		}
		if grown := blocks(t, path) - before; !dirt && grown > 64<<10 || dirt && grown > -9*mib {
			t.Errorf("dirty %v: the image grew by %d bytes", dirt, grown)
		}
		err = held.Partition(ctx(), nix, target.Reading, func(part string) error {
			if n := blocks(t, part); n > 64<<10 {
				t.Errorf("the copy takes %d bytes", n)
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}

func TestFailureLeavesTheImageAlone(t *testing.T) {
	path := image(t, true)
	before := read(t, path)
	held := open(t, path, 512)
	broken := errors.New("mkfs broke")
	err := held.Partition(ctx(), nix, target.Making, func(part string) error {
		return errors.Join(os.WriteFile(part, []byte("half a file system"), 0o600), broken)
	})
	if !errors.Is(err, broken) || !bytes.Equal(read(t, path), before) {
		t.Errorf("the image was changed; %v", err)
	}
	noLeftovers(t, path)
}

// noLeftovers looks for partition files.
func noLeftovers(t *testing.T, image string) {
	t.Helper()
	parts, err := filepath.Glob(filepath.Join(plan.StateDir(image), "*.part"))
	if err != nil || len(parts) != 0 {
		t.Errorf("left behind: %v, %v", parts, err)
	}
}

func TestCancel(t *testing.T) {
	why := errors.New("stop")
	path := image(t, true)
	held := open(t, path, 512)
	cancelled, cancel := cancelCause()
	cancel(why)
	err := held.Partition(cancelled, nix, target.Reading, func(string) error { t.Error("it began"); return nil })
	if !errors.Is(err, why) {
		t.Errorf("reading: %v", err)
	}
	inside, cancel := cancelCause()
	err = held.Partition(inside, nix, target.Making, func(part string) error {
		cancel(why)
		return os.WriteFile(part, []byte("x"), 0o600)
	})
	if !errors.Is(err, why) {
		t.Errorf("making: %v", err)
	}
	noLeftovers(t, path)
}

func TestPartitionBeyondTheDisk(t *testing.T) {
	path := image(t, false)
	held := open(t, path, 512)
	beyond := layout.Partition{Role: layout.Nix, First: 1 << 50, Last: 1 << 54}
	if err := held.Partition(ctx(), beyond, target.Making, func(string) error { return nil }); err == nil {
		t.Error("a partition of 8 EiB was made")
	}
	noLeftovers(t, path)
	if info, err := os.Stat(path); err != nil || info.Size() != size {
		t.Errorf("the image has %v, %v", info, err)
	}
}

func TestReadImageWritesNothing(t *testing.T) {
	path := image(t, true)
	held, err := target.ReadImage(path, 512)
	if err != nil {
		t.Fatal(err)
	}
	var folder string
	err = held.Partition(ctx(), esp, target.Reading, func(part string) error {
		folder = filepath.Dir(part)
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if _, err := held.Disk().WriteAt([]byte("x"), 0); err == nil {
		t.Error("an image held for reading was written to")
	}
	if err := held.Release(); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(folder); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s is still there: %v", folder, err)
	}
	if _, err := os.Stat(plan.StateDir(path)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a state folder was made: %v", err)
	}
}

func TestImageTellsWhatItIs(t *testing.T) {
	path := image(t, false)
	held := open(t, path, 512)
	if held.Path() != path || !held.Image() || held.Disk().Name() != path {
		t.Errorf("%s, %v, %s", held.Path(), held.Image(), held.Disk().Name())
	}
}

// waitFor reads a line that a helper prints.
func waitFor(t *testing.T, helper *exec.Cmd, want string) {
	t.Helper()
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || line != want+"\n" {
		t.Fatalf("the helper says %q, %v", line, err)
	}
}
