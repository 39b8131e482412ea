package engine

import (
	"os"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/plan/plantest"
	"lethe/engine/quantity"
	"lethe/engine/secret"
)

// diskPlan is as much of a plan as preparing looks at.
func diskPlan() plan.Plan {
	return plan.Plan{
		Target: device.Identity{Kind: device.KindDisk}, KDF: plantest.Quick,
		Layout: layout.Layout{LUKS: &layout.LUKS{UUID: "11111111-2222-4333-8444-555555555555", SectorSize: 512, DataOffset: 2 * quantity.MiB}},
	}
}

func typed(t *testing.T, passphrase string) *secret.Store {
	t.Helper()
	s := secret.NewStore()
	t.Cleanup(s.Wipe)
	s.Put(command.Passphrase, secret.New([]byte(passphrase)))
	return s
}

func TestPrepareIsForTheRootSide(t *testing.T) {
	if err := (Local{}).Prepare(t.Context(), diskPlan(), typed(t, "one")); err == nil {
		t.Error("who keeps nothing prepared something")
	}
	Local{}.Close()
	if os.Geteuid() == 0 {
		return
	}
	host := NewLocal()
	defer host.Close()
	if err := host.Prepare(t.Context(), diskPlan(), typed(t, "one")); err == nil || !strings.Contains(err.Error(), "root") {
		t.Errorf("got %v", err)
	}
}

// TestPreparedIsUsed goes through what a window asks for, with the real cryptsetup.
func TestPreparedIsUsed(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only the root side prepares")
	}
	host := NewLocal()
	defer host.Close()
	p, one := diskPlan(), typed(t, "one")
	if err := host.Prepare(t.Context(), p, one); err != nil {
		t.Fatal(err)
	}
	work := host.prepared(p, one)
	if h, err := work.Wait(t.Context()); err != nil || h.Size() != 2*quantity.MiB || len(h.Key().Bytes()) != command.VolumeKeyBytes {
		t.Fatal(err)
	}
	work.Discard()
	again := host.prepared(p, one) // nothing is left of it, so another one is begun
	if h, err := again.Wait(t.Context()); err != nil || h.Size() == 0 {
		t.Error(err)
	}
	again.Discard()
	for what, change := range map[string]func(*plan.Plan, *secret.Store){
		"no encryption": func(p *plan.Plan, _ *secret.Store) { p.Layout.LUKS = nil },
		"continuing":    func(p *plan.Plan, _ *secret.Store) { p.Continues = true },
	} {
		other := diskPlan()
		change(&other, one)
		if err := host.Prepare(t.Context(), other, one); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if work := host.prepared(other, one); work != nil {
			t.Errorf("%s: something was prepared", what)
		}
	}
	for _, wrong := range []*secret.Store{secret.NewStore(), typed(t, "a\nb")} {
		if err := host.Prepare(t.Context(), p, wrong); err == nil {
			t.Error("it was prepared without a passphrase that can be typed")
		}
	}
}
