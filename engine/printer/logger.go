// Package printer prints events: text with a progress bar for a terminal, JSON lines for programs, and a log by
// logrus for the journal. All print the same events, and none of them knows where the events come from.
//
// Texts arrive redacted; printers add nothing that could hold a secret.
package printer

import (
	"io"
	"math"

	"github.com/sirupsen/logrus"

	"lethe/engine/event"
	"lethe/engine/verify"
)

// levels maps what happened to how much it matters.
var levels = map[event.Kind]logrus.Level{
	event.StepFailed: logrus.ErrorLevel,
	event.RunFailed:  logrus.ErrorLevel,
	event.UndoFailed: logrus.ErrorLevel,

	event.RunCancelled: logrus.WarnLevel,
	event.Stalled:      logrus.WarnLevel,
	event.UndoStart:    logrus.WarnLevel,
	event.UndoDone:     logrus.WarnLevel,

	event.Log:      logrus.DebugLevel,
	event.Progress: logrus.TraceLevel,
}

// NewJournal prints events as JSON lines through logrus. Progress is told only now and then, where a step knows what it is at.
func NewJournal(w io.Writer) event.Sink {
	log := logrus.New()
	log.SetOutput(w)
	log.SetLevel(logrus.DebugLevel)
	log.SetFormatter(&logrus.JSONFormatter{TimestampFormat: "2006-01-02T15:04:05.000Z07:00"})
	return &logSink{log: log, whole: true}
}

// NewLog prints events as text through logrus, for a terminal or a system log.
func NewLog(w io.Writer, colour bool) event.Sink {
	log := logrus.New()
	log.SetOutput(w)
	log.SetLevel(logrus.DebugLevel)
	log.SetFormatter(&logrus.TextFormatter{DisableColors: !colour, ForceColors: colour, FullTimestamp: true, TimestampFormat: "15:04:05.000"})
	return &logSink{log: log}
}

type logSink struct {
	log   *logrus.Logger
	pace  pace
	whole bool // also what only a program needs
}

// Event prints one line, if any.
func (s *logSink) Event(e event.Event) {
	level, known := levels[e.Kind]
	if text := s.pace.line(e); text != "" {
		level, e.Text = logrus.DebugLevel, text
	}
	switch {
	case e.Kind == event.Checked && e.Status == string(verify.Failed):
		level = logrus.ErrorLevel
	case !known:
		level = logrus.InfoLevel
	}
	parts := fields(e)
	if s.whole {
		addFigures(parts, e)
	}
	s.log.WithTime(e.Time).WithFields(parts).Log(level, message(e))
}

// fields are the parts of an event that have a value.
func fields(e event.Event) logrus.Fields {
	f := logrus.Fields{"seq": e.Seq, "kind": e.Kind}
	for name, value := range map[string]string{"step": e.Step, "status": e.Status, "disk": e.Disk, "next": e.Next, "program": e.Program} {
		if value != "" {
			f[name] = value
		}
	}
	if e.Text != "" && e.Title != "" {
		f["title"] = e.Title
	}
	if e.Millis != 0 {
		f["millis"] = e.Millis
	}
	return f
}

// addFigures adds what [ParseJournal] needs for a page that looks on: how far the run is, and at what.
func addFigures(f logrus.Fields, e event.Event) {
	if e.Done > 0 {
		f["done"] = math.Round(e.Done*10000) / 10000
	}
	if e.Work != nil {
		f["work"] = e.Work
	}
}

// message is what the line is about.
func message(e event.Event) string {
	if e.Text != "" {
		return e.Text
	}
	return e.Title
}
