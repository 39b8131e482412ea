package page_test

import (
	"flag"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
	fw "fyne.io/fyne/v2/widget"

	"lethe/app/control"
	"lethe/app/look"
	"lethe/app/look/looktest"
	"lethe/app/page"
	"lethe/app/session"
	"lethe/app/widget"
	"lethe/assets"
	"lethe/engine/flake/locale"
	"lethe/engine/keyboard"
)

var update = flag.Bool("update", false, "write the golden images anew")

// now is the time of every test.
var now = time.Date(2026, 11, 23, 12, 1, 0, 0, time.UTC)

// stand shows one page in a frame like the window's.
type stand struct {
	t      testing.TB
	state  *session.State
	page   page.Page
	win    fyne.Window
	head   *widget.Heading
	scroll *container.Scroll
	calls  chan func() // for the goroutine of the test, which is Fyne's

	work   page.Work
	moved  func(characters []rune) []keyboard.Moved // nil is that nobody can tell
	has    bool
	copied string
	kept   []bool // what was asked of the virtual disk
	opened []session.Page

	explore *session.Explore
	asks    page.ExploreActs
}

// frame is how a page is looked at.
type frame struct {
	variant       fyne.ThemeVariant
	width, height float32
}

var (
	small = frame{theme.VariantDark, 1024, 768}
	usual = frame{theme.VariantLight, 1120, 760}
	large = frame{theme.VariantLight, 1920, 1050}
)

// newStand opens the page that the session has open.
func newStand(t testing.TB, f frame, s *session.State, set func(*stand)) *stand {
	t.Helper()
	a := test.NewTempApp(t)
	a.Settings().SetTheme(look.Fixed(f.variant))
	if err := lang.AddTranslationsFS(assets.Translations, assets.TranslationsDir); err != nil {
		t.Fatal(err)
	}
	d := &stand{t: t, state: s, calls: make(chan func(), 1024)}
	if set != nil {
		set(d)
	}
	nothing := func() {}
	d.page = page.New(s.Page, page.Room{
		State: s, Explore: d.explore, Work: &d.work, Lists: &locale.Lists{}, Do: func(f func()) { d.calls <- f }, Now: func() time.Time { return now },
		Acts: &page.Acts{
			Changed: func() { d.page.Refresh() }, Try: nothing, Next: nothing, Open: func(p session.Page) { d.opened = append(d.opened, p) }, Look: nothing, Cancel: nothing, Retry: nothing, Again: nothing, SaveReport: nothing,
			Restart: nothing, Reboot: nothing, Close: nothing, Export: func(bool) {}, OpenFolder: func(string) {},
			Keep: func(string, []byte) { d.has = true }, Forget: func(string) { d.has = false }, Has: func(string) bool { return d.has },
			Moved: func(_ string, characters []rune) ([]keyboard.Moved, bool) {
				if d.moved == nil {
					return nil, false
				}
				return d.moved(characters), true
			},
			MovedIn: func(string, string) ([]keyboard.Moved, bool) {
				if d.moved == nil {
					return nil, false
				}
				return d.moved(nil), true
			},
			Focus:     func(f fyne.Focusable) { d.win.Canvas().Focus(f) },
			Copy:      func(text string) { d.copied = text },
			KeepImage: func(on bool) { d.kept = append(d.kept, on) },
			Explore:   d.asks, OpenExplore: nothing,
		},
	})
	d.win = test.NewTempWindow(t, d.frame())
	d.win.SetPadded(false)
	d.win.Resize(fyne.NewSize(f.width, f.height))
	if f := d.page.First(); f != nil {
		d.win.Canvas().Focus(f)
	}
	return d
}

// frame is what the window has around a page. The page gets the height that the heading leaves.
func (d *stand) frame() fyne.CanvasObject {
	d.head = widget.NewHeading(page.Say(d.state.Page.Title()), d.page.Sentence())
	d.scroll = container.NewVScroll(container.New(&sheet{}, d.head, d.page.Content()))
	rail := canvas.NewRectangle(theme.Color(look.ColorRail))
	rail.SetMinSize(fyne.NewSize(look.RailWidth, 1))
	widest = look.ContentWidth
	if rail.Hidden = d.state.Page == session.PageExplore; rail.Hidden {
		widest = 1280
	}
	buttons := container.NewPadded(container.NewPadded(container.NewHBox(layout.NewSpacer(), fw.NewButton("Next", nil))))
	ground := container.NewStack(canvas.NewRectangle(theme.Color(theme.ColorNameBackground)), container.NewVBox(fw.NewSeparator(), buttons))
	ground.Hidden = d.state.Page == session.PageInstall
	return container.NewBorder(nil, nil, rail, nil, container.NewBorder(nil, ground, nil, nil, d.scroll))
}

// widest is the width of the content: the explorer's is larger.
var widest = look.ContentWidth

// sheet is the heading and the page in the middle, as the window lays them out.
type sheet struct{}

func (*sheet) MinSize(o []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(o[1].MinSize().Width+2*look.Margin, o[0].MinSize().Height+look.Gap+o[1].MinSize().Height+2*look.Margin)
}

func (*sheet) Layout(o []fyne.CanvasObject, size fyne.Size) {
	width := min(float32(widest), size.Width-2*look.Margin)
	x, y := (size.Width-width)/2, look.Margin
	o[0].Move(fyne.NewPos(x, y))
	o[0].Resize(fyne.NewSize(width, o[0].MinSize().Height))
	y += o[0].MinSize().Height + look.Gap
	o[1].Move(fyne.NewPos(x, y))
	o[1].Resize(fyne.NewSize(width, size.Height-y-look.Margin))
}

// until runs what others asked for until something is true.
func (d *stand) until(what string, is func() bool) {
	d.t.Helper()
	deadline := time.After(20 * time.Second)
	for !is() {
		select {
		case f := <-d.calls:
			f()
		case <-deadline:
			d.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// settle lays the window out until heights that follow from widths are right.
func (d *stand) settle() {
	for range 3 {
		d.page.Refresh()
		d.head.SetText(page.Say(d.state.Page.Title()), d.page.Sentence())
		d.win.Content().Refresh()
		d.scroll.Refresh()
	}
}

// overflow is by how much the page is higher than the room for it.
func (d *stand) overflow() float32 {
	d.settle()
	return d.scroll.Content.MinSize().Height - d.scroll.Size().Height
}

// shown is all text that can be seen, less the line breaks.
func (d *stand) shown() string {
	var texts []string
	for _, o := range d.seen() {
		if t, ok := o.(*canvas.Text); ok {
			texts = append(texts, strings.Fields(t.Text)...)
		}
	}
	return strings.Join(texts, " ")
}

// shows checks what can be read; a text that begins with a minus must not be there.
func (d *stand) shows(texts ...string) {
	d.t.Helper()
	all := d.shown()
	for _, text := range texts {
		text, not := strings.CutPrefix(text, "-")
		if strings.Contains(all, strings.Join(strings.Fields(text), " ")) == not {
			d.t.Errorf("that %q is shown is %v, in: %s", text, not, all)
		}
	}
}

// write types where the focus is.
func (d *stand) write(text string) {
	d.t.Helper()
	f := d.win.Canvas().Focused()
	if f == nil {
		d.t.Fatal("nothing has the focus")
	}
	for _, r := range text {
		f.TypedRune(r)
	}
}

// press presses a button, or ticks a box, by what it says.
func (d *stand) press(label string) {
	d.t.Helper()
	for _, o := range d.seen() {
		switch o := o.(type) {
		case *control.Button:
			if o.Text == label {
				o.Tapped(nil)
				return
			}
		case *control.Check:
			if o.Text == label {
				o.TypedRune(' ')
				return
			}
		}
	}
	d.t.Fatalf("there is no %q", label)
}

// seen is everything that is not hidden.
func (d *stand) seen() []fyne.CanvasObject {
	d.settle()
	return visible(d.win.Content())
}

func visible(o fyne.CanvasObject) []fyne.CanvasObject {
	if !o.Visible() {
		return nil
	}
	list, inner := []fyne.CanvasObject{o}, []fyne.CanvasObject(nil)
	switch o := o.(type) {
	case *fyne.Container:
		inner = o.Objects
	case fyne.Widget:
		inner = test.WidgetRenderer(o).Objects()
	}
	for _, i := range inner {
		list = append(list, visible(i)...)
	}
	return list
}

// golden compares the window with the picture in testdata.
func (d *stand) golden(name string) {
	d.t.Helper()
	looktest.Renew(d.win.Canvas())
	d.settle()
	got := d.win.Canvas().Capture()
	looktest.Compare(d.t, name, got, *update)
}
