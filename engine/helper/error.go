package helper

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"lethe/engine/run"
	"lethe/engine/step"
)

// Code is the kind of an [Error], for programs.
type Code string

// The codes.
const (
	CodeHost      Code = "host"      // the operation itself failed or was refused
	CodeMalformed Code = "malformed" // not understood: a message, a frame, an unknown operation
	CodeReplayed  Code = "replayed"  // an id that is not greater than the last one
	CodeBusy      Code = "busy"      // something else is under way
	CodePlan      Code = "plan"      // no plan was accepted, or another one
	CodeSecrets   Code = "secrets"   // secrets are missing, or were not asked for
	CodeVersion   Code = "version"   // the two sides are of different versions
	CodeEnd       Code = "end"       // the helper ends the session
)

// Error is what the helper answers when it cannot do what was asked. Its text is whole.
type Error struct {
	Code Code   `json:"code"`
	Text string `json:"text"`
	// Step and Title are the step that failed, and State what it left on the disk; empty where no run had begun.
	Step      string         `json:"step,omitempty"`
	Title     string         `json:"title,omitempty"`
	State     step.DiskState `json:"state,omitempty"`
	Cancelled bool           `json:"cancelled,omitempty"`
}

// Error gives the text as the helper said it.
func (e *Error) Error() string { return e.Text }

// refusal makes an error of the protocol.
func refusal(code Code, format string, args ...any) *Error {
	return &Error{Code: code, Text: fmt.Sprintf(format, args...)}
}

// describe turns an error of the host into one that can be sent. No secret is left in its texts.
func describe(err error, redact func(string) string) *Error {
	e := &Error{Code: CodeHost, Text: err.Error()}
	var failed *run.StepError
	if errors.As(err, &failed) {
		e.Step, e.Title, e.State, e.Cancelled = failed.Step.ID, failed.Step.Title, failed.State, failed.Cancelled
	}
	e.Text, e.Title = redact(e.Text), redact(e.Title)
	return e
}

// Is makes a cancelled run a cancel on this side, too.
func (e *Error) Is(target error) bool { return e.Cancelled && target == context.Canceled }

// Lost is the end of a helper that nobody asked to end.
type Lost struct {
	// Applying tells that a plan was under way: nobody knows what the disk holds.
	Applying bool
	Title    string // of the step that was under way, if any
	Cause    error
	Tail     string // what the helper said last on its standard error
}

// Error says what is known and what to do next.
func (l *Lost) Error() string {
	var text strings.Builder
	switch {
	case l.Applying && l.Title != "":
		fmt.Fprintf(&text, "lost the helper that runs as root in step “%s”: %v", l.Title, l.Cause)
	default:
		fmt.Fprintf(&text, "cannot go on without the helper that runs as root: %v", l.Cause)
	}
	if l.Applying {
		text.WriteString("\nThe state of the disk is unknown; take it for unfinished. " +
			"Start Lethe again: it lets go of what was left mounted or open, and offers to continue where NixOS was being installed already; else a new run starts over.")
	}
	if l.Tail != "" {
		text.WriteString("\nThe last that the helper said:\n" + l.Tail)
	}
	return text.String()
}

// Unwrap gives the cause.
func (l *Lost) Unwrap() error { return l.Cause }

// stopped is why the server cancels an operation; it counts as [context.Canceled].
type stopped struct{ why string }

func (s stopped) Error() string { return s.why }

// Is makes it a cancel to everybody who asks.
func (s stopped) Is(target error) bool { return target == context.Canceled }
