package session_test

import (
	"slices"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/config"
	"lethe/engine/quantity"
)

func TestEncryptionMakesSwapRandom(t *testing.T) {
	for _, mode := range []config.SwapMode{config.SwapAuto, config.SwapPlain, config.SwapRandomKey, config.SwapNone} {
		s := real(t)
		s.Draft.Wishes.Swap.Mode = mode
		s.Set(session.ChoiceEncryption, true)
		want := config.SwapRandomKey
		if mode == config.SwapNone {
			want = config.SwapNone
		}
		if got := s.Wishes().SwapMode(); got != want {
			t.Errorf("swap %q becomes %q", mode, got)
		}
		s.Set(session.ChoiceEncryption, false)
		want = config.SwapPlain
		if mode == config.SwapNone || mode == config.SwapRandomKey {
			want = mode
		}
		if got := s.Wishes().SwapMode(); got != want {
			t.Errorf("swap %q is %q after encryption was switched off again", mode, got)
		}
	}
}

func TestPlainSwapBesideEncryptionNeedsConsent(t *testing.T) {
	s := filled(t)
	if keep := s.Choice(session.ChoiceKeepPlain); keep.Enabled || keep.Why.Empty() {
		t.Errorf("consent is asked for beside swap with a random key: %+v", keep)
	}
	plain := s.Choice(session.ChoiceSwapPlain)
	if !plain.Enabled || !strings.Contains(plain.Warning.String(), "passwords and open files") || !s.Set(session.ChoiceSwapPlain, true) {
		t.Fatalf("plain swap cannot be chosen, or does not say what it means: %+v", plain)
	}
	if !s.Choice(session.ChoiceSwapPlain).On || s.Choice(session.ChoiceSwapRandom).On {
		t.Error("what is chosen is not what would be done")
	}
	if got := blocking(s, session.PageLayout); !slices.Equal(got, []string{session.FieldSwapMode}) {
		t.Errorf("without consent %v stop", got)
	}
	if l, err := s.Preview(); err != nil || l.SwapMode != config.SwapPlain || l.LUKS == nil {
		t.Errorf("the layout has swap %q: %v", l.SwapMode, err)
	}
	if keep := s.Choice(session.ChoiceKeepPlain); !keep.Enabled || keep.On || !s.Set(session.ChoiceKeepPlain, true) || len(blocking(s, session.PageLayout)) > 0 {
		t.Errorf("consent does not open the way: %+v", keep)
	}
	s.Set(session.ChoiceKeepPlain, false)
	if !s.Choice(session.ChoiceSwapPlain).On || len(blocking(s, session.PageLayout)) == 0 {
		t.Error("without consent another swap is made than the chosen one")
	}
	s.Set(session.ChoiceKeepPlain, true)
	s.Set(session.ChoiceSwapRandom, true)
	s.Set(session.ChoiceSwapPlain, true)
	if s.Choice(session.ChoiceKeepPlain).On {
		t.Error("whoever comes back to plain swap is not asked anew")
	}
	s.Set(session.ChoiceEncryption, false)
	if keep := s.Choice(session.ChoiceKeepPlain); keep.Enabled || keep.On || keep.Why.Empty() {
		t.Errorf("consent without encryption: %+v", keep)
	}
}

// TestHibernationAsksFirst says what it makes of swap and the rest, and asks to accept plain swap.
func TestHibernationAsksFirst(t *testing.T) {
	s := filled(t)
	s.Shown.Memory = 24 * quantity.GiB
	if c := s.Choice(session.ChoiceHibernate); !c.Enabled || c.On || !strings.Contains(c.Warning.String(), "24 GiB large") || !strings.Contains(c.Warning.String(), "475 GiB are left") {
		t.Errorf("before: %+v", c)
	}
	if !s.Set(session.ChoiceHibernate, true) || !s.Choice(session.ChoiceHibernate).On || !s.Choice(session.ChoiceSwapPlain).On {
		t.Error("hibernation is not what would be done")
	}
	if got := blocking(s, session.PageLayout); !slices.Equal(got, []string{session.FieldSwapMode}) {
		t.Errorf("plain swap need not be accepted: %v", got)
	}
	s.Set(session.ChoiceSwapRandom, true)
	if w := s.Wishes(); w.Swap.Size != 0 || s.Choice(session.ChoiceHibernate).On || len(blocking(s, session.PageLayout)) > 0 {
		t.Errorf("swap with a random key keeps %v for hibernation", w.Swap.Size)
	}
	s.Set(session.ChoiceHibernate, true)
	s.Set(session.ChoiceHibernate, false)
	if !s.Choice(session.ChoiceSwapRandom).On || s.Wishes().Swap.Size != 0 {
		t.Error("without hibernation swap stays plain, which nobody accepted")
	}
}

// TestSparseSwap says that a small swap is of no use, and lets it be.
func TestSparseSwap(t *testing.T) {
	s := filled(t)
	for size, says := range map[string]bool{"64MiB": true, "1023MiB": true, "1GiB": false, "": false} {
		s.SetSize(session.FieldSwap, size)
		said := false
		for _, p := range s.Problems(session.PageLayout) {
			said = said || p.Field == session.FieldSwap && !p.Blocks && strings.Contains(p.Says.String(), "hardly helps")
		}
		if said != says {
			t.Errorf("of %q something is said: %v", size, said)
		}
	}
}

func TestChoices(t *testing.T) {
	for name, c := range map[string]struct {
		do      func(*session.State)
		key     session.ChoiceKey
		enabled bool
		on      bool
		says    string // in Why or Warning
	}{
		"real on live":          {func(*session.State) {}, session.ChoiceReal, true, true, ""},
		"real elsewhere":        {func(s *session.State) { s.Checks.Live = session.No; s.Rehearsal = true }, session.ChoiceReal, false, false, "not a live session"},
		"dual boot":             {func(*session.State) {}, session.ChoiceDualBoot, false, false, "out of scope"},
		"open disk":             {func(s *session.State) { s.Set(session.ChoiceEncryption, false) }, session.ChoiceEncryption, true, false, "can read everything"},
		"trim":                  {func(s *session.State) { s.Set(session.ChoiceDiscards, true) }, session.ChoiceDiscards, true, true, "which blocks are free"},
		"trim without LUKS":     {func(s *session.State) { s.Set(session.ChoiceEncryption, false) }, session.ChoiceDiscards, false, false, "anyway"},
		"no swap, much memory":  {func(s *session.State) { s.Set(session.ChoiceSwapNone, true) }, session.ChoiceSwapNone, true, true, ""},
		"no swap, 3 GiB":        {func(s *session.State) { s.Shown.Memory = 3 * quantity.GiB }, session.ChoiceSwapNone, true, false, "3 GiB"},
		"hibernate with LUKS":   {func(*session.State) {}, session.ChoiceHibernate, true, false, "You are asked to accept plain swap."},
		"hibernate blind":       {func(s *session.State) { s.Shown.Memory = 0 }, session.ChoiceHibernate, false, false, "not known"},
		"hibernate, big memory": {func(s *session.State) { s.Set(session.ChoiceEncryption, false); s.Shown.Memory = quantity.TiB }, session.ChoiceHibernate, false, false, "no room"},
		"hibernate": {func(s *session.State) {
			s.Set(session.ChoiceEncryption, false)
			s.Shown.Memory = 9*quantity.GiB + 5
			s.Set(session.ChoiceHibernate, true)
		}, session.ChoiceHibernate, true, true, ""},
		"hibernate, kept plain": {func(s *session.State) {
			s.Set(session.ChoiceHibernate, true)
			s.Set(session.ChoiceKeepPlain, true)
		}, session.ChoiceSwapPlain, true, true, "readable on the disk"},
		"hibernate, off again": {func(s *session.State) {
			s.Set(session.ChoiceEncryption, false)
			s.Set(session.ChoiceHibernate, true)
			s.Set(session.ChoiceHibernate, false)
		}, session.ChoiceHibernate, true, false, "are left for"},
		"random key":            {func(*session.State) {}, session.ChoiceSwapRandom, true, true, "cannot hibernate"},
		"DHCP under a desktop":  {func(s *session.State) { s.Set(session.ChoiceDHCP, true) }, session.ChoiceDHCP, true, true, "Wi-Fi"},
		"GNOME":                 {func(s *session.State) { s.Set(session.ChoiceGnome, true) }, session.ChoiceGnome, true, true, ""},
		"no Plasma then":        {func(s *session.State) { s.Set(session.ChoiceGnome, true) }, session.ChoicePlasma, true, false, ""},
		"network without one":   {func(s *session.State) { s.Set(session.ChoiceNoDesktop, true) }, session.ChoiceDHCP, true, true, ""},
		"Steam":                 {func(s *session.State) { s.Set(session.ChoiceSteam, true) }, session.ChoiceSteam, true, true, ""},
		"Steam without desktop": {func(s *session.State) { s.Set(session.ChoiceSteam, true); s.Set(session.ChoiceNoDesktop, true) }, session.ChoiceSteam, false, false, "needs a desktop"},
		"Steam on ARM":          {func(s *session.State) { s.Checks.Arch = "aarch64" }, session.ChoiceSteam, false, false, "x86-64"},
		"Flatpak headless":      {func(s *session.State) { s.Set(session.ChoiceFlatpak, true); s.Set(session.ChoiceNoDesktop, true) }, session.ChoiceFlatpak, true, true, "need a desktop"},
		"SSH without keys":      {func(s *session.State) { s.Set(session.ChoiceSSH, true) }, session.ChoiceSSH, true, true, "SSH key"},
		"SSH with a key": {func(s *session.State) {
			s.Set(session.ChoiceSSH, true)
			s.Draft.Wishes.Users[0].AuthorizedKeys = []string{key}
		}, session.ChoiceSSH, true, true, ""},
		"Docker": {func(s *session.State) { s.Set(session.ChoiceDocker, true) }, session.ChoiceDocker, true, true, "as mighty as root"},
		"Lethe":  {func(s *session.State) { s.Set(session.ChoiceLethe, true) }, session.ChoiceLethe, true, true, ""},
	} {
		t.Run(name, func(t *testing.T) {
			s := filled(t)
			c.do(s)
			got := s.Choice(c.key)
			says := got.Why.String() + got.Warning.String()
			if got.Enabled != c.enabled || got.On != c.on || !strings.Contains(says, c.says) || c.says == "" && says != "" {
				t.Errorf("%+v", got)
			}
		})
	}
}

func TestEveryToggleWorks(t *testing.T) {
	for _, c := range filled(t).Choices() {
		s := filled(t)
		if c.Key == session.ChoiceReal {
			if !s.Set(c.Key, false) || s.Choice(c.Key).On || !s.Set(c.Key, true) || !s.Choice(c.Key).On {
				t.Error("a live session cannot change between rehearsal and the real thing")
			}
			continue
		}
		if c.Label.Empty() {
			t.Errorf("%s has no label", c.Key)
		}
		if got := s.Set(c.Key, true); got != c.Enabled {
			t.Errorf("%s: set %v, enabled %v", c.Key, got, c.Enabled)
		}
		if got := s.Choice(c.Key); c.Enabled && !got.On {
			t.Errorf("%s is off after it was switched on", c.Key)
		}
		if !c.Enabled && c.Why.Empty() {
			t.Errorf("%s is disabled without a reason", c.Key)
		}
	}
	if s := filled(t); s.Set("unknown", true) || s.Choice("unknown").Enabled {
		t.Error("a toggle that is none works")
	}
}

func TestRehearsalElsewhereStaysOne(t *testing.T) {
	s := rehearsal()
	if s.SetRehearsal(false) || !s.Rehearsal || s.Set(session.ChoiceReal, true) {
		t.Error("an installed system is installed on")
	}
}
