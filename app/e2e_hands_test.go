//go:build e2e

package main_test

import (
	"image"
	"io"
	"testing"
	"time"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
	"github.com/jezek/xgb/xtest"
)

// hands type and click on a display, as a person's do: through the X server, by its test extension.
type hands struct {
	t    *testing.T
	x    *xgb.Conn
	root xproto.Window
	keys map[xproto.Keysym]press
}

// press is a key, and whether Shift is held.
type press struct {
	code  xproto.Keycode
	shift bool
}

// Keysyms of keys that write nothing.
const (
	keyTab, keyReturn, keyEscape xproto.Keysym = 0xff09, 0xff0d, 0xff1b
	keyHome, keyLeft, keyRight   xproto.Keysym = 0xff50, 0xff51, 0xff53
	keyEnd                       xproto.Keysym = 0xff57
	keyShift, keyControl, keyAlt xproto.Keysym = 0xffe1, 0xffe3, 0xffe9
	keyA, keySpace               xproto.Keysym = 'a', ' '
)

// newHands connects to a display.
func newHands(t *testing.T, d *display) *hands {
	t.Helper()
	xgb.Logger.SetOutput(io.Discard) // it tells of every display that needs no password
	x, err := xgb.NewConnDisplay(d.name)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(x.Close)
	if err := xtest.Init(x); err != nil {
		t.Fatal(err)
	}
	setup := xproto.Setup(x)
	h := &hands{t: t, x: x, root: setup.DefaultScreen(x).Root, keys: map[xproto.Keysym]press{}}
	count := setup.MaxKeycode - setup.MinKeycode + 1
	table, err := xproto.GetKeyboardMapping(x, setup.MinKeycode, byte(count)).Reply()
	if err != nil {
		t.Fatal(err)
	}
	per := int(table.KeysymsPerKeycode)
	for i, sym := range table.Keysyms {
		if _, known := h.keys[sym]; !known && i%per < 2 {
			h.keys[sym] = press{setup.MinKeycode + xproto.Keycode(i/per), i%per == 1}
		}
	}
	return h
}

// event sends one press, release or movement, and waits until the server has it.
func (h *hands) event(kind, detail byte, at image.Point) {
	h.t.Helper()
	if err := xtest.FakeInputChecked(h.x, kind, detail, 0, h.root, int16(at.X), int16(at.Y), 0).Check(); err != nil {
		h.t.Fatal(err)
	}
}

func (h *hands) down(sym xproto.Keysym) {
	h.t.Helper()
	h.event(xproto.KeyPress, h.code(sym), image.Point{})
}

func (h *hands) up(sym xproto.Keysym) {
	h.t.Helper()
	h.event(xproto.KeyRelease, h.code(sym), image.Point{})
}

func (h *hands) code(sym xproto.Keysym) byte {
	h.t.Helper()
	p, ok := h.keys[sym]
	if !ok {
		h.t.Fatalf("the keyboard has no key for %#x", sym)
	}
	return byte(p.code)
}

// key presses and releases a key while others are held.
func (h *hands) key(sym xproto.Keysym, held ...xproto.Keysym) {
	h.t.Helper()
	if h.keys[sym].shift {
		held = append(held, keyShift)
	}
	for _, m := range held {
		h.down(m)
	}
	h.down(sym)
	h.up(sym)
	for _, m := range held {
		h.up(m)
	}
	time.Sleep(8 * time.Millisecond) // nobody is faster
}

// write types a text of ASCII characters.
func (h *hands) write(text string) {
	h.t.Helper()
	for _, r := range text {
		h.key(xproto.Keysym(r)) // the keysym of an ASCII character is its code
	}
}

// tab goes on by so many controls.
func (h *hands) tab(times int) {
	h.t.Helper()
	for range times {
		h.key(keyTab)
	}
}

// point moves the mouse.
func (h *hands) point(at image.Point) { h.t.Helper(); h.event(xproto.MotionNotify, 0, at) }

// click presses the first button somewhere, and takes the mouse out of the way.
func (h *hands) click(at image.Point) {
	h.t.Helper()
	h.point(at)
	time.Sleep(glance)
	h.event(xproto.ButtonPress, 1, at)
	time.Sleep(glance)
	h.event(xproto.ButtonRelease, 1, at)
	time.Sleep(glance)
	h.point(image.Pt(2, 2))
}

// drag moves something by the first button, at the speed of a hand.
func (h *hands) drag(from, to image.Point) {
	h.t.Helper()
	h.point(from)
	time.Sleep(glance)
	h.event(xproto.ButtonPress, 1, from)
	const steps = 30
	for i := 1; i <= steps; i++ {
		h.point(from.Add(to.Sub(from).Mul(i).Div(steps)))
		time.Sleep(16 * time.Millisecond)
	}
	time.Sleep(2 * glance)
	h.event(xproto.ButtonRelease, 1, to)
	time.Sleep(glance)
	h.point(image.Pt(2, 2))
}

// atom is the server's number for a name.
func (h *hands) atom(name string) xproto.Atom {
	h.t.Helper()
	reply, err := xproto.InternAtom(h.x, false, uint16(len(name)), name).Reply()
	if err != nil {
		h.t.Fatal(err)
	}
	return reply.Atom
}

// window finds a window by its title.
func (h *hands) window(title string) (xproto.Window, image.Rectangle, bool) {
	tree, err := xproto.QueryTree(h.x, h.root).Reply()
	if err != nil {
		h.t.Fatal(err)
	}
	for _, w := range tree.Children {
		name, err := xproto.GetProperty(h.x, false, w, h.atom("_NET_WM_NAME"), xproto.GetPropertyTypeAny, 0, 64).Reply()
		shown, err2 := xproto.GetWindowAttributes(h.x, w).Reply()
		if err != nil || err2 != nil || string(name.Value) != title || shown.MapState != xproto.MapStateViewable {
			continue
		}
		if g, err := xproto.GetGeometry(h.x, xproto.Drawable(w)).Reply(); err == nil {
			return w, image.Rect(int(g.X), int(g.Y), int(g.X)+int(g.Width), int(g.Y)+int(g.Height)), true
		}
	}
	return 0, image.Rectangle{}, false
}

// closeWindow asks a window to close, as the button of a window's frame does.
func (h *hands) closeWindow(w xproto.Window) {
	h.t.Helper()
	message := xproto.ClientMessageEvent{
		Format: 32, Window: w, Type: h.atom("WM_PROTOCOLS"),
		Data: xproto.ClientMessageDataUnionData32New([]uint32{uint32(h.atom("WM_DELETE_WINDOW")), 0, 0, 0, 0}),
	}
	if err := xproto.SendEventChecked(h.x, false, w, 0, string(message.Bytes())).Check(); err != nil {
		h.t.Fatal(err)
	}
}
