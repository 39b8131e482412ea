package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"
	"github.com/rymdport/portal/filechooser"
)

// chooser asks where to write something. then is called on Fyne's goroutine, and not at all where the user thinks better of it.
type chooser interface {
	// file asks for a file; name is what it is called unless the user says otherwise.
	file(name string, then func(path string))
	// folder asks where a new folder of that name is to be.
	folder(name string, then func(path string))
}

// dialogs asks through the desktop's own dialogs, or has a path typed where there is no portal.
type dialogs struct{ w *window }

func (d dialogs) file(name string, then func(path string)) {
	d.portal(func() ([]string, error) {
		return filechooser.SaveFile("", lang.L("Save as"), &filechooser.SaveFileOptions{CurrentName: name, AcceptLabel: lang.L("Save")})
	}, then, func() {
		d.ask(place{
			title: lang.L("Save as"), text: lang.L("The file that is written:"), yes: lang.L("Save"), path: free(filepath.Join(home(), name)), then: then,
		})
	})
}

func (d dialogs) folder(name string, then func(path string)) {
	in := func(parent string) { then(free(filepath.Join(parent, name))) }
	d.portal(func() ([]string, error) {
		return filechooser.OpenFile("", lang.L("Where to write the folder {{.Name}}", map[string]string{"Name": name}),
			&filechooser.OpenFileOptions{Directory: true, AcceptLabel: lang.L("Write here")})
	}, in, func() {
		d.ask(place{
			title: lang.L("Where to write the folder {{.Name}}", map[string]string{"Name": name}), text: lang.L("This folder is made, and the configuration written into it:"),
			yes: lang.L("Write here"), path: free(filepath.Join(home(), name)), then: then,
		})
	})
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
