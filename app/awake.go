package main

import (
	"os"

	"fyne.io/fyne/v2"
	"github.com/godbus/dbus/v5"
)

// keepAwake gives a switch that keeps screen and machine from sleeping while it is on. Where the desktop or logind does not listen,
// that is no reason to stop: whoever installs was told to keep the machine on.
func keepAwake(a fyne.App) func(on bool) {
	var held *os.File
	return func(on bool) {
		a.Driver().SetDisableScreenBlanking(on)
		if held != nil {
			_ = held.Close() // which lets go of the inhibition
			held = nil
		}
		if on {
			held = inhibit()
		}
	}
}

// inhibit asks logind not to sleep, not to shut down, and not to mind a lid that is closed, until the file is closed.
func inhibit() *os.File {
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		return nil
	}
	defer bus.Close()
	var fd dbus.UnixFD
	err = bus.Object("org.freedesktop.login1", "/org/freedesktop/login1").Call(
		"org.freedesktop.login1.Manager.Inhibit", 0, "sleep:shutdown:idle:handle-lid-switch", "Lethe", "An installation is under way", "block").Store(&fd)
	if err != nil {
		return nil
	}
	return os.NewFile(uintptr(fd), "inhibition")
}
