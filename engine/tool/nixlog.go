package tool

import (
	"math"
	"strconv"
	"strings"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/quantity"
)

// NixProgress reads the talk of nixos-install, line by line, as progress. The zero value is ready. It is not safe for
// concurrent use.
//
// It knows the lines that Nix prints at -v, from 2.8 to 2.36, and its own record ("internal-json"), with and without the
// "@nix " in front. The plain lines tell when something begins, never when it ends: there the one that began last
// counts as under way, and the bytes copied are not known. Counts and the fraction never go back.
type NixProgress struct {
	work     event.Work
	fraction float64
	floor    float64 // what the stage that was reached is worth
	listed   bool    // Nix has said what it will do
	finished bool    // with building and copying
	built    int     // begun, in the plain lines
	copied   int     // likewise
	record   nixRecord
}

// Shares of the whole, for stages whose length nobody knows beforehand. Building and copying take what lies between
// shareListed and shareBoot; as long as Nix has not listed what is to do, they get shareUnlisted at most.
const (
	shareInputs   = 0.005
	shareEvaluate = 0.01
	shareListed   = 0.02
	shareUnlisted = 0.5
	shareBoot     = 0.95
	shareActivate = 0.97
	shareEnd      = 1.0
)

// mostCounted bounds every count, so that hostile text overflows nothing.
const mostCounted = 1 << 24

// mostBytes bounds sizes likewise.
const mostBytes = 1 << 60

// Line takes a line and tells whether anything that is shown changed.
func (p *NixProgress) Line(text string) (changed bool) {
	return p.take(func() {
		if rest, ok := strings.CutPrefix(text, "@nix "); ok || strings.HasPrefix(text, `{"action":`) {
			p.readRecord(rest, true)
		} else {
			p.plain(text)
		}
	})
}

// Record takes a line of a record that comes beside the plain lines, as json-log-path makes it; so the messages in it are
// left out.
func (p *NixProgress) Record(text string) (changed bool) {
	return p.take(func() { p.readRecord(strings.TrimPrefix(text, "@nix "), false) })
}

// take reads something and tells whether that changed anything.
func (p *NixProgress) take(read func()) bool {
	work, fraction := p.work, p.fraction
	read()
	p.settle()
	return p.work != work || p.fraction != fraction
}

// Work gives the figures so far.
func (p *NixProgress) Work() event.Work { return p.work }

// Fraction gives the share that is done, 0 to 1. It is 1 once nixos-install says that it is finished.
func (p *NixProgress) Fraction() float64 { return p.fraction }

// stages are lines that begin a stage, by how they begin.
var stages = []struct {
	prefix, now string
	share       float64
	after       bool // building and copying are over
}{
	{"unpacking '", "downloading the inputs", shareInputs, false},
	{"fetching ", "downloading the inputs", shareInputs, false},
	{"downloading '", "downloading the inputs", shareInputs, false},
	{"building the flake in ", "evaluating the configuration", shareEvaluate, false},
	{"building the configuration in ", "evaluating the configuration", shareEvaluate, false},
	{"installing the boot loader...", "installing the boot loader", shareBoot, true},
	{"setting up /etc...", "setting up the system", shareActivate, true},
	{"installation finished!", "", shareEnd, true},
}

// plain reads a line for people.
func (p *NixProgress) plain(text string) {
	switch {
	case strings.HasPrefix(text, "building '/"):
		p.built = min(p.built+1, mostCounted)
		p.now("building", text)
	case strings.HasPrefix(text, "copying path '/"):
		p.copied = min(p.copied+1, mostCounted)
		p.now("copying", text)
	case strings.HasPrefix(text, "copying ") && strings.HasSuffix(text, " paths..."):
		p.fetches(count(text[len("copying "):]))
	case strings.HasPrefix(text, "these "), strings.HasPrefix(text, "this "):
		p.list(text)
	default:
		p.stage(text)
	}
}

// list reads what Nix says it will do. What it lists is still to be done, in addition to what is done.
func (p *NixProgress) list(text string) {
	n := 1
	if rest, ok := strings.CutPrefix(text, "these "); ok {
		n = count(rest)
	}
	switch {
	case n == 0: // "these paths", of a Nix before 2.4
	case strings.HasSuffix(text, "will be built:"):
		p.listed = true
		p.work.Builds = max(p.work.Builds, min(p.work.Built+n, mostCounted))
	case strings.Contains(text, " will be fetched ("):
		p.listed = true
		p.fetches(n)
		if _, sizes, ok := strings.Cut(text, " download, "); ok {
			p.work.BytesTotal = max(p.work.BytesTotal, min(p.work.Bytes+size(sizes), mostBytes))
		}
	}
}

// fetches takes notice that n more paths are to be copied.
func (p *NixProgress) fetches(n int) {
	p.work.Fetches = max(p.work.Fetches, min(p.work.Copied+n, mostCounted))
}

// stage takes notice of a stage that begins.
func (p *NixProgress) stage(text string) {
	for _, s := range stages {
		if strings.HasPrefix(text, s.prefix) && s.share >= p.floor && (s.after || !p.finished) {
			p.floor, p.work.Now = s.share, s.now
			p.finished = p.finished || s.after
			return
		}
	}
}

// now names what is under way, from a line that quotes its store path.
func (p *NixProgress) now(doing, text string) {
	if _, rest, ok := strings.Cut(text, "'"); ok {
		path, _, _ := strings.Cut(rest, "'")
		p.work.Now = doing + " " + pathName(path)
	}
}

// settle works out the counts and the fraction.
func (p *NixProgress) settle() {
	w := &p.work
	built, copied := p.built, p.copied
	if !p.finished {
		built, copied = max(0, built-1), max(0, copied-1)
	}
	if p.record.seen {
		built, copied = p.record.read(w)
	}
	w.Built, w.Copied = max(w.Built, built), max(w.Copied, copied)
	w.Builds, w.Fetches = max(w.Builds, w.Built, p.built), max(w.Fetches, w.Copied, p.copied)
	if p.finished && w.Bytes > 0 {
		w.Bytes = w.BytesTotal // Nix may leave out the last block of a path
	}
	if w.BytesTotal > 0 {
		w.Bytes = min(w.Bytes, w.BytesTotal)
	}
	p.fraction = max(p.fraction, p.floor, p.share())
}

// share is what building and copying have come to.
func (p *NixProgress) share() float64 {
	w, all := p.work, float64(p.work.Builds)+float64(p.work.Fetches)
	if all == 0 {
		return 0
	}
	copied := float64(w.Copied)
	if w.Bytes > 0 && w.BytesTotal > 0 {
		copied = float64(w.Fetches) * float64(w.Bytes) / float64(w.BytesTotal)
	}
	done := min(1, (copied+float64(w.Built))/all)
	switch {
	case p.listed:
		return shareListed + (shareBoot-shareListed)*done
	case p.record.seen:
		return shareUnlisted * done
	}
	return 0
}

// count reads the number that text begins with.
func count(text string) int {
	digits, _, _ := strings.Cut(text, " ")
	n, err := strconv.Atoi(digits)
	if err != nil || n < 0 {
		return 0
	}
	return min(n, mostCounted)
}

// size reads "5678.90 MiB…".
func size(text string) quantity.Bytes {
	number, rest, _ := strings.Cut(text, " ")
	value, err := strconv.ParseFloat(number, 64)
	if err != nil || math.IsNaN(value) || value < 0 || len(rest) < 3 || rest[1:3] != "iB" {
		return 0
	}
	power := strings.IndexByte("KMGTPE", rest[0])
	if power < 0 {
		return 0
	}
	return quantity.Bytes(min(value*math.Pow(1024, float64(power+1)), mostBytes))
}

// pathName is the name in a store path, short and fit for display.
func pathName(path string) string {
	name := path[strings.LastIndexByte(path, '/')+1:]
	if _, rest, ok := strings.Cut(name, "-"); ok && strings.IndexByte(name, '-') == hashLength {
		name = rest
	}
	return device.Clean(strings.TrimSuffix(name, ".drv"))
}

// hashLength is how many characters of a store path's name come before its own.
const hashLength = 32
