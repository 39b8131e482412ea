package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// nap is an inhibition that tells when it is closed.
type nap func()

func (n nap) Close() error { n(); return nil }

// TestAwake switches in every order, beside somebody who does not listen and somebody slow.
func TestAwake(t *testing.T) {
	for _, c := range []struct {
		name string
		ons  []bool
		want []string
	}{
		{"nothing is held, nobody is called", []bool{false, false}, nil},
		{"an installation", []bool{true, false}, []string{"ask 1", "close 1"}},
		{"two installations", []bool{true, false, true, false}, []string{"ask 1", "close 1", "ask 2", "close 2"}},
		{"twice on is once", []bool{true, true, false, false}, []string{"ask 1", "close 1"}},
		{"left on", []bool{true}, []string{"ask 1"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var said []string
				asked := 0
				deaf := func(context.Context) (io.Closer, error) { return nil, errors.New("nobody listens") }
				slow := func(context.Context) (io.Closer, error) {
					asked++
					n := asked
					said = append(said, fmt.Sprint("ask ", n))
					time.Sleep(time.Second)
					return nap(func() { said = append(said, fmt.Sprint("close ", n)) }), nil
				}
				awake := keepAwake(deaf, slow)
				for _, on := range c.ons {
					began := time.Now()
					awake(on)
					if took := time.Since(began); took != 0 {
						t.Errorf("the switch took %v", took)
					}
					time.Sleep(2 * time.Second)
				}
				synctest.Wait()
				if !slices.Equal(said, c.want) {
					t.Errorf("said %q, want %q", said, c.want)
				}
			})
		})
	}
}

// TestAwakeTakenBack switches off while the desktop has not answered yet.
func TestAwakeTakenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		open := 0
		awake := keepAwake(func(context.Context) (io.Closer, error) {
			time.Sleep(time.Second)
			open++
			return nap(func() { open-- }), nil
		})
		awake(true)
		time.Sleep(time.Millisecond)
		awake(false)
		time.Sleep(time.Minute)
		synctest.Wait()
		if open != 0 {
			t.Errorf("%d inhibitions are left", open)
		}
	})
}

// TestAwakeWithoutBus asks where there is no bus at all.
func TestAwakeWithoutBus(t *testing.T) {
	nowhere := "unix:path=" + t.TempDir() + "/none"
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", nowhere)
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", nowhere)
	if held := inhibit([]inhibitor{noBlanking, noSleep}); held != nil {
		t.Errorf("%d inhibitions without a bus", len(held))
	}
}
