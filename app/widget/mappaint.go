package widget

import (
	"image"
	"image/color"
	"image/draw"
	"math"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// A block is a tinted field that carries text, above a band with the pattern of its kind.
const (
	bandHeight  float32 = 20
	blockRadius float32 = 5
	patternSide float32 = 12 // patterns repeat after this many
)

// kindColours are the band's and the field's colour of a kind.
func kindColours(k Kind) (band, field fyne.ThemeColorName) {
	switch k {
	case KindESP:
		return look.ColorESP, look.ColorESPTint
	case KindSwap:
		return look.ColorSwap, look.ColorSwapTint
	case KindNix:
		return look.ColorNix, look.ColorNixTint
	case KindLUKS:
		return look.ColorLUKS, look.ColorLUKSTint
	case KindFree:
		return look.ColorFree, look.ColorFreeTint
	}
	return look.ColorOther, look.ColorOtherTint
}

// ink tells whether a point of the pattern is drawn in the second colour. x and y are within one repetition.
func ink(k Kind, encrypted bool, x, y float32) bool {
	const p = patternSide
	stripe := func(v, width float32) bool { return float32(math.Mod(float64(v+2*p), float64(p))) < width }
	dot := func(cx, cy float32) bool { return (x-cx)*(x-cx)+(y-cy)*(y-cy) < 4.4 }
	switch {
	case encrypted && k == KindSwap:
		return stripe(x+y+p/8, p/4) || dot(p/4, p/4) || dot(3*p/4, 3*p/4)
	case encrypted || k == KindLUKS:
		return stripe(x+y, p/2)
	case k == KindESP:
		return stripe(2*(x+y), 2.6) || stripe(2*(x-y), 2.6)
	case k == KindSwap:
		return dot(p/4, p/4) || dot(3*p/4, 3*p/4)
	case k == KindOther:
		return stripe(2*x, 4)
	}
	return false
}

// tile is one repetition of a pattern, in pixels.
func tile(k Kind, encrypted bool, back, fore color.NRGBA, scale float32) *image.RGBA {
	side := max(int(math.Round(float64(patternSide*scale))), 1)
	img := image.NewRGBA(image.Rect(0, 0, side, side))
	const fine = 4 // samples along a pixel's side
	for py := range side {
		for px := range side {
			hits := 0
			for s := range fine * fine {
				x := (float32(px) + (float32(s%fine)+0.5)/fine) * patternSide / float32(side)
				y := (float32(py) + (float32(s/fine)+0.5)/fine) * patternSide / float32(side)
				if ink(k, encrypted, x, y) {
					hits++
				}
			}
			img.Set(px, py, mix(back, fore, float32(hits)/(fine*fine)))
		}
	}
	return img
}

// mix gives a blended with the part of b.
func mix(a, b color.NRGBA, part float32) color.NRGBA {
	m := func(x, y uint8) uint8 { return uint8(float32(x) + (float32(y)-float32(x))*part + 0.5) }
	return color.NRGBA{R: m(a.R, b.R), G: m(a.G, b.G), B: m(a.B, b.B), A: m(a.A, b.A)}
}

func themed(name fyne.ThemeColorName) color.NRGBA {
	c, ok := color.NRGBAModel.Convert(theme.Color(name)).(color.NRGBA)
	if !ok {
		return color.NRGBA{}
	}
	return c
}

// tileKey names a tile that has been made.
type tileKey struct {
	kind      Kind
	encrypted bool
	pale      bool
	scale     float32
	back      color.NRGBA // tells the theme's variants apart
}

// mapPainter paints the bar of a map into one image that it keeps: the blocks with their patterns, and the ticks below.
type mapPainter struct {
	tiles map[tileKey]*image.RGBA
	img   *image.RGBA
}

// patternFor gives the tile of a block's band, in full colour or pale.
func (p *mapPainter) patternFor(b Block, pale bool, scale float32) *image.RGBA {
	band, field := kindColours(b.Kind)
	key := tileKey{b.Kind, b.Encrypted, pale, scale, themed(band)}
	if t := p.tiles[key]; t != nil {
		return t
	}
	back := themed(band)
	fore := mix(back, themed(field), 0.72)
	if pale {
		ground := themed(theme.ColorNameBackground)
		back, fore = mix(back, ground, 0.72), mix(fore, ground, 0.72)
	}
	if p.tiles == nil {
		p.tiles = map[tileKey]*image.RGBA{}
	}
	t := tile(b.Kind, b.Encrypted, back, fore, scale)
	p.tiles[key] = t
	return t
}

// paint draws blocks at their spans. The image has w by h pixels, scale of them to a unit; field is the height of a block.
func (p *mapPainter) paint(w, h int, scale, field float32, s mapScale, ticks []float32) *image.RGBA {
	if p.img == nil || p.img.Rect.Dx() != w || p.img.Rect.Dy() != h {
		p.img = image.NewRGBA(image.Rect(0, 0, w, h))
	} else {
		clear(p.img.Pix)
	}
	px := func(v float32) int { return int(math.Round(float64(v * scale))) }
	if len(s.spans) == 0 {
		empty := image.Rect(0, 0, w, px(field))
		draw.Draw(p.img, empty, image.NewUniform(themed(look.ColorFreeTint)), image.Point{}, draw.Src)
		round(p.img, empty, blockRadius*scale)
	}
	for i, sp := range s.spans {
		p.block(s.blocks[i], image.Rect(px(sp.left), 0, px(sp.right), px(field)), px(bandHeight), scale)
	}
	mark := image.NewUniform(themed(look.ColorMuted))
	for _, x := range ticks {
		draw.Draw(p.img, image.Rect(px(x), px(field+2), px(x)+max(1, px(1)), h), mark, image.Point{}, draw.Src)
	}
	return p.img
}

func (p *mapPainter) block(b Block, r image.Rectangle, band int, scale float32) {
	_, field := kindColours(b.Kind)
	full, ground := themed(field), themed(theme.ColorNameBackground)
	pale := mix(full, ground, 0.6)
	until := r.Max.X // what lies left of it is in full colour
	switch b.State {
	case Waiting:
		until = r.Min.X
	case Working:
		until = r.Min.X + int(min(max(b.Progress, 0), 1)*float64(r.Dx()))
	}
	for _, part := range []struct {
		rect   image.Rectangle
		colour color.NRGBA
		pale   bool
	}{{image.Rect(r.Min.X, r.Min.Y, until, r.Max.Y), full, false}, {image.Rect(until, r.Min.Y, r.Max.X, r.Max.Y), pale, true}} {
		if part.rect.Empty() {
			continue
		}
		draw.Draw(p.img, part.rect, image.NewUniform(part.colour), image.Point{}, draw.Src)
		strip := part.rect
		strip.Min.Y = strip.Max.Y - band
		repeat(p.img, strip, p.patternFor(b, part.pale, scale))
	}
	round(p.img, r, blockRadius*scale)
}

// repeat fills a rectangle with a tile that is anchored at the image's corner, so that a moving edge does not shift it.
func repeat(img *image.RGBA, r image.Rectangle, t *image.RGBA) {
	r = r.Intersect(img.Rect)
	side := t.Rect.Dx()
	for y := r.Min.Y; y < r.Max.Y; y++ {
		source := t.Pix[(y%side)*t.Stride:][:4*side]
		target := img.Pix[img.PixOffset(r.Min.X, y):][:4*r.Dx()]
		from := 4 * (r.Min.X % side)
		for len(target) > 0 {
			n := copy(target, source[from:])
			target, from = target[n:], 0
		}
	}
}

// round takes the corners of a rectangle away.
func round(img *image.RGBA, r image.Rectangle, radius float32) {
	radius = min(radius, float32(min(r.Dx(), r.Dy()))/2)
	n := int(math.Ceil(float64(radius)))
	for y := range n {
		for x := range n {
			dx, dy := radius-float32(x)-0.5, radius-float32(y)-0.5
			cover := min(max(radius-float32(math.Hypot(float64(dx), float64(dy)))+0.5, 0), 1)
			if cover == 1 || dx < 0 || dy < 0 {
				continue
			}
			for _, at := range [4]image.Point{
				{r.Min.X + x, r.Min.Y + y},
				{r.Max.X - 1 - x, r.Min.Y + y},
				{r.Min.X + x, r.Max.Y - 1 - y},
				{r.Max.X - 1 - x, r.Max.Y - 1 - y},
			} {
				fade(img, at, cover)
			}
		}
	}
}

func fade(img *image.RGBA, at image.Point, cover float32) {
	if !at.In(img.Rect) {
		return
	}
	pixel := img.Pix[img.PixOffset(at.X, at.Y):][:4]
	for i := range pixel {
		pixel[i] = uint8(float32(pixel[i])*cover + 0.5)
	}
}
