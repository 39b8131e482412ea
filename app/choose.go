package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"github.com/rymdport/portal/filechooser"

	"lethe/app/page"
)

// chooser asks where to write something. then is called on Fyne's goroutine, and not at all where the user thinks better of it.
type chooser interface {
	// file asks for a file; name is what it is called unless the user says otherwise.
	file(name string, then func(path string))
	// folder asks where a new folder of that name is to be.
	folder(name string, then func(path string))
}

// dialogs asks through the desktop's own dialogs, or Fyne's where there is no portal.
type dialogs struct{ w *window }

func (d dialogs) file(name string, then func(path string)) {
	d.portal(func() ([]string, error) {
		return filechooser.SaveFile("", lang.L("Save as"), &filechooser.SaveFileOptions{CurrentName: name, AcceptLabel: lang.L("Save")})
	}, then, func() { d.fyneFile(name, then) })
}

func (d dialogs) folder(name string, then func(path string)) {
	in := func(parent string) { then(free(filepath.Join(parent, name))) }
	d.portal(func() ([]string, error) {
		return filechooser.OpenFile("", lang.L("Where to write the folder {{.Name}}", map[string]string{"Name": name}),
			&filechooser.OpenFileOptions{Directory: true, AcceptLabel: lang.L("Write here")})
	}, in, func() { d.fyneFolder(in) })
}

// portal asks the desktop; otherwise is called where there is none to ask.
func (d dialogs) portal(ask func() ([]string, error), then func(path string), otherwise func()) {
	inBackground(d.w.life, d.w, func(context.Context) ([]string, error) { return ask() }, func(uris []string, err error) {
		switch {
		case err != nil:
			otherwise()
		case len(uris) > 0:
			if u, err := url.Parse(uris[0]); err == nil && u.Scheme == "file" {
				then(u.Path)
			}
		}
	})
}

func (d dialogs) fyneFile(name string, then func(path string)) {
	ask := dialog.NewFileSave(func(to fyne.URIWriteCloser, err error) {
		if err != nil || to == nil {
			return
		}
		path := to.URI().Path() // it was made, empty, and what follows wants to make it itself
		if err := errors.Join(to.Close(), os.Remove(path)); err != nil {
			d.w.shell.tell(page.Engine(err.Error()))
			return
		}
		then(path)
	}, d.w.win)
	ask.SetFileName(name)
	ask.SetTitleText(lang.L("Save as")) // Fyne joins two words, which is no German
	ask.Show()
}

func (d dialogs) fyneFolder(then func(parent string)) {
	dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			then(folder.Path())
		}
	}, d.w.win).Show()
}

// free gives a path at which nothing is yet, by counting up.
func free(path string) string {
	base := path
	for n := 2; ; n++ {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) || n > 1000 {
			return path
		}
		path = fmt.Sprintf("%s-%d", base, n)
	}
}
