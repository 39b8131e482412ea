package condition_test

import (
	"os"
	"testing"
	"testing/fstest"

	"lethe/engine/condition"
)

func tree(files map[string]string) fstest.MapFS {
	m := fstest.MapFS{}
	for path, text := range files {
		m[path] = &fstest.MapFile{Data: []byte(text)}
	}
	return m
}

func TestPower(t *testing.T) {
	const at = "sys/class/power_supply/"
	battery := func(status, percent string, more ...string) map[string]string {
		m := map[string]string{at + "BAT0/type": "Battery\n", at + "BAT0/status": status + "\n", at + "BAT0/capacity": percent + "\n"}
		for i := 0; i < len(more); i += 2 {
			m[at+more[i]] = more[i+1]
		}
		return m
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  condition.Power
	}{
		"nothing to read":  {nil, condition.Power{Percent: -1}},
		"desktop":          {map[string]string{at + ".keep": ""}, condition.Power{Known: true, Percent: -1}},
		"on battery":       {battery("Discharging", "42", "AC/type", "Mains\n", "AC/online", "0\n"), condition.Power{Known: true, Battery: true, Percent: 42}},
		"plugged in":       {battery("Discharging", "42", "AC/type", "Mains\n", "AC/online", "1\n"), condition.Power{Known: true, Battery: true, Mains: true, Percent: 42}},
		"charging":         {battery("Charging", "7"), condition.Power{Known: true, Battery: true, Mains: true, Percent: 7}},
		"kept at 80":       {battery("Not charging", "80"), condition.Power{Known: true, Battery: true, Mains: true, Percent: 80}},
		"two batteries":    {battery("Discharging", "4", "BAT1/type", "Battery\n", "BAT1/capacity", "61\n"), condition.Power{Known: true, Battery: true, Percent: 61}},
		"no number":        {battery("Discharging", "?"), condition.Power{Known: true, Battery: true, Percent: -1}},
		"silly number":     {battery("Discharging", "250"), condition.Power{Known: true, Battery: true, Percent: 100}},
		"battery of mouse": {map[string]string{at + "m/type": "Battery\n", at + "m/scope": "Device\n", at + "m/capacity": "5\n"}, condition.Power{Known: true, Percent: -1}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := condition.ReadPower(tree(c.files)); got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestSynchronized(t *testing.T) {
	for want, files := range map[condition.Answer]map[string]string{
		condition.Unknown: nil,
		condition.Yes:     {"run/systemd/timesync/synchronized": ""},
		condition.No:      {"run/systemd/timesync/other": ""},
	} {
		if got := condition.Synchronized(tree(files)); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

// TestThisMachine reads real files, through real links, and asks the real kernel.
func TestThisMachine(t *testing.T) {
	root := os.DirFS("/")
	if _, err := os.Stat("/sys/class/power_supply"); (err == nil) != condition.ReadPower(root).Known {
		t.Errorf("%v, and %+v", err, condition.ReadPower(root))
	}
	if condition.Kernel() == condition.Unknown {
		t.Error("the kernel does not answer")
	}
}
