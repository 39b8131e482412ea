// Package awake keeps the machine from going to sleep, from shutting down, and from minding a lid that is closed, through systemd-logind.
//
// It guarantees that what it asked for ends with Close, and in any case with the process: logind takes the end of an open file for that,
// which no child inherits. It waits for nobody longer than the context lasts. What root asks for root may override: it is no lock.
package awake

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/godbus/dbus/v5"
)

// SystemBus is the address of this machine's. It is not taken from the environment, which is the caller's.
const SystemBus = "unix:path=/run/dbus/system_bus_socket"

// What logind is asked not to do.
const (
	what = "sleep:idle:handle-lid-switch:shutdown"
	who  = "Lethe"
	mode = "block"
)

// Keep asks the logind on the bus at an address to keep the machine awake until the result is closed. why is told to whoever wants to
// know what keeps the machine from sleeping.
func Keep(ctx context.Context, address, why string) (io.Closer, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	bus, err := dbus.Connect(address, dbus.WithContext(ctx))
	if err != nil {
		return nil, fmt.Errorf("cannot keep the machine awake: cannot reach the system bus: %w", because(ctx, err))
	}
	defer bus.Close()
	var fd dbus.UnixFD
	err = bus.Object("org.freedesktop.login1", "/org/freedesktop/login1").
		CallWithContext(ctx, "org.freedesktop.login1.Manager.Inhibit", dbus.FlagNoAutoStart, what, who, why, mode).Store(&fd)
	if err != nil {
		return nil, fmt.Errorf("cannot keep the machine awake: logind: %w", because(ctx, err))
	}
	return os.NewFile(uintptr(fd), "inhibitor"), nil
}

// because is why something failed: the end of ctx, where that cut it off.
func because(ctx context.Context, err error) error {
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}
