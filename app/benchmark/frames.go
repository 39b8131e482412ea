package main

import (
	"fmt"
	"image/color"
	"time"

	"fyne.io/fyne/v2"

	"lethe/app/look"
)

// frames are what was painted over a time.
type frames struct {
	count, moves int
	rate         float64       // a second
	longest      time.Duration // between two frames, and from the ends of the time to them
	over         int           // gaps of more than 50 ms
}

func (f frames) String() string {
	return fmt.Sprintf("%.1f frames a second (%d frames for %d moves of the mouse), longest gap %v, %d gaps over 50 ms",
		f.rate, f.count, f.moves, f.longest.Round(time.Millisecond), f.over)
}

// painted gives when something was drawn into the window; what belongs to one frame is given once.
func (d *display) painted(r *running, begin, end time.Time) (list []time.Time) {
	for {
		select {
		case f := <-d.frames:
			inside := f.area.X < r.window.X+int16(r.window.Width) && f.area.X+int16(f.area.Width) > r.window.X
			if !inside || f.at.Before(begin) || f.at.After(end) {
				continue
			}
			if n := len(list); n == 0 || f.at.Sub(list[n-1]) > oneDraw {
				list = append(list, f.at)
			}
		default:
			return list
		}
	}
}

func framesOf(list []time.Time, begin, end time.Time, moves int) frames {
	f := frames{count: len(list), moves: moves, rate: float64(len(list)) / end.Sub(begin).Seconds()}
	last := begin
	for _, at := range append(list, end) {
		gap := at.Sub(last)
		f.longest = max(f.longest, gap)
		if gap > 50*time.Millisecond {
			f.over++
		}
		last = at
	}
	return f
}

// colour is one of the theme's, as it comes to the screen.
func colour(name fyne.ThemeColorName, variant fyne.ThemeVariant) color.NRGBA {
	return color.NRGBAModel.Convert(look.Fixed(variant).Color(name, variant)).(color.NRGBA)
}

// meet finds the x at which, on a row, a run of one colour gives way to a run of another.
func (p picture) meet(y int, left, right color.NRGBA) (int, bool) {
	const least, gap = 30, 8
	run, ended := 0, -1
	for x := range p.width {
		switch c := p.at(x, y); {
		case c == left:
			if run++; run >= least {
				ended = x
			}
		case c == right && ended >= 0 && x-ended <= gap:
			return (ended + x) / 2, true
		default:
			run = 0
		}
	}
	return 0, false
}
