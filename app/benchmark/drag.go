package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

const (
	hand    = 8 * time.Millisecond // between two reports of a mouse
	reach   = 50                   // pixels either side of the middle of a drag
	aside   = 28                   // pixels from where a drag begins to its middle: at a limit a boundary stands still, and nothing is drawn
	stride  = 2                    // pixels from one report to the next
	oneDraw = 4 * time.Millisecond // areas that are painted closer together are one frame
)

// drags opens the page of the map and drags its first boundary, alone and beside rehearsals.
func drags(d *display, p program, o options) error {
	r, err := d.start(p)
	if err != nil {
		return err
	}
	defer r.end()
	x, y, err := d.toMap(r)
	if err != nil {
		return err
	}
	if err := quiet("dragging"); err != nil {
		return err
	}
	alone, err := d.drag(r, x, y, o, "alone")
	if err != nil {
		return err
	}
	fmt.Printf("dragging a boundary, no rehearsal:           %s\n", alone)
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- rehearseOn(ctx, o.engine) }()
	time.Sleep(2 * time.Second) // the first rehearsal is at its key
	if x, y, err = d.boundary(r); err == nil {
		var beside frames
		if beside, err = d.drag(r, x, y, o, "beside"); err == nil {
			fmt.Printf("dragging a boundary, a rehearsal's argon2id: %s\n", beside)
		}
	}
	stop()
	return errors.Join(err, <-done)
}

// rehearseOn rehearses again and again, with a key that takes two cores and 1 GiB for some seconds.
func rehearseOn(ctx context.Context, engine string) error {
	folder, err := os.MkdirTemp("", "lethe-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(folder)
	for ctx.Err() == nil {
		cmd := exec.CommandContext(ctx, engine, "rehearse", "--preset", "walkthrough", "--kdf", "12,1048576,4", "--passphrase-file", "-", "--image", filepath.Join(folder, "disk.img"))
		cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
		cmd.Stdin = strings.NewReader("correct horse battery staple")
		if said, err := cmd.CombinedOutput(); err != nil && ctx.Err() == nil {
			return fmt.Errorf("cannot rehearse: %w\n%s", err, said)
		}
	}
	return nil
}

// follow moves the pointer over the bare window, which paints where it is: the most that Fyne does on this machine for a window of
// this size.
func follow(d *display, p program, o options) error {
	r, err := d.start(p)
	if err != nil {
		return err
	}
	defer r.end()
	time.Sleep(time.Second)
	f, err := d.drag(r, int(r.window.X)+int(r.window.Width)/2, int(r.window.Y)+int(r.window.Height)/2, o, "bare")
	if err != nil {
		return err
	}
	fmt.Printf("moving over the bare window of Fyne's:       %s\n", f)
	return nil
}

// toMap clicks Next until the map is there.
func (d *display) toMap(r *running) (x, y int, err error) {
	for range 6 {
		time.Sleep(time.Second)
		if x, y, err = d.boundary(r); err == nil {
			return x, y, nil
		}
		d.click(int(r.window.X)+int(r.window.Width)-54, int(r.window.Y)+int(r.window.Height)-30)
	}
	seen, _ := d.take(r.window)
	return 0, 0, errors.Join(err, seen.save(os.TempDir(), "lethe-bench-lost"))
}

// boundary finds on the screen where the ESP's colour ends and swap's begins.
func (d *display) boundary(r *running) (x, y int, err error) {
	seen, err := d.take(r.window)
	if err != nil {
		return 0, 0, err
	}
	for _, variant := range []fyne.ThemeVariant{theme.VariantLight, theme.VariantDark} {
		esp, swap := colour(look.ColorESPTint, variant), colour(look.ColorSwapTint, variant)
		for y := range seen.height {
			if x, ok := seen.meet(y, esp, swap); ok {
				return int(r.window.X) + x, int(r.window.Y) + y + 20, nil // below the corner, where the handle is
			}
		}
	}
	return 0, 0, errors.New("no boundary of ESP and swap is on the screen; has the way to the map changed?")
}

// drag moves the boundary to and fro, and gives the frames that the window painted meanwhile.
func (d *display) drag(r *running, x, y int, o options, name string) (frames, error) {
	before, err := d.take(r.window)
	if err != nil {
		return frames{}, err
	}
	d.point(x, y)
	time.Sleep(200 * time.Millisecond)
	d.press()
	time.Sleep(100 * time.Millisecond)
	middle := x + aside
	d.point(middle, y)
	time.Sleep(200 * time.Millisecond)
	d.forget()
	begin := time.Now()
	moved := 0
	for next := begin; time.Since(begin) < o.drag; moved++ {
		d.point(middle+sway(moved), y)
		next = next.Add(hand)
		time.Sleep(time.Until(next))
	}
	end := time.Now()
	seen := d.painted(r, begin, end)
	during, err := d.take(r.window)
	d.point(x, y) // where it was, for the next drag
	time.Sleep(100 * time.Millisecond)
	d.release()
	time.Sleep(500 * time.Millisecond)
	if err != nil {
		return frames{}, err
	}
	if slices.Equal(before.data, during.data) {
		return frames{}, errors.New("cannot drag the boundary: the picture stayed the same")
	}
	return framesOf(seen, begin, end, moved), during.save(o.pictures, "drag-"+name)
}

// sway is the way of a hand that goes to and fro.
func sway(step int) int {
	at := step * stride % (4 * reach)
	switch {
	case at < reach:
		return at
	case at < 3*reach:
		return 2*reach - at
	}
	return at - 4*reach
}
