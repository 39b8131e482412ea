package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/device/devicetest"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

var seed = [32]byte{1, 2, 3}

// strong is a secret that was typed twice.
var strong = session.Typed{First: true, Second: true, Same: true, Score: 4}

// disk is a blank disk that root has read.
func disk(path string, size quantity.Bytes) device.Disk {
	return device.Disk{
		Identity: device.Identity{
			Kind: device.KindDisk, Path: path, Model: "Example Disk", Serial: "serial of " + path, ByID: []string{"nvme-" + strings.TrimPrefix(path, "/dev/")},
			Bytes: size, Logical: 512, DiskSeq: uint64(path[len(path)-1]),
		},
		Name: strings.TrimPrefix(path, "/dev/"), Grade: device.Confirmed, Transport: "nvme",
		Topology: device.Topology{Logical: 512, Physical: 512}, Table: device.Table{Kind: device.TableNone},
		Verdict: device.Verdict{State: device.Eligible},
	}
}

// shown is the same disk as an ordinary user sees it.
func shown(d device.Disk) device.Disk {
	d.Grade, d.Verdict = device.Shown, device.Verdict{State: device.Unchecked, Reason: "Nobody looked."}
	return d
}

func inventory(grade device.Grade, disks ...device.Disk) device.Inventory {
	return device.Inventory{Grade: grade, Memory: 8 * quantity.GiB, Firmware: device.Firmware{UEFI: true, Bits: 64, SecureBoot: "off", Writable: true}, Disks: disks}
}

var liveChecks = session.Checks{Arch: "x86_64", Live: session.Yes}

// real is a session on a live medium with two disks, whose first is chosen and confirmed.
func real(t *testing.T) *session.State {
	t.Helper()
	a, b := disk("/dev/nvme0n1", 500*quantity.GiB), disk("/dev/nvme1n1", 100*quantity.GiB)
	s := session.New(session.Options{Seed: seed, Checks: liveChecks, Shown: inventory(device.Shown, shown(a), shown(b))})
	if s.Rehearsal {
		t.Fatal("a live session begins with a rehearsal")
	}
	if !s.Select(a.Path) {
		t.Fatal("a disk that is not checked yet cannot be chosen")
	}
	s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, a, b)})
	return s
}

// filled is real with everything that a page asks for.
func filled(t *testing.T) *session.State {
	t.Helper()
	s := real(t)
	fill(s)
	return s
}

func fill(s *session.State) {
	s.Draft.Wishes.Users[0].Name = "ada"
	s.Draft.Accounts[0].Password = strong
	s.Draft.Passphrase = strong
	s.Draft.Wishes.Encryption.Enable = true
}

// rehearsal is a filled session on an installed system.
func rehearsal() *session.State {
	s := session.New(session.Options{Seed: seed, Shown: inventory(device.Shown)})
	fill(s)
	return s
}

// planned makes the plan of a session, as the engine makes it.
func planned(t *testing.T, s *session.State) plan.Plan {
	t.Helper()
	target, ok := s.Target()
	if !ok {
		t.Fatal("there is no target")
	}
	if s.Rehearsal {
		target.Grade, target.Path = device.Confirmed, "/tmp/disk.img" // as it is once it is made
	}
	p, err := engine.Plan(t.Context(), target, s.Request())
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func machine(t *testing.T, name string) device.Inventory {
	t.Helper()
	i, err := device.Read(t.Context(), device.WithChroot(devicetest.Machine(t, name)))
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// blocking are the fields of the problems that stop a page.
func blocking(s *session.State, p session.Page) []string {
	var list []string
	for _, problem := range s.Problems(p) {
		if problem.Blocks {
			list = append(list, problem.Field)
		}
	}
	return list
}

func TestNewSession(t *testing.T) {
	for name, c := range map[string]struct {
		options session.Options
		want    bool
	}{
		"live":              {session.Options{Checks: session.Checks{Live: session.Yes}}, false},
		"live and rehearse": {session.Options{Checks: session.Checks{Live: session.Yes}, Rehearse: true}, true},
		"installed":         {session.Options{Checks: session.Checks{Live: session.No}}, true},
		"unknown":           {session.Options{}, true},
	} {
		if got := session.New(c.options); got.Rehearsal != c.want || got.Page != session.PageWelcome {
			t.Errorf("%s: rehearsal %v on page %s", name, got.Rehearsal, got.Page)
		}
	}
	s := session.New(session.Options{Wishes: config.Config{Users: []config.User{{Name: "a"}, {Name: "b", Admin: true}}, Disk: config.Disk{Target: "/dev/sda"}}})
	if len(s.Draft.Accounts) != 2 || s.Draft.Wishes.Users[0].Admin || s.Draft.Wishes.Users[1].Name != "b" || s.Wishes().Disk.Target != "" {
		t.Errorf("the wishes that were given are not kept: %+v", s.Draft)
	}
}

func TestUsersKeepTheirPasswords(t *testing.T) {
	s := rehearsal()
	s.AddUser()
	s.AddUser()
	s.Draft.Wishes.Users[1].Name, s.Draft.Wishes.Users[2].Name = "bob", "eve"
	s.Draft.Accounts[2].Password = strong
	eve, bob := s.Draft.Accounts[2].ID, s.Draft.Accounts[1].ID
	if got := s.RemoveUser(1); got != bob {
		t.Errorf("removed %q instead of %q", got, bob)
	}
	if a := s.Draft.Accounts[1]; a.ID != eve || a.Password != strong || s.Draft.Wishes.Users[1].Name != "eve" {
		t.Errorf("eve's account is %+v", a)
	}
	s.AddUser()
	if id := s.Draft.Accounts[2].ID; id == bob || id == eve {
		t.Errorf("the ID %q is used again", id)
	}
	if s.RemoveUser(9) != "" || s.RemoveUser(-1) != "" {
		t.Error("a user who is not there was removed")
	}
	if s.Draft.Wishes.Users[1].Admin || !s.Draft.Wishes.Users[0].Admin {
		t.Error("not just the first user is an administrator")
	}
}

func TestSecretsAreThoseOfThePlan(t *testing.T) {
	for name, s := range map[string]*session.State{"real": filled(t), "rehearsal": rehearsal()} {
		var names []string
		for _, secret := range s.Secrets() {
			names = append(names, secret.Plan)
			if secret.ID == "" {
				t.Errorf("%s: %s has no ID", name, secret.Plan)
			}
		}
		if want := planned(t, s).Secrets; strings.Join(names, " ") != strings.Join(want, " ") {
			t.Errorf("%s: %v instead of %v", name, names, want)
		}
	}
}

func TestWishesInEffect(t *testing.T) {
	s := rehearsal()
	w := &s.Draft.Wishes
	w.Encryption.Enable, w.Encryption.AllowDiscards, w.Swap.KeepPlain = false, true, true
	w.Swap.Mode, w.Swap.Size, w.Services.Steam, w.Desktop.Environment = config.SwapNone, quantity.GiB, true, "none"
	w.Repo.Rev = "main"
	got := s.Wishes()
	if got.Encryption.AllowDiscards || got.Swap.KeepPlain || got.Swap.Size != 0 || got.Services.Steam || got.Repo.Rev != "" {
		t.Errorf("something without effect is in effect: %+v", got)
	}
	if err := got.Validate(); err != nil {
		t.Error(err)
	}
	w.Swap.Mode, w.Desktop.Environment = config.SwapPlain, "plasma"
	if got := s.Wishes(); got.Swap.Size != quantity.GiB || !got.Services.Steam {
		t.Error("what was switched off did not come back")
	}
}

func TestPlanIsFreshUntilSomethingChanges(t *testing.T) {
	for name, make := range map[string]func() *session.State{"real": func() *session.State { return filled(t) }, "rehearsal": rehearsal} {
		for change, do := range map[string]func(*session.State){
			"nothing":  func(*session.State) {},
			"host":     func(s *session.State) { s.Draft.Wishes.Host.Name = "other" },
			"key":      func(s *session.State) { s.Draft.Wishes.Users[0].AuthorizedKeys[0] = "ssh-ed25519 x" },
			"folder":   func(s *session.State) { s.Draft.Wishes.Persistence.Directories[0] = "/srv/other" },
			"swap":     func(s *session.State) { s.Set(session.ChoiceSwapNone, true) },
			"switched": func(s *session.State) { s.SetRehearsal(!s.Rehearsal) },
		} {
			s := make()
			s.Draft.Wishes.Persistence.Directories = []string{"/srv/x"}
			s.Draft.Wishes.Users[0].AuthorizedKeys = []string{key}
			p := planned(t, s)
			if s.Fresh() {
				t.Errorf("%s: there is no plan yet", name)
			}
			s.SetPlan(p)
			if !s.Fresh() {
				t.Errorf("%s: the plan is stale at once", name)
			}
			do(s)
			if want := change == "nothing" || change == "switched" && name == "rehearsal"; s.Fresh() != want {
				t.Errorf("%s: after a change of %s, fresh is %v", name, change, s.Fresh())
			}
		}
	}
	s := rehearsal()
	s.SetPlan(planned(t, s))
	if s.Draft.Image *= 2; s.Fresh() {
		t.Error("the plan is for another size")
	}
	r := filled(t)
	r.SetPlan(planned(t, r))
	if r.Select("/dev/nvme1n1"); r.Fresh() {
		t.Error("the plan is for another disk")
	}
}

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGPkuK4vXJQ5oUnqXh5NZq9cZrS0q0Y8b0k6f6B7i6mU ada"

func TestPreviewHasTheIdentifiersOfThePlan(t *testing.T) {
	for name, s := range map[string]*session.State{"real": filled(t), "rehearsal": rehearsal()} {
		l, err := s.Preview()
		if err != nil {
			t.Fatal(err)
		}
		if p := planned(t, s); p.Layout.DiskGUID != l.DiskGUID || p.Layout.LUKS.UUID != l.LUKS.UUID {
			t.Errorf("%s: the preview shows other identifiers than the plan", name)
		}
		s.Draft.Wishes.Disk.ESP = 3 * quantity.GiB
		if again, err := s.Preview(); err != nil || again.LUKS.UUID != l.LUKS.UUID {
			t.Errorf("%s: identifiers change with sizes: %v", name, err)
		}
	}
}
