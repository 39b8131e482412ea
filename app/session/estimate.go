package session

import (
	"strconv"
	"time"
)

// estimate guesses how long a run still takes from how far it got in which time.
type estimate struct {
	first, last sample
	// buckets hold one sample a second of the last while.
	buckets []sample
}

type sample struct {
	at   time.Time
	done float64
}

const (
	// window is how much of the past counts for the present speed.
	window = 90 * time.Second
	// Evidence is needed before anything is said.
	leastTime = 5 * time.Second
	leastDone = 0.01
	// patience is how long nothing may move before the guess is worth nothing.
	patience = 60 * time.Second
	// longest is the most that is said.
	longest = 24 * time.Hour
)

func (e *estimate) add(at time.Time, done float64) {
	if e.first.at.IsZero() {
		e.first = sample{at, done}
		e.last, e.buckets = e.first, []sample{e.first}
	}
	if done <= e.last.done || at.Before(e.last.at) {
		return // nothing moved
	}
	e.last = sample{at, done}
	if at.Sub(e.buckets[len(e.buckets)-1].at) < time.Second {
		return
	}
	e.buckets = append(e.buckets, e.last)
	for len(e.buckets) > 2 && at.Sub(e.buckets[0].at) > window {
		e.buckets = e.buckets[1:]
	}
}

// left weighs the speed of the whole run and that of its last minute and a half alike: the one is steady, the other true.
func (e *estimate) left(now time.Time) (time.Duration, bool) {
	idle, took, moved := now.Sub(e.last.at), e.last.at.Sub(e.first.at), e.last.done-e.first.done
	if took < leastTime || moved < leastDone || idle > patience {
		return 0, false
	}
	speed := moved / took.Seconds()
	if recent := e.last.at.Sub(e.buckets[0].at); recent >= leastTime {
		speed = (speed + (e.last.done-e.buckets[0].done)/recent.Seconds()) / 2
	}
	seconds := (1-e.last.done)/speed - max(0, idle.Seconds())
	if seconds <= 0 || seconds > longest.Seconds() {
		return 0, false // what is overdue is no longer known
	}
	return time.Duration(seconds * float64(time.Second)), true
}

// LeftText says a duration the way people do: coarser the longer it is.
func LeftText(d time.Duration) Text {
	minutes := int((d + 30*time.Second) / time.Minute)
	switch {
	case d < time.Minute:
		return say("Less than a minute left")
	case minutes <= 1:
		return say("About a minute left")
	case minutes < 60:
		return say("About {{.Minutes}} minutes left", "Minutes", strconv.Itoa(minutes))
	case minutes < 90:
		return say("About an hour left")
	}
	return say("About {{.Hours}} hours left", "Hours", strconv.Itoa((minutes+30)/60))
}
