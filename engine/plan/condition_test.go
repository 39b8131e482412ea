package plan_test

import (
	"strings"
	"testing"
	"time"

	"lethe/engine/condition"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

func TestPowerAndClock(t *testing.T) {
	made := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
	clock := func(now time.Time, sync condition.Answer) condition.Clock {
		return condition.Clock{Now: now, Earliest: made, Synchronized: sync}
	}
	battery := func(percent int) condition.Power {
		return condition.Power{Known: true, Battery: true, Percent: percent}
	}
	for name, c := range map[string]struct {
		power condition.Power
		clock condition.Clock
		want  string // severity and what
		says  string
	}{
		"nobody looked":      {},
		"mains":              {power: condition.Power{Known: true, Battery: true, Mains: true, Percent: 3}},
		"no battery":         {power: condition.Power{Known: true, Percent: -1}},
		"full enough":        {power: battery(20)},
		"of unknown charge":  {power: battery(-1)},
		"nearly empty":       {power: battery(19), want: "warn power", says: "19 % left; plug it in"},
		"right clock":        {clock: clock(made.AddDate(1, 0, 0), condition.Yes)},
		"no way to tell":     {clock: clock(made, condition.Unknown)},
		"nothing to compare": {clock: condition.Clock{Now: time.Unix(0, 0)}},
		"nobody set it":      {clock: clock(made.AddDate(0, 0, 1), condition.No), want: "warn clock", says: "No time server"},
		"a second too early": {clock: clock(made.Add(-time.Second), condition.Yes), want: "refuse clock", says: "2026-10-31 23:59 UTC"},
		"an empty battery of the clock": {
			clock: clock(time.Unix(0, 0), condition.No), want: "refuse clock", says: "The clock says 1970-01-01 00:00 UTC, and this program or what it installs was made on 2026-11-01",
		},
	} {
		in := plan.Input{Firmware: device.Firmware{UEFI: true, Bits: 64}, Power: c.power, Clock: c.clock}
		var got, says []string
		for _, f := range plan.Preflight(device.Disk{Identity: device.Identity{Bytes: quantity.TiB}}, in) {
			got, says = append(got, string(f.Severity)+" "+f.What), append(says, f.Says)
			if f.Severity == flake.Refuse && !strings.Contains(f.Says, "; set the clock") {
				t.Errorf("it does not say what to do: %s", f.Says)
			}
		}
		if strings.Join(got, ", ") != c.want || !strings.Contains(strings.Join(says, " "), c.says) {
			t.Errorf("%s: got %q: %q, want %q: %q", name, got, says, c.want, c.says)
		}
	}
}
