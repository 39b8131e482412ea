package session_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"

	"lethe/app/session"
	"lethe/engine"
	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/quantity"
)

// fragments are what a disk, a file system or a program can put into a text.
var fragments = []string{
	"\x1b[2J", "\x1b]0;t\x07", "\u009b2J", "\u202e", "\u2066", "\u200b", "$(reboot)", "\n", "\r", "\x00", "\xff\xfe", "\xc3", strings.Repeat("x", 10_000), `"`, "'", `\`, "../",
	"\u2028", "\x7f", "\t", "plain", "{{.Text}}", "{{.What}}", "%s%n", "**bold**", "\U000e0041",
}

// said collects every text in a value.
func said(v reflect.Value, all *[]string) {
	switch v.Kind() {
	case reflect.String:
		*all = append(*all, v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			said(v.Field(i), all)
		}
	case reflect.Slice, reflect.Array:
		if v.Type().Elem().Kind() == reflect.Uint8 {
			return
		}
		for i := range v.Len() {
			said(v.Index(i), all)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			said(v.MapIndex(key), all)
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			said(v.Elem(), all)
		}
	}
}

// checkPlain wants nothing in a value that hides, reorders or moves what is shown. Lines may stay lines.
func checkPlain(t *rapid.T, what string, value any) {
	var all []string
	said(reflect.ValueOf(value), &all)
	for _, text := range all {
		if event.Plain(text) != text || !utf8.ValidString(text) {
			t.Errorf("%s shows %.300q", what, text)
		}
	}
}

// TestHostileDiskInTheWindow shows a disk whose every text is anything, as a helper that was deceived would pass it on, through all
// pages and a run: what the pages get is clean.
func TestHostileDiskInTheWindow(t *testing.T) {
	text := rapid.Custom(func(t *rapid.T) string {
		return strings.Join(rapid.SliceOfN(rapid.SampledFrom(fragments), 0, 4).Draw(t, "fragments"), "")
	})
	rapid.Check(t, func(rt *rapid.T) {
		draw := func(name string) string { return text.Draw(rt, name) }
		d := disk("/dev/nvme0n1", 500*quantity.GiB)
		d.Model, d.Vendor, d.Serial, d.WWN = draw("model"), draw("vendor"), draw("serial"), draw("wwn")
		d.ByID, d.ByPath, d.Transport = []string{draw("by-id")}, []string{draw("by-path")}, draw("transport")
		d.Partitions = []device.Partition{{
			Number: 1, Name: "nvme0n1p1", Start: quantity.MiB, Size: 90 * quantity.GiB, Label: draw("name"), Type: draw("type"),
			Content: device.Content{Type: draw("kind"), Label: draw("label"), UUID: draw("uuid")},
			Use:     device.Use{Mounts: []string{draw("mount")}, Holders: []device.Holder{{Name: draw("holder"), Kind: draw("holder kind"), Says: draw("says")}}},
		}}
		d.Table = device.Table{Kind: device.TableGPT, Problem: draw("problem")}
		other := disk("/dev/sdb", 500*quantity.GiB)
		other.Verdict = device.Verdict{State: device.Refused, Reason: draw("reason")}
		s := session.New(session.Options{Seed: seed, Checks: liveChecks, Shown: inventory(device.Shown, shown(d), other)})
		checkPlain(rt, "a shown card", s.Cards())
		if !s.Select(d.Path) {
			rt.Fatal("it cannot be chosen")
		}
		s.UseFacts(engine.Facts{Inventory: inventory(device.Confirmed, d, other), Leftovers: []string{draw("left")}, Virtualization: draw("machine")})
		fill(s)
		checkPlain(rt, "a card", s.Cards())
		for _, page := range []session.Page{session.PagePreflight, session.PageDisk, session.PageLayout, session.PageAccount, session.PageSystem, session.PageReview} {
			checkPlain(rt, string(page), s.Problems(page))
		}
		checkPlain(rt, "the map before", session.Before(d))
		target, _ := s.Target()
		p, err := engine.Plan(t.Context(), target, s.Request())
		if err != nil {
			checkPlain(rt, "an error", session.Problem{Says: session.Text{Form: "{{.E}}", Data: map[string]string{"E": event.Plain(err.Error())}}})
			return
		}
		s.SetPlan(p)
		checkPlain(rt, "the review", session.MakeReview(p))

		run := session.NewRun(p)
		for i, kind := range []event.Kind{event.RunStart, event.StepStart, event.Log, event.Progress, event.Checked, event.StepFailed, event.UndoFailed, event.RunFailed} {
			run.Apply(event.Event{
				Seq: uint64(i + 1), Time: time.Unix(int64(i), 0), Kind: kind, Step: "wipe", Title: draw("title"), Text: draw("text"), Next: draw("next"),
				Status: "failed", Work: &event.Work{Now: draw("now")},
			})
		}
		report := run.Report()
		if event.Plain(report) != report {
			rt.Errorf("the report holds %.500q", report)
		}
		checkPlain(rt, "the log", run.Log(session.LogFilter{}))
		checkPlain(rt, "the run", []string{run.Error, run.Next, run.Title, run.Now})
		checkPlain(rt, "the figures", run.Figures)
	})
}
