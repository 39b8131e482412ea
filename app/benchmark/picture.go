package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"

	"github.com/jezek/xgb/xproto"
)

// picture is a part of the screen: 4 bytes a pixel, in the order blue, green, red, unused.
type picture struct {
	width, height int
	data          []byte
}

// take gives the picture of an area of the screen.
func (d *display) take(r xproto.Rectangle) (picture, error) {
	reply, err := xproto.GetImage(d.conn, xproto.ImageFormatZPixmap, xproto.Drawable(d.root), r.X, r.Y, r.Width, r.Height, ^uint32(0)).Reply()
	if err != nil {
		return picture{}, err
	}
	return picture{int(r.Width), int(r.Height), reply.Data}, nil
}

// at gives the colour of a point.
func (p picture) at(x, y int) color.NRGBA {
	i := 4 * (y*p.width + x)
	return color.NRGBA{R: p.data[i+2], G: p.data[i+1], B: p.data[i], A: 0xff}
}

// blank tells that every point has the same colour.
func (p picture) blank() bool {
	first := p.at(0, 0)
	for i := 0; i+3 < len(p.data); i += 4 {
		if p.data[i] != first.B || p.data[i+1] != first.G || p.data[i+2] != first.R {
			return false
		}
	}
	return true
}

// save writes a picture as PNG into a folder; an empty folder writes nothing.
func (p picture) save(folder, name string) error {
	if folder == "" {
		return nil
	}
	img := image.NewNRGBA(image.Rect(0, 0, p.width, p.height))
	for y := range p.height {
		for x := range p.width {
			img.SetNRGBA(x, y, p.at(x, y))
		}
	}
	file, err := os.Create(filepath.Join(folder, name+".png"))
	if err != nil {
		return err
	}
	if err := png.Encode(file, img); err != nil {
		_ = file.Close()
		return err
	}
	return file.Close()
}
