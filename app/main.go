// Lethe's window: it edits wishes, shows plans and shows events. The engine does everything else, in goroutines of its own for a
// rehearsal and in a process of root's for a real disk.
//
// The window draws on Fyne's goroutine alone. Whatever may take long runs elsewhere and comes back over one bridge. A passphrase
// goes from its entry into a store of locked memory when its page is left, and the entry is emptied.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/lang"

	"lethe/app/look"
	"lethe/assets"
	"lethe/engine"
)

// appID is the application's ID, which is also its name under Wayland.
const appID = "org.lethe.Lethe"

// build counts the releases; FyneApp.toml says the same.
const build = 1

// Exit codes besides that of the signal that ended it.
const (
	failed    = 1
	noDisplay = 3
)

var (
	errNoDisplay   = errors.New("cannot open a window: there is no display; rehearse without one: lethe-engine rehearse")
	errUnreachable = errors.New("cannot open a window: the display cannot be reached, or lets nobody in but the person whose session it is; " +
		"start this from a terminal of that session, or rehearse without a window: lethe-engine rehearse")
)

func main() {
	err := run(os.Args[1:])
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, "lethe:", err)
	if errors.Is(err, errNoDisplay) || errors.Is(err, errUnreachable) {
		os.Exit(noDisplay)
	}
	os.Exit(failed)
}

// run opens the window and ends with it.
func run(args []string) error {
	flags := flag.NewFlagSet("lethe", flag.ContinueOnError)
	rehearse := flags.Bool("rehearse", false, "rehearse on a virtual disk, also in a live session")
	persist := flags.Bool("persist", false, "begin with what the next boot would forget")
	version := flags.Bool("version", false, "print the version")
	switch err := flags.Parse(args); {
	case errors.Is(err, flag.ErrHelp):
		return nil
	case err != nil:
		return err
	}
	if *version {
		fmt.Println("lethe", engine.Release)
		return nil
	}
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errNoDisplay
	}
	if err := lang.AddTranslationsFS(assets.Translations, assets.TranslationsDir); err != nil {
		return fmt.Errorf("cannot read the translations: %w", err)
	}
	app.SetMetadata(metadata())
	a := app.NewWithID(appID)
	a.SetIcon(metadata().Icon)
	a.Settings().SetTheme(look.New())
	spare(a)
	rest := newDozer(glfwDoze(), fyne.Do)
	var (
		w   *window
		err error
	)
	out := newDeparture(func() { rest.end(); w.finish() })
	out.listen()
	w, err = raise(surface{
		app: a, engine: realEngine{}, dispatch: rest.dispatch, root: os.DirFS("/"), around: thisMachine(), env: os.Getenv, seed: kernelSeed, now: time.Now, rehearse: *rehearse,
		persist: *persist, quit: func() { out.leave(0) },
	})
	if err != nil {
		out.finish()
		return err
	}
	whenDisplayGone(func() { out.leave(failed) })
	a.Lifecycle().SetOnStarted(func() { out.obey(rest.dispatch, w.close) })
	rest.begin()
	a.Run()
	out.leave(0)
	return nil
}

// metadata is what desktops show of the application. It has to be set before the application is made.
func metadata() fyne.AppMetadata {
	return fyne.AppMetadata{
		ID: appID, Name: "Lethe", Version: engine.Release, Build: build, Release: true,
		Icon:       fyne.NewStaticResource("lethe.png", assets.IconPNG),
		Migrations: map[string]bool{"fyneDo": true},
	}
}
