//go:build e2e

package main_test

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Every wait of these tests ends by itself, long after a busy machine would have answered.
const (
	patience = 30 * time.Second       // of an answer to a key or a click
	endures  = 90 * time.Second       // of a whole rehearsal
	glance   = 40 * time.Millisecond  // between two looks at the screen
	calm     = 250 * time.Millisecond // for how long a picture that is finished does not change
)

// display is an X server of our own whose screen lies in a file.
type display struct {
	t     *testing.T
	name  string // ":7"
	frame string // the screen as an XWD file
	shots string // where pictures go
	proc  *os.Process
}

// newDisplay starts Xvfb on a display that nobody uses; it ends with the test.
func newDisplay(t *testing.T) *display {
	t.Helper()
	folder := t.TempDir()
	told, tell, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer told.Close()
	server := exec.Command("Xvfb", "-displayfd", "3", "-screen", "0", "1280x800x24", "-dpi", "96", "-nolisten", "tcp", "-noreset", "-fbdir", folder)
	server.ExtraFiles = []*os.File{tell}
	var said strings.Builder
	server.Stderr = &said
	if err := server.Start(); err != nil {
		t.Fatalf("cannot start the display: %v", err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	_ = tell.Close()
	_ = told.SetReadDeadline(time.Now().Add(patience))
	number, err := bufio.NewReader(told).ReadString('\n')
	if err != nil {
		t.Fatalf("Xvfb does not say its display: %v\n%s", err, said.String())
	}
	shots, err := filepath.Abs("../build/screenshots")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(shots, 0o755); err != nil {
		t.Fatal(err)
	}
	return &display{t: t, name: ":" + strings.TrimSpace(number), frame: filepath.Join(folder, "Xvfb_screen0"), shots: shots, proc: server.Process}
}

// look reads the screen.
func (d *display) look() *image.RGBA {
	d.t.Helper()
	raw, err := os.ReadFile(d.frame)
	if err != nil {
		d.t.Fatal(err)
	}
	img, err := readXWD(raw)
	if err != nil {
		d.t.Fatal(err)
	}
	return img
}

// readXWD reads the picture that Xvfb keeps: a header of big-endian words, a colour map, and pixels of 32 bits, blue first.
func readXWD(raw []byte) (*image.RGBA, error) {
	word := func(i int) int { return int(binary.BigEndian.Uint32(raw[4*i:])) }
	if len(raw) < 100 || word(1) != 7 || word(11) != 32 || word(7) != 0 {
		return nil, fmt.Errorf("the screen's file has a form that is not known")
	}
	width, height, stride, at := word(4), word(5), word(12), word(0)+12*word(19)
	if len(raw) < at+stride*height {
		return nil, fmt.Errorf("the screen's file is too short")
	}
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		line := raw[at+y*stride:]
		for x := range width {
			img.SetRGBA(x, y, color.RGBA{line[4*x+2], line[4*x+1], line[4*x], 255})
		}
	}
	return img, nil
}

// settled waits until the screen has been the same for a while.
func (d *display) settled() *image.RGBA {
	d.t.Helper()
	last, since := d.look(), time.Now()
	for end := since.Add(patience); time.Now().Before(end); {
		time.Sleep(glance)
		now := d.look()
		if string(now.Pix) != string(last.Pix) {
			last, since = now, time.Now()
		} else if time.Since(since) >= calm {
			return now
		}
	}
	d.t.Fatal("the screen does not come to rest")
	return nil
}

// until looks at the screen until something is to be seen.
func (d *display) until(what string, within time.Duration, is func(*image.RGBA) bool) *image.RGBA {
	d.t.Helper()
	for end := time.Now().Add(within); time.Now().Before(end); time.Sleep(glance) {
		if img := d.look(); is(img) {
			return img
		}
	}
	d.save("failed", d.look())
	d.t.Fatalf("waited %v in vain until %s; the screen is in %s/failed.png", within, what, d.shots)
	return nil
}

// save writes a picture.
func (d *display) save(name string, img image.Image) {
	d.t.Helper()
	file, err := os.Create(filepath.Join(d.shots, name+".png"))
	if err != nil {
		d.t.Fatal(err)
	}
	defer file.Close()
	if err := png.Encode(file, img); err != nil {
		d.t.Fatal(err)
	}
}
