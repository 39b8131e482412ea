package main

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"testing"
)

// TestFolderOfADesktopThatHangs lets go of a bus that takes the call and never answers, so that the window can close.
func TestFolderOfADesktopThatHangs(t *testing.T) {
	folder := t.TempDir()
	file, socket := filepath.Join(folder, "disk.img"), filepath.Join(folder, "bus")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	var listen net.ListenConfig
	bus, err := listen.Listen(t.Context(), "unix", socket)
	if err != nil {
		t.Fatal(err)
	}
	defer bus.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+socket)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		caller, err := bus.Accept()
		if err != nil {
			return
		}
		cancel()             // as a window does that closes, once it is asked
		<-t.Context().Done() // which is when the test has ended
		_ = caller.Close()
	}()
	if err := showFile(ctx, file); !errors.Is(err, context.Canceled) {
		t.Errorf("after the end it says %v", err)
	}
}
