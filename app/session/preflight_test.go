package session_test

import (
	"strings"
	"testing"
	"time"

	"lethe/app/session"
	"lethe/engine/device"
	"lethe/engine/quantity"
)

var today = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)

// good is a machine with nothing to say about.
func good() session.Checks {
	return session.Checks{
		Arch: "x86_64", Firmware: device.Firmware{UEFI: true, Bits: 64, SecureBoot: "off"}, Memory: 16 * quantity.GiB,
		Power: session.Power{Known: true, Mains: true, Percent: -1}, Network: session.Yes,
		Now: today, Earliest: today.AddDate(0, -1, 0), Synchronized: session.Yes, Live: session.Yes,
	}
}

func TestPreflight(t *testing.T) {
	type checks = session.Checks
	for name, c := range map[string]struct {
		do     func(*checks)
		title  string // of the line that is looked at; "" means that all are fine
		status session.Status
		says   string
	}{
		"good":               {func(*checks) {}, "", session.StatusOK, ""},
		"installed":          {func(c *checks) { c.Live = session.No }, "Session", session.StatusWarn, "only rehearses"},
		"nobody knows":       {func(c *checks) { c.Live = session.Unknown }, "Session", session.StatusUnknown, "not known"},
		"BIOS":               {func(c *checks) { c.Firmware = device.Firmware{SecureBoot: "off"} }, "64-bit UEFI", session.StatusBad, "not started by UEFI"},
		"32-bit UEFI":        {func(c *checks) { c.Firmware.Bits = 32 }, "64-bit UEFI", session.StatusBad, "32-bit"},
		"UEFI of some width": {func(c *checks) { c.Firmware.Bits = 0 }, "64-bit UEFI", session.StatusUnknown, "not known"},
		"other processor":    {func(c *checks) { c.Arch = "i686" }, "64-bit UEFI", session.StatusBad, "i686"},
		"Secure Boot":        {func(c *checks) { c.Firmware.SecureBoot = "on" }, "Secure Boot", session.StatusWarn, "not signed"},
		"Secure Boot?":       {func(c *checks) { c.Firmware.SecureBoot = "" }, "Secure Boot", session.StatusUnknown, "cannot be read"},
		"setup mode":         {func(c *checks) { c.Firmware.SecureBoot = "setup" }, "", session.StatusOK, ""},
		"2 GiB":              {func(c *checks) { c.Memory = 2 * quantity.GiB }, "Memory", session.StatusBad, "at least 3 GiB"},
		"nearly 3 GiB":       {func(c *checks) { c.Memory = 2900 * quantity.MiB }, "Memory", session.StatusWarn, "tight"},
		"5 GiB":              {func(c *checks) { c.Memory = 5 * quantity.GiB }, "Memory", session.StatusWarn, "6 GiB"},
		"nearly 6 GiB":       {func(c *checks) { c.Memory = 5900 * quantity.MiB }, "", session.StatusOK, ""},
		"memory?":            {func(c *checks) { c.Memory = 0 }, "Memory", session.StatusUnknown, "cannot be read"},
		"plain swap": {func(c *checks) {
			c.Swaps = []session.Swap{{Path: "/dev/zram0", Plain: session.No}, {Path: "/dev/sda2", Plain: session.Yes}}
		}, "Swap", session.StatusWarn, "/dev/sda2"},
		"encrypted swap":   {func(c *checks) { c.Swaps = []session.Swap{{Path: "/dev/dm-0", Plain: session.No}} }, "", session.StatusOK, ""},
		"some swap":        {func(c *checks) { c.Swaps = []session.Swap{{Path: "/swap", Plain: session.Unknown}} }, "Swap", session.StatusUnknown, "/swap"},
		"battery":          {func(c *checks) { c.Power = session.Power{Known: true, Battery: true, Percent: 80} }, "Power", session.StatusWarn, "80 %"},
		"low battery":      {func(c *checks) { c.Power = session.Power{Known: true, Battery: true, Percent: 9} }, "Power", session.StatusWarn, "halfway"},
		"some battery":     {func(c *checks) { c.Power = session.Power{Known: true, Battery: true, Percent: -1} }, "Power", session.StatusWarn, "battery"},
		"desktop":          {func(c *checks) { c.Power = session.Power{Known: true, Percent: -1} }, "", session.StatusOK, ""},
		"power?":           {func(c *checks) { c.Power = session.Power{} }, "Power", session.StatusUnknown, "not known"},
		"offline":          {func(c *checks) { c.Network = session.No }, "Network", session.StatusWarn, "not connected"},
		"network?":         {func(c *checks) { c.Network = session.Unknown }, "Network", session.StatusUnknown, "not known"},
		"1970":             {func(c *checks) { c.Now = time.Unix(5, 0) }, "Clock", session.StatusBad, "1970-01-01"},
		"2100":             {func(c *checks) { c.Now = today.AddDate(80, 0, 0) }, "Clock", session.StatusBad, "too late"},
		"no clock":         {func(c *checks) { c.Now = time.Time{} }, "Clock", session.StatusUnknown, "cannot be read"},
		"no time server":   {func(c *checks) { c.Synchronized = session.No }, "", session.StatusOK, ""},
		"no time service":  {func(c *checks) { c.Synchronized = session.Unknown }, "", session.StatusOK, ""},
		"date of program?": {func(c *checks) { c.Earliest = time.Time{}; c.Now = time.Unix(5, 0) }, "", session.StatusOK, ""},
	} {
		t.Run(name, func(t *testing.T) {
			checks := good()
			c.do(&checks)
			lines := session.Preflight(checks)
			if len(lines) != 8 {
				t.Errorf("%d lines", len(lines))
			}
			for _, l := range lines {
				if l.Title.String() != c.title {
					if l.Status != session.StatusOK || !l.Do.Empty() || l.Says.Empty() {
						t.Errorf("%s: %s, %q, %q", l.Title, l.Status, l.Says, l.Do)
					}
					continue
				}
				if l.Status != c.status || !strings.Contains(l.Says.String()+l.Do.String(), c.says) {
					t.Errorf("%s: %s, %q, %q", l.Title, l.Status, l.Says, l.Do)
				}
				if (l.Status == session.StatusBad || l.Status == session.StatusWarn) && l.Do.Empty() {
					t.Errorf("%s does not say what to do", l.Title)
				}
			}
		})
	}
}

func TestPreflightBelievesTheInventory(t *testing.T) {
	s := rehearsal()
	s.Checks = good()
	s.Shown.Memory = quantity.GiB
	for _, l := range s.Preflight() {
		if l.Title.String() == "Memory" && l.Status != session.StatusBad {
			t.Errorf("memory is %s: %s", l.Status, l.Says)
		}
	}
	s.Shown = device.Inventory{}
	for _, l := range s.Preflight() {
		if l.Status != session.StatusOK {
			t.Errorf("without an inventory %s is %s: %s", l.Title, l.Status, l.Says)
		}
	}
}

func TestOutlook(t *testing.T) {
	for name, c := range map[string]struct {
		do   func(*session.Checks)
		says string
	}{
		"good":      {func(*session.Checks) {}, "possible on this machine."},
		"installed": {func(c *session.Checks) { c.Live = session.No }, "possible on this machine."},
		"battery":   {func(c *session.Checks) { c.Power = session.Power{Known: true, Battery: true, Percent: 9} }, "something to mind"},
		"network?":  {func(c *session.Checks) { c.Network = session.Unknown }, "something to mind"},
		"BIOS":      {func(c *session.Checks) { c.Firmware = device.Firmware{}; c.Network = session.No }, "would not be possible"},
	} {
		s := rehearsal()
		s.Checks, s.Shown = good(), device.Inventory{}
		c.do(&s.Checks)
		if got := s.Outlook().String(); !strings.Contains(got, c.says) {
			t.Errorf("%s: %s", name, got)
		}
		if bad := s.Outlook().String(); strings.Contains(bad, "would not") && !s.CanNext() {
			t.Errorf("%s: the rehearsal does not go on", name)
		}
	}
}
