package session

import (
	"strconv"
	"time"

	"lethe/engine/plan"
)

func (c Checks) power() Line {
	line := Line{Title: say("Power")}
	percent := strconv.Itoa(c.Power.Percent)
	switch {
	case !c.Power.Known:
		line.Status, line.Says = StatusUnknown, say("It is not known whether the machine runs on a battery.")
	case c.Power.Mains:
		line.Status, line.Says = StatusOK, say("The machine runs on mains power.")
	case !c.Power.Battery:
		line.Status, line.Says = StatusOK, say("The machine has no battery to run out.")
	case c.Power.Percent < 0:
		line.Status, line.Says, line.Do = StatusWarn, say("The machine runs on its battery."), say("Plug it in.")
	case c.Power.Percent < plan.LowBattery:
		line.Status, line.Says = StatusWarn, say("The machine runs on its battery, which has {{.Percent}} % left.", "Percent", percent)
		line.Do = say("Plug it in: an installation that stops halfway leaves a disk that does not start.")
	default:
		line.Status, line.Says, line.Do = StatusWarn, say("The machine runs on its battery, which has {{.Percent}} % left.", "Percent", percent), say("Plug it in.")
	}
	return line
}

func (c Checks) network() Line {
	line := Line{Title: say("Network")}
	switch c.Network {
	case Yes:
		line.Status, line.Says = StatusOK, say("The machine is connected to a network.")
	case No:
		line.Status, line.Says = StatusWarn, say("The machine is not connected to a network.")
		line.Do = say("Connect it: the installation downloads what the live medium does not hold.")
	default:
		line.Status, line.Says = StatusUnknown, say("It is not known whether the machine is connected to a network.")
	}
	return line
}

// ahead is how far a clock may be from the program's own date before nobody believes it.
const ahead = 30 * 365 * 24 * time.Hour

func (c Checks) clock() Line {
	line := Line{Title: say("Clock")}
	date := c.Now.UTC().Format("2006-01-02 15:04") + " UTC"
	wrong := say("A wrong clock makes secure connections fail. Set it, or connect the machine to a network and wait a moment.")
	switch {
	case c.Now.IsZero():
		line.Status, line.Says = StatusUnknown, say("The clock cannot be read.")
	case !c.Earliest.IsZero() && c.Now.Before(c.Earliest):
		line.Status, line.Says, line.Do = StatusBad, say("The clock says {{.Date}}, which is before this program was made.", "Date", date), wrong
	case !c.Earliest.IsZero() && c.Now.Sub(c.Earliest) > ahead:
		line.Status, line.Says, line.Do = StatusBad, say("The clock says {{.Date}}, which is too late to be true.", "Date", date), wrong
	case c.Synchronized == Yes:
		line.Status, line.Says = StatusOK, say("The clock was set by a time server: {{.Date}}.", "Date", date)
	case c.Synchronized == No:
		line.Status, line.Says = StatusOK, say("The clock says {{.Date}}, which can be true; no time server has set it yet.", "Date", date)
	default:
		line.Status, line.Says = StatusOK, say("The clock says {{.Date}}, which can be true.", "Date", date)
	}
	return line
}
