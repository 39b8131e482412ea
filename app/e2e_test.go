//go:build e2e

// These tests run the window that users run, on a display of its own, by keyboard and mouse. They know nothing of its inside: they
// look at the screen, and at what it leaves on the disk.
package main_test

import (
	"image"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
	"lethe/app/session"
	"lethe/engine/quantity"
)

// What is typed, and must be in no file afterwards.
const (
	passphrase = "quiet ferry umbrella seven"
	password   = "Ochre-Lantern 48 drift"
)

// TestEndToEndRehearsal goes through a whole encrypted rehearsal page by page, and then judges what it has left on the disk by other programs.
func TestEndToEndRehearsal(t *testing.T) {
	p := newProgram(t)
	p.welcome()
	p.machine()
	p.disk()
	p.layout()
	p.encryption()
	p.account()
	p.system()
	p.review()
	p.install()
	p.finished()
	disk := p.image()
	p.tab(6) // the rail, to begin again, the checks, two exports, and the box that keeps the virtual disk
	p.key(keySpace)
	p.picture("10-done-kept")
	p.click(p.button())
	p.ended()
	p.judge(disk)
	for _, secret := range []string{passphrase, password} {
		if found := holders(t, p.home, secret); len(found) > 0 {
			t.Errorf("a secret is in %v", found)
		}
		if strings.Contains(p.said.String(), secret) {
			t.Error("the window has said a secret")
		}
	}
}

func (p *program) welcome() {
	p.picture("1-welcome")
	p.tab(1)
	p.write("berlin")
	p.key(keyReturn)
	p.picture("1-welcome-zone")
	p.next(session.PagePreflight)
}

func (p *program) machine() {
	p.picture("2-machine")
	p.click(p.button())
	p.on(session.PageDisk)
}

func (p *program) disk() {
	p.d.settled()
	p.key(keyA, keyControl)
	p.write("14GiB")
	p.picture("3-disk")
	p.key(keyReturn)
	p.on(session.PageLayout)
}

// Of the 14 GiB, Lethe gives 512 MiB to the ESP and begins nix here.
const (
	usualESP quantity.Sectors = 512 * 2048
	usualNix quantity.Sectors = 3985408
)

// layout drags the boundary between ESP and swap, moves it back by three grains of 1 MiB, and the one behind swap on by five.
func (p *program) layout() {
	from := p.handle()
	p.picture("4-partitions")
	to := from.Add(image.Pt(60, 0))
	p.drag(from, to)
	if at := middle(p.ring()); at.X < to.X-3 || at.X > to.X+3 {
		p.t.Errorf("dragged to %v, the handle is at %v", to, at)
	}
	p.picture("4-partitions-dragged")
	for range 3 {
		p.key(keyLeft)
	}
	p.tab(1)
	for range 5 {
		p.key(keyRight)
	}
	p.picture("4-partitions-moved")
	p.next(session.PageEncryption)
}

// handle goes on from the bar, which has the focus first, to the first boundary that can be moved, and tells where it is.
func (p *program) handle() image.Point {
	p.t.Helper()
	p.d.settled()
	p.tab(1)
	return middle(p.ring())
}

// ring waits for the ring around a boundary that has the focus.
func (p *program) ring() (r image.Rectangle) {
	p.t.Helper()
	p.d.settled()
	p.d.until("a boundary has the focus", patience, func(img *image.RGBA) (ok bool) {
		r, ok = p.ringIn(img)
		return ok
	})
	return r
}

func (p *program) ringIn(img *image.RGBA) (image.Rectangle, bool) {
	return sized(patches(img, p.at, shade(look.ColorRing)), image.Pt(14, 34), image.Pt(28, 56))
}

func (p *program) encryption() {
	p.write(passphrase)
	p.picture("5-encryption-once")
	p.tab(1)
	p.write(passphrase)
	p.picture("5-encryption")
	p.next(session.PageAccount)
}

func (p *program) account() {
	p.write("styx")
	p.tab(2) // past the network
	p.write("Ada Lovelace")
	p.tab(1) // past the user name, which follows from that
	for range 2 {
		p.tab(1)
		p.write(password) // not needed here, but who types one must not find it anywhere
	}
	p.picture("6-users")
	p.next(session.PageSystem)
}

func (p *program) system() {
	p.picture("7-desktop")
	p.key(keyLeft, keyAlt) // and back, to where what was typed still is
	p.on(session.PageAccount)
	p.picture("6-users-again")
	p.next(session.PageSystem)
	p.key(keyRight, keyAlt)
	p.on(session.PageReview)
}

func (p *program) review() {
	p.button() // is coloured when the plan is there
	p.picture("8-review")
	p.click(p.button())
}

// install looks on; nothing comes to rest here.
func (p *program) install() {
	p.t.Helper()
	p.on(session.PageInstall)
	p.d.until("the bar has begun to fill", patience, func(img *image.RGBA) bool {
		top := image.Rect(p.at.Min.X+220, p.at.Min.Y+60, p.at.Max.X, p.at.Min.Y+260)
		_, ok := sized(patches(img, top, shade(theme.ColorNamePrimary)), image.Pt(40, 4), top.Size())
		return ok
	})
	time.Sleep(2 * time.Second) // to have something to see; the key takes longer
	p.keep("9-install", p.d.look())
}

func (p *program) finished() {
	p.t.Helper()
	p.wait(session.PageDone, endures)
	p.picture("10-done")
}

// judge compares an image with what was chosen.
func (p *program) judge(disk string) {
	p.t.Helper()
	info, err := os.Stat(disk)
	if err != nil {
		p.t.Fatal(err)
	}
	if got := quantity.Bytes(info.Size()); got != 14*quantity.GiB {
		p.t.Errorf("the virtual disk is of %s", got)
	}
	parts := partitions(p.t, disk)
	if len(parts) != 3 || parts[0].Name != "ESP" || parts[1].Name != "swap" || parts[2].Name != "nix" {
		p.t.Fatalf("partitions: %+v", parts)
	}
	const grain = 2048
	if by := parts[0].Size - usualESP; parts[0].Size < usualESP+64*grain || by%grain != 0 {
		p.t.Errorf("the ESP was dragged to %d sectors", parts[0].Size)
	}
	if parts[1].Start != parts[0].Start+parts[0].Size {
		p.t.Errorf("swap begins at %d, not behind the ESP", parts[1].Start)
	}
	if want := usualNix + 5*grain; parts[2].Start != want {
		p.t.Errorf("nix begins at %d, not at %d", parts[2].Start, want)
	}
	if said, err := verify(p.t, disk, passphrase); err != nil || !strings.Contains(said, "passphrase opens the container") {
		p.t.Errorf("verify: %v\n%s", err, said)
	}
	for file, want := range map[string]string{
		"plan.json": `"partition"`, "journal.jsonl": "run-done", "repo/configuration.nix": "Europe/Berlin", "repo/flake.nix": "styx", "wishes.toml": "Ada Lovelace",
	} {
		if !strings.Contains(text(p.t, disk+".lethe", file), want) {
			p.t.Errorf("%s has no %s", file, want)
		}
	}
}

// TestEndToEndOneClick rehearses by one click, is asked to close in the middle, and goes on.
func TestEndToEndOneClick(t *testing.T) {
	p := newProgram(t)
	p.try()
	p.closeWindow(p.id)
	p.question("11-close")
	p.key(keyEscape)
	p.wait(session.PageDone, endures)
	p.picture("12-one-click")
	if parts := partitions(t, p.image()); len(parts) != 3 {
		t.Errorf("partitions: %+v", parts)
	}
	p.closeWindow(p.id)
	p.ended()
	p.nothingLeft()
}

// TestEndToEndClose closes the window while it works, and says yes.
func TestEndToEndClose(t *testing.T) {
	p := newProgram(t)
	p.try()
	p.closeWindow(p.id)
	p.click(p.question("11-close-now"))
	p.ended()
	p.nothingLeft()
}

// try presses the coloured button of the first page, with the mouse, and waits until it works.
func (p *program) try() {
	p.t.Helper()
	body := p.at
	body.Min.X, body.Max.Y = body.Min.X+220, body.Max.Y-80
	found, ok := sized(patches(p.d.settled(), body, shade(theme.ColorNamePrimary)), image.Pt(100, 24), image.Pt(400, 60))
	if !ok {
		p.t.Fatal("the first page offers no rehearsal by one click")
	}
	p.click(middle(found))
	p.on(session.PageInstall)
}

// question waits for a question with a dangerous answer, and tells where that is.
func (p *program) question(name string) (yes image.Point) {
	p.t.Helper()
	seen := p.d.until("there is a question", patience, func(img *image.RGBA) bool {
		p.alive()
		found, ok := sized(patches(img, p.at, shade(theme.ColorNameError)), image.Pt(40, 24), image.Pt(300, 60))
		yes = middle(found)
		return ok
	})
	p.keep(name, seen)
	return yes
}

// nothingLeft checks that the virtual disk is gone with all that belongs to it.
func (p *program) nothingLeft() {
	p.t.Helper()
	left, err := os.ReadDir(filepath.Join(p.home, "tmp"))
	if err != nil || len(left) > 0 {
		p.t.Errorf("%v are left, %v", left, err)
	}
}

// TestEndToEndExplore opens the made-up system from the first page, keeps its Bluetooth pairings by the keys, and copies the command.
func TestEndToEndExplore(t *testing.T) {
	p := newProgram(t)
	p.tab(exploreLink)
	p.key(keyReturn)
	seen := p.d.until("the explorer has rows", patience, func(img *image.RGBA) bool {
		p.alive()
		return len(p.bars(img)) > 0
	})
	p.keep("13-explore", p.d.settled())
	if railPage(seen, p.at, len(session.Pages())) >= 0 {
		t.Error("the installer's rail is still there")
	}
	p.write("pairings")
	p.d.settled()
	p.key(keyReturn) // from the filter to the tree, to its first row
	p.key(keyEnd)    // the last match is the deepest
	p.picture("13-explore-filter")
	p.key(keyReturn)
	p.d.settled()
	p.picture("13-explore-keep")
	p.key(keyReturn)
	kept := p.until("the pairings are in the persist tree", func() bool { return len(p.madeUp("persist/var/lib/bluetooth/*/settings")) == 1 })
	p.picture("13-explore-kept")
	if !kept || !strings.Contains(text(t, p.madeUp("nixos/persist.json")[0]), `"directory": "/var/lib/bluetooth"`) {
		t.Error("the pairings are not declared")
	}
	p.key(keyEscape)
	p.picture("13-explore-pending")
	p.key(keyEscape) // the search
	p.key(keyEscape)
	p.on(session.PageWelcome)
	p.closeWindow(p.id)
	p.ended()
	p.nothingLeft()
}

// exploreLink is how many controls come before the link to the explorer on the first page.
const exploreLink = 4

// bars are the bars of rows in which something would be lost.
func (p *program) bars(img *image.RGBA) (found []image.Rectangle) {
	body := p.at
	body.Min.Y += 300
	for _, r := range patches(img, body, shade(theme.ColorNamePrimary)) {
		if r.Dy() >= 6 && r.Dy() <= 10 && r.Dx() <= 90 {
			found = append(found, r)
		}
	}
	return found
}

// madeUp are files of the made-up system.
func (p *program) madeUp(pattern string) []string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.home, "tmp", "lethe-made-up-*", pattern))
	if err != nil {
		p.t.Fatal(err)
	}
	return found
}

// until waits for something that is not to be seen.
func (p *program) until(what string, is func() bool) bool {
	p.t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(glance) {
		p.alive()
		if is() {
			return true
		}
	}
	p.t.Errorf("waited in vain until %s", what)
	return false
}
