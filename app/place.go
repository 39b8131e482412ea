package main

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/dialog"
	"fyne.io/fyne/v2/lang"
	"fyne.io/fyne/v2/theme"

	"lethe/app/control"
	"lethe/app/widget"
)

// place asks for the path of something that is to be written.
type place struct {
	title, text, yes string
	path             string // to begin with
	wrong            string // what is wrong with that
	then             func(path string)
}

// ask has a path typed, with a folder to be picked beside it. What cannot be is asked for anew, and says why.
func (d dialogs) ask(p place) {
	entry := control.NewEntry("", nil)
	entry.SetText(p.path)
	wrong := widget.NewNotice(widget.Bad, p.wrong)
	pick := control.NewButton(lang.L("Choose a folder…"), theme.FolderOpenIcon(), func() {
		d.pick(func(folder string) { entry.SetText(filepath.Join(folder, filepath.Base(entry.Text))) }, entry)
	})
	d.w.shell.ask(question{
		title: p.title, text: p.text, yes: p.yes, no: lang.L("Cancel"),
		extra: container.NewVBox(entry, wrong, container.NewHBox(pick)), focus: entry,
		then: func() {
			path, says := judge(entry.Text)
			if says == "" {
				p.then(path)
				return
			}
			p.path, p.wrong = entry.Text, says
			d.ask(p)
		},
	})
}

// pick shows Fyne's dialog for folders; Escape closes it.
func (d dialogs) pick(then func(folder string), after fyne.Focusable) {
	picker := dialog.NewFolderOpen(func(folder fyne.ListableURI, err error) {
		if err == nil && folder != nil {
			then(folder.Path())
		}
	}, d.w.win)
	picker.SetTitleText(lang.L("Choose a folder"))
	picker.SetConfirmText(lang.L("Choose"))
	picker.SetDismissText(lang.L("Cancel"))
	picker.SetOnClosed(func() {
		d.w.shell.picker = nil
		d.w.win.Canvas().Focus(after)
	})
	d.w.shell.picker = picker
	picker.Show()
}

// judge reads a path as it was typed, and says what keeps something from being written there.
func judge(text string) (path, says string) {
	path = strings.TrimSpace(text)
	if rest, ok := strings.CutPrefix(path, "~/"); ok {
		path = filepath.Join(home(), rest)
	}
	if !filepath.IsAbs(path) {
		return "", lang.L("Write the whole path, such as {{.Path}}.", map[string]string{"Path": filepath.Join(home(), "nixos")})
	}
	path = filepath.Clean(path)
	data := map[string]string{"Path": path, "Folder": filepath.Dir(path)}
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		return "", lang.L("{{.Path}} is there already. Choose another name.", data)
	}
	if info, err := os.Stat(filepath.Dir(path)); err != nil || !info.IsDir() {
		return "", lang.L("There is no folder {{.Folder}}.", data)
	}
	return path, ""
}

// home is where people keep their own files.
func home() string {
	folder, err := os.UserHomeDir()
	if err != nil {
		return "/"
	}
	return folder
}
