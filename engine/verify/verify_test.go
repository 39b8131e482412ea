package verify_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"lethe/engine/layout"
	"lethe/engine/plan/plantest"
	"lethe/engine/secret"
	"lethe/engine/verify"
)

// failures are the names of the checks that failed.
func failures(r verify.Report) []string {
	var names []string
	for _, c := range r.Checks {
		if c.Status == verify.Failed {
			names = append(names, c.Name)
		}
	}
	return names
}

func TestFinishedImagesPass(t *testing.T) {
	for _, v := range variants {
		t.Run(v.String(), func(t *testing.T) {
			f := fresh(t, v)
			before := plantest.Digest(t, f.path)
			report := f.verified(t, t.Context(), f.layout, typed())
			if !report.OK() {
				t.Errorf("%+v", report)
			}
			want := 0
			if v.encrypt {
				want++ // the file system inside
			}
			if v.sector != 512 {
				want++ // sgdisk
			}
			if report.Count(verify.NotRehearsed) != want || report.Count(verify.Passed)+want != len(report.Checks) {
				t.Errorf("%d checks not rehearsed, want %d: %+v", report.Count(verify.NotRehearsed), want, report)
			}
			if plantest.Digest(t, f.path) != before {
				t.Error("verifying changed the image")
			}
		})
	}
}

func TestReportsKeepTheirOrder(t *testing.T) {
	f := fresh(t, variant{512, true})
	first := f.verified(t, t.Context(), f.layout, typed())
	second := f.verified(t, t.Context(), f.layout, typed())
	if !slices.Equal(first.Checks, second.Checks) {
		t.Errorf("%+v\n%+v", first, second)
	}
}

func TestPassphrase(t *testing.T) {
	f := fresh(t, variant{512, true})
	for _, wrong := range []string{"wrong", plantest.Passphrase + "\n", ""} {
		report := f.verified(t, t.Context(), f.layout, secret.New([]byte(wrong)))
		if got := failures(report); !slices.Equal(got, []string{"passphrase opens the container"}) {
			t.Errorf("%q: %v", wrong, got)
		}
	}
	report := f.verified(t, t.Context(), f.layout, nil)
	i := slices.IndexFunc(report.Checks, func(c verify.Check) bool { return c.Name == "passphrase opens the container" })
	if !report.OK() || i < 0 || report.Checks[i].Status != verify.NotRehearsed {
		t.Errorf("without a passphrase: %+v", report)
	}
}

func TestCancelledVerificationPassesNothing(t *testing.T) {
	f := fresh(t, variant{512, false})
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(errors.New("the user said stop"))
	report := f.verified(t, ctx, f.layout, nil)
	if report.Count(verify.Passed) != 0 || report.OK() {
		t.Errorf("%+v", report)
	}
	for _, c := range report.Checks {
		if c.Status == verify.Failed && !strings.Contains(c.Detail, "the user said stop") {
			t.Errorf("the cause is lost: %+v", c)
		}
	}
}

func TestLayoutWithoutAnESP(t *testing.T) {
	f := fresh(t, variant{512, false})
	f.layout.Partitions = slices.DeleteFunc(f.layout.Partitions, func(p layout.Partition) bool { return p.Role == layout.ESP })
	if got := failures(f.verified(t, t.Context(), f.layout, nil)); !slices.Contains(got, "EFI system partition") {
		t.Errorf("got %v", got)
	}
}
