package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"github.com/godbus/dbus/v5"
)

// inhibitor asks somebody not to put the machine to sleep, until what it gives is closed.
type inhibitor func(ctx context.Context) (io.Closer, error)

// busPatience is how long the desktop and logind may take to answer.
const busPatience = 5 * time.Second

// keepAwake gives a switch that keeps screen and machine from sleeping while it is on. It returns at once: who is asked may take its
// time. Nobody is asked to let go of what nobody holds. Where the desktop or logind does not listen, that is no reason to stop:
// whoever installs was told to keep the machine on.
func keepAwake(ask ...inhibitor) func(on bool) {
	var (
		wanted atomic.Bool
		turn   = make(chan struct{}, 1) // one goroutine at a time asks and lets go
		held   []io.Closer
	)
	return func(on bool) {
		if wanted.Swap(on) == on {
			return
		}
		go func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			switch on := wanted.Load(); { // as it is by now
			case on && held == nil:
				held = inhibit(ask)
			case !on:
				for _, h := range held {
					_ = h.Close()
				}
				held = nil
			}
		}()
	}
}

// inhibit asks everybody, and gives what those gave who listened.
func inhibit(ask []inhibitor) (held []io.Closer) {
	for _, one := range ask {
		ctx, cancel := context.WithTimeout(context.Background(), busPatience)
		h, err := one(ctx)
		cancel()
		if err != nil {
			slog.Debug("the machine may go to sleep", "cause", err)
			continue
		}
		held = append(held, h)
	}
	return held
}

// noBlanking asks the desktop not to blank the screen, as long as the connection lasts.
func noBlanking(ctx context.Context) (io.Closer, error) {
	bus, err := dbus.SessionBusPrivateNoAutoStartup() // a bus that nobody listens on is not started either
	if err != nil {
		return nil, fmt.Errorf("cannot reach the session bus: %w", err)
	}
	if err = bus.Auth(nil); err == nil {
		err = bus.Hello()
	}
	if err == nil {
		err = bus.Object("org.freedesktop.ScreenSaver", "/org/freedesktop/ScreenSaver").CallWithContext(ctx,
			"org.freedesktop.ScreenSaver.Inhibit", 0, appID, "An installation is under way").Err
	}
	if err != nil {
		_ = bus.Close()
		return nil, fmt.Errorf("cannot keep the screen on: %w", err)
	}
	return bus, nil
}

// noSleep asks logind not to sleep, not to shut down, and not to mind a lid that is closed, until the file is closed.
func noSleep(ctx context.Context) (io.Closer, error) {
	bus, err := dbus.ConnectSystemBus()
	if err != nil {
		return nil, fmt.Errorf("cannot reach the system bus: %w", err)
	}
	defer bus.Close()
	var fd dbus.UnixFD
	err = bus.Object("org.freedesktop.login1", "/org/freedesktop/login1").CallWithContext(ctx,
		"org.freedesktop.login1.Manager.Inhibit", 0, "sleep:shutdown:idle:handle-lid-switch", "Lethe", "An installation is under way", "block").Store(&fd)
	if err != nil {
		return nil, fmt.Errorf("cannot keep the machine awake: %w", err)
	}
	return os.NewFile(uintptr(fd), "inhibition"), nil
}
