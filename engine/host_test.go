package engine

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/event"
	"lethe/engine/key"
	"lethe/engine/plan"
	"lethe/engine/run"
	"lethe/engine/secret"
	"lethe/engine/step"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// preparing is a host whose cryptsetup hangs until it is cancelled, in the middle of preparing a plan of these steps with a user.
func preparing(t *testing.T, steps ...plan.Step) (Local, plan.Plan, *secret.Store) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("only the root side prepares")
	}
	started := make(chan struct{})
	l := Local{
		ahead:  key.NewKeeper(tooltest.New().On(tooltest.Hangs(started), "cryptsetup")),
		logins: key.NewLogins(func([]byte) ([]byte, error) { return []byte("hash"), nil }),
	}
	p := diskPlan()
	p.Steps = steps
	p.Wishes.Users = []config.User{{Name: "ada"}}
	p.Secrets = []string{command.Passphrase, plan.PasswordSecret("ada")}
	s := typed(t, "one")
	s.Put(plan.PasswordSecret("ada"), secret.New([]byte("two")))
	if err := l.Prepare(t.Context(), p, s); err != nil {
		t.Fatal(err)
	}
	<-started
	return l, p, s
}

// TestARunEndsWhileTheKeyIsDerived has a run that cannot begin, and a window that goes away, while cryptsetup hangs: neither waits for it.
func TestARunEndsWhileTheKeyIsDerived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, s := preparing(t)
		l.Folder = filepath.Join(t.TempDir(), "file")
		if err := os.WriteFile(l.Folder, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		result, err := l.Install(t.Context(), p, s, event.SinkFunc(func(event.Event) {}))
		if err == nil || result.State != step.Untouched {
			t.Errorf("%+v, %v", result, err)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		l, _, _ := preparing(t)
		l.Close()
	})
}

// TestALongWaitForTheKeyAsks has a cryptsetup hang that was started before the run: its step asks as for any silent program, and can be cancelled.
func TestALongWaitForTheKeyAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l, p, s := preparing(t, plan.Step{ID: "encrypt", Kind: plan.Encrypt, Title: "Encrypt"})
		work := l.prepared(p, s)
		defer l.Close()
		defer work.Discard()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var asked []event.Event
		sink := event.SinkFunc(func(e event.Event) {
			if e.Kind != event.Stalled {
				return
			}
			if asked = append(asked, e); len(asked) == 2 {
				cancel()
			}
		})
		result, err := run.Runner{For: step.For, Sink: sink, Now: time.Now, Silence: tool.Silence}.Run(ctx, l.environment(p, s, work))
		if err == nil || !result.Cancelled || result.State != step.Untouched {
			t.Errorf("%+v, %v", result, err)
		}
		for i, want := range []string{"Nothing was heard from cryptsetup for 3 minutes.", "Nothing was heard from cryptsetup for 6 minutes."} {
			if i >= len(asked) || asked[i].Text != want || asked[i].Step != "encrypt" || asked[i].Next == "" {
				t.Errorf("asked %+v", asked)
			}
		}
	})
}
