package main

import (
	"fmt"
	"os/exec"
	"path/filepath"

	"fyne.io/fyne/v2/lang"
)

// openFolder shows the folder of a file, and says where it is when nothing on this machine can show it. Nobody waits for the program: it
// may be the file manager itself, which outlives the window.
func (w *window) openFolder(path string) {
	folder := filepath.Dir(path)
	w.work.FolderError = ""
	go func() {
		err := w.showFolder(folder)
		w.bridge.call(func() {
			if err != nil {
				w.work.FolderError = lang.L("Nothing on this computer can show the folder. It is {{.Path}}.", map[string]string{"Path": folder})
			}
			w.refresh()
		})
	}()
}

// xdgOpen asks the desktop to show a folder. Fyne's own way does not tell whether anything did.
func xdgOpen(folder string) error {
	if err := exec.Command("xdg-open", folder).Run(); err != nil { //nolint:gosec,noctx // the folder is the window's own, and what shows it outlives the window
		return fmt.Errorf("cannot show %s: %w", folder, err)
	}
	return nil
}
