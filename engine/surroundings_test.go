package engine

import (
	"strings"
	"testing"
	"time"

	"lethe/engine/condition"
	"lethe/engine/plan"
)

func TestClockKnowsWhatIsPast(t *testing.T) {
	bare := Clock(nil)
	if bare.Earliest.Format(time.DateOnly) < released || bare.Earliest.After(time.Now()) {
		t.Errorf("this program is of %v", bare.Earliest)
	}
	if since := time.Since(bare.Now); since < 0 || since > time.Minute || bare.Synchronized == condition.Unknown {
		t.Errorf("%+v", bare)
	}
	if wrong := plan.WrongClock(bare.Now, bare.Earliest); wrong != "" {
		t.Error(wrong)
	}
	older := Clock([]byte(`{"nodes":{"a":{"locked":{"lastModified":1600000000}}}}`))
	if !older.Earliest.Equal(bare.Earliest) {
		t.Errorf("an older lock counts: %v", older.Earliest)
	}
	newer := Clock([]byte(`{"nodes":{"a":{"locked":{"lastModified":4000000000}}}}`))
	if !newer.Earliest.Equal(time.Unix(4000000000, 0)) || plan.WrongClock(newer.Now, newer.Earliest) == "" {
		t.Errorf("a newer lock does not count: %v", newer.Earliest)
	}
}

func TestConditionsAreTold(t *testing.T) {
	r := Request{Power: condition.Power{Known: true, Battery: true, Percent: 7}, Clock: condition.Clock{Now: time.Now(), Synchronized: condition.No}}
	says := strings.Join(r.Conditions(), "|")
	if !strings.Contains(says, "7 % left") || !strings.Contains(says, "No time server") {
		t.Errorf("%q", says)
	}
	if says := (Request{}).Conditions(); len(says) != 0 {
		t.Errorf("nobody looked, and it says %q", says)
	}
}
