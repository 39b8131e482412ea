package plan

import (
	"fmt"
	"time"

	"lethe/engine/condition"
	"lethe/engine/flake"
)

// LowBattery is the charge in percent below which a battery may not last as long as an installation takes.
const LowBattery = 20

// power judges where the electricity comes from.
func power(p condition.Power) []flake.Finding {
	if !p.Known || !p.Battery || p.Mains || p.Percent < 0 || p.Percent >= LowBattery {
		return nil
	}
	return []flake.Finding{{Severity: flake.Warn, What: "power", Says: fmt.Sprintf(
		"The machine runs on its battery, which has %d %% left; plug it in, because an installation that stops halfway leaves a disk that does not start", p.Percent)}}
}

// clock judges the clock.
func clock(c condition.Clock) []flake.Finding {
	switch wrong := WrongClock(c.Now, c.Earliest); {
	case wrong != "":
		return []flake.Finding{{Severity: flake.Refuse, What: "clock", Says: wrong}}
	case !c.Now.IsZero() && c.Synchronized == condition.No:
		return []flake.Finding{{Severity: flake.Warn, What: "clock", Says: "No time server has set the clock yet; " +
			"make sure that it is right, because with a wrong one the downloads fail"}}
	}
	return nil
}

// WrongClock says why a clock cannot be right, and what to do; empty where it can be. earliest is a time that is certainly past.
func WrongClock(now, earliest time.Time) string {
	if now.IsZero() || !now.Before(earliest) {
		return ""
	}
	return fmt.Sprintf("The clock says %s, and this program or what it installs was made on %s, so the clock is wrong, and certificates and "+
		"signatures would be refused; set the clock with timedatectl set-ntp true where there is a network, or with date --utc --set, and try again",
		now.UTC().Format("2006-01-02 15:04 UTC"), earliest.UTC().Format(time.DateOnly))
}
