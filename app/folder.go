package main

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"fyne.io/fyne/v2/lang"
	"github.com/godbus/dbus/v5"
	"github.com/rymdport/portal/openuri"
)

// openFolder shows a file in its folder, and says where that is when nothing on this machine can show it.
func (w *window) openFolder(path string) {
	w.work.FolderError = ""
	inBackground(w.life, w, func(ctx context.Context) (string, error) { return filepath.Dir(path), w.showFile(ctx, path) }, func(folder string, err error) {
		if err != nil {
			w.work.FolderError = lang.L("Nothing on this computer can show the folder. It is {{.Path}}.", map[string]string{"Path": folder})
		}
		w.refresh()
	})
}

// showFile has the desktop show a file in its folder, and waits no longer than the context lets it: the window cannot end while it waits.
func showFile(ctx context.Context, path string) error {
	ctx, cancel := context.WithTimeout(ctx, 2*busPatience) // for two that may not answer
	defer cancel()
	shown := make(chan error, 1)
	go func() { shown <- askDesktop(ctx, path) }()
	select {
	case err := <-shown:
		return err
	case <-ctx.Done():
		return fmt.Errorf("cannot show %s: the desktop does not answer: %w", path, ctx.Err())
	}
}

// askDesktop asks the desktop's file manager to show a file, or the portal to show its folder. Fyne's own way does not tell whether
// anything did. Not all of it heeds the context.
func askDesktop(ctx context.Context, path string) error {
	file, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("cannot show the file: %w", err)
	}
	defer file.Close()
	bus, err := dbus.SessionBusPrivateNoAutoStartup() // a bus that nobody listens on is not started either
	if err != nil {
		return fmt.Errorf("cannot reach the session bus: %w", err)
	}
	defer bus.Close()
	if err = bus.Auth(nil); err == nil {
		err = bus.Hello()
	}
	if err != nil {
		return fmt.Errorf("cannot reach the session bus: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, busPatience)
	defer cancel()
	err = bus.Object("org.freedesktop.FileManager1", "/org/freedesktop/FileManager1").CallWithContext(ctx,
		"org.freedesktop.FileManager1.ShowItems", 0, []string{(&url.URL{Scheme: "file", Path: path}).String()}, "").Err
	if err == nil {
		return nil
	}
	if err := openuri.OpenDirectory("", file.Fd(), nil); err != nil {
		return fmt.Errorf("cannot show %s: %w", path, err)
	}
	return nil
}
