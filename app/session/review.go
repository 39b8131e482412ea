package session

import (
	"bytes"
	"path"
	"strings"

	"lethe/engine/device"
	"lethe/engine/plan"
)

// ReviewStep is a step to read before agreeing.
type ReviewStep struct {
	ID, Title, Why string
	// Commands are what a person could type instead; one may have several lines.
	Commands     []string
	Erases       bool
	NotRehearsed string
}

// ReviewFile is a file of the configuration.
type ReviewFile struct {
	Path  string
	Text  string
	Lines int
}

// Loss is something that will be gone.
type Loss struct {
	What, Name, Size, Type, Label, Used string
}

// Review is a plan to read before agreeing.
type Review struct {
	Disk   string // in one line; empty for a virtual disk, which is no more than a file
	Losses []Loss
	Map    Map
	Steps  []ReviewStep
	Files  []ReviewFile
	// Source, Rev and Diff are about a configuration of one's own; the first is empty when it is generated.
	Source, Rev, Diff string
	Notes             []string
}

// MakeReview shows a plan.
func MakeReview(p plan.Plan) Review {
	r := Review{Map: After(p.Layout), Notes: p.Notes}
	if p.Target.Kind == device.KindDisk {
		r.Disk, r.Map.Disk = p.Describe(), p.Target.Path
	}
	for _, l := range p.Erase {
		r.Losses = append(r.Losses, Loss{What: l.What, Name: l.Name, Size: l.Size, Type: l.Type, Label: l.Text, Used: l.Used})
	}
	for _, s := range p.Steps {
		step := ReviewStep{ID: s.ID, Title: s.Title, Why: s.Why, Erases: s.Erases, NotRehearsed: s.NotRehearsed}
		for _, c := range s.Commands {
			step.Commands = append(step.Commands, c.Shell())
		}
		r.Steps = append(r.Steps, step)
	}
	for _, f := range p.Configuration.Files.Files {
		r.Files = append(r.Files, ReviewFile{Path: f.Path, Text: string(f.Text), Lines: lineCount(f.Text)})
	}
	if own := p.Configuration.Own; own != nil {
		r.Source, r.Rev, r.Diff = own.Source, own.Rev, own.Diff
	}
	return r
}

func lineCount(text []byte) int {
	n := bytes.Count(text, []byte("\n"))
	if len(text) > 0 && text[len(text)-1] != '\n' {
		n++
	}
	return n
}

// EraseName is what has to be typed before the disk of a plan is erased: the last part of its path, such as nvme0n1. It is empty
// for a virtual disk, which holds nothing.
func EraseName(p plan.Plan) string {
	if p.Target.Kind != device.KindDisk {
		return ""
	}
	return path.Base(p.Target.Path)
}

// EraseConfirmed tells that the name of the disk was typed, with or without /dev/ before it.
func (s *State) EraseConfirmed(typed string) bool {
	if s.Plan == nil {
		return false
	}
	name, typed := EraseName(*s.Plan), strings.TrimSpace(typed)
	return name == "" || typed == name || typed == s.Plan.Target.Path
}

// reviewProblems is what keeps the run from beginning.
func (s *State) reviewProblems() []Problem {
	for _, earlier := range pages[:PageReview.at()] { // which may stop since what a later page asked for, or the machine told
		for _, p := range s.Problems(earlier) {
			if p.Blocks {
				return []Problem{{FieldPlan, p.Says, true}}
			}
		}
	}
	if !s.Fresh() {
		return []Problem{{FieldPlan, say("The plan is not made yet."), true}}
	}
	if err := s.Plan.Runnable(); err != nil {
		return []Problem{{FieldPlan, Phrased(err.Error()), true}}
	}
	if !s.EraseConfirmed(s.Consent) {
		return []Problem{{FieldConsent, say("Type {{.Name}}, the name of the disk, to erase it.", "Name", EraseName(*s.Plan)), true}}
	}
	return nil
}
