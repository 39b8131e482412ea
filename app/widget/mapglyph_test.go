package widget

import (
	"slices"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
	"pgregory.net/rapid"
)

func TestSpreadProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		width := rapid.Float32Range(200, 4000).Draw(t, "width")
		wished := rapid.SliceOfN(rapid.Float32Range(0, width), 0, 30).Draw(t, "wished")
		slices.Sort(wished)
		places := spread(wished, glyphPitch, width)
		pitch := glyphPitch
		if n := len(wished); n > 1 {
			pitch = min(pitch, width/float32(n-1))
		}
		const rounding = 0.01
		for i, at := range places {
			if at < -rounding || at > width+rounding {
				t.Fatalf("place %d is %v, of a width of %v", i, at, width)
			}
			if i > 0 && at-places[i-1] < pitch-rounding {
				t.Fatalf("places %v and %v are closer than %v", places[i-1], at, pitch)
			}
			near := i > 0 && wished[i]-wished[i-1] < glyphPitch*float32(len(wished)) || i+1 < len(wished) && wished[i+1]-wished[i] < glyphPitch*float32(len(wished))
			if !near && (at < wished[i]-rounding || at > wished[i]+rounding) {
				t.Fatalf("a lonely place went from %v to %v", wished[i], at)
			}
		}
	})
}

func TestCloseBoundariesCanEachBeClicked(t *testing.T) {
	data := payload(planned(2048))
	m, c, _ := live(t, data)
	origin := fyne.CurrentApp().Driver().AbsolutePositionForObject(m)
	for i, b := range data.Boundaries {
		g := m.glyphs[i]
		for j, other := range m.glyphs[:i] {
			if apart := g.Position().X - other.Position().X; apart > -glyphSide && apart < glyphSide {
				t.Errorf("the glyphs of boundaries %d and %d overlap: they are %v apart", j, i, apart)
			}
		}
		for _, x := range []float32{-7, 0, 7} {
			at := g.Position().AddXY(glyphPitch/2+x, glyphPitch/2)
			test.MoveMouse(c, origin.AddXY(1, 1))
			test.MoveMouse(c, origin.Add(at))
			if m.hover != (mapItem{boundaryItem, i}) || m.detail.text != m.verdict(b) {
				t.Errorf("at %v beside glyph %d the map tells %q", x, i, m.detail.text)
			}
			test.TapCanvas(c, origin.Add(at))
			if m.picked != (mapItem{boundaryItem, i}) {
				t.Errorf("a click at %v beside glyph %d picks %v", x, i, m.picked)
			}
		}
	}
	if m.glyphs[2].leader.Hidden || m.glyphs[4].leader.Hidden || !m.glyphs[0].leader.Hidden {
		t.Error("lines lead from the glyphs that were moved, and from no others")
	}
}

// TestPayloadDoesNotCoverTheHandle drags the handle of swap|nix by its right half.
func TestPayloadDoesNotCoverTheHandle(t *testing.T) {
	m, c, went := live(t, payload(planned(2048)))
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(m.grips[2]).AddXY(handleWidth/2+5, 30)
	test.Drag(c, at, 80, 0)
	if len(*went) != 1 {
		t.Errorf("the handle went to %v", *went)
	}
}

// TestHandleSettlesAfterADrag drops a handle while the pointer is elsewhere, which Fyne does not tell the handle.
func TestHandleSettlesAfterADrag(t *testing.T) {
	m, c, _ := live(t, planned(40))
	grip := m.grips[1]
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(grip).AddXY(handleWidth/2, 30)
	calm := grip.grip.FillColor
	test.MoveMouse(c, at)
	if grip.grip.FillColor == calm {
		t.Fatal("a handle that is pointed at looks like any other")
	}
	grip.Dragged(&fyne.DragEvent{Dragged: fyne.Delta{DX: 30}})
	m.bar.MouseOut() // the pointer went over the bar, and out of the window
	if grip.grip.FillColor == calm {
		t.Error("while it is dragged the handle looks let go")
	}
	if want := m.verdict(m.data.Boundaries[1]); m.detail.text != want {
		t.Errorf("while it is dragged the map tells %q, want %q", m.detail.text, want)
	}
	grip.DragEnd()
	c.Unfocus() // as the window does when the button comes up over something else
	if grip.grip.FillColor != calm || m.detail.text != m.hint() {
		t.Errorf("after the drag the handle is dark: %v, and the map tells %q", grip.grip.FillColor != calm, m.detail.text)
	}
	test.MoveMouse(c, at)
	grip.MouseOut()
	if grip.grip.FillColor != calm || m.detail.text != m.hint() {
		t.Errorf("with the pointer gone the map tells %q", m.detail.text)
	}
}
