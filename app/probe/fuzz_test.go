package probe_test

import (
	"testing"

	"lethe/app/probe"
	"lethe/app/session"
)

// FuzzRead looks at a machine whose files say anything: no panic, and every answer is one that the pages know.
func FuzzRead(f *testing.F) {
	f.Add("MemTotal:       16314564 kB\n", swapsHead+"/dev/vda2 partition 1048572 0 -2\n/a\\040b file 4 0 1\n", devices["proc/self/mountinfo"], "87", "eth0\t00000000\t0102A8C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n")
	f.Add("MemTotal: 99999999999999999999 kB", "\n\x1b[2J partition 1", "1 2 3:4 / /iso rw - iso9660 x", "-5", "a b c d e f g h")
	f.Add("", "", " - ", "100\n\n", "")
	f.Fuzz(func(t *testing.T, memory, swaps, mounts, percent, route string) {
		files := map[string]string{}
		for path, text := range devices {
			files[path] = text
		}
		files["proc/meminfo"], files["proc/swaps"], files["proc/self/mountinfo"], files["proc/net/route"], files["proc/net/ipv6_route"] = memory, swaps, mounts, route, route
		const battery = "sys/class/power_supply/BAT0/"
		files[battery+"type"], files[battery+"capacity"], files[battery+"status"] = "Battery\n", percent, route
		files["proc/cmdline"] = mounts
		got := probe.Read(tree(files), "x86_64", now, earliest)
		if got.Power.Percent < -1 || got.Power.Percent > 100 || !got.Power.Known || !got.Power.Battery {
			t.Errorf("%+v", got.Power)
		}
		answers := []session.Answer{got.Network, got.Live, got.Synchronized}
		for _, s := range got.Swaps {
			answers = append(answers, s.Plain)
		}
		for _, a := range answers {
			if a != session.Yes && a != session.No && a != session.Unknown {
				t.Errorf("%q is no answer", a)
			}
		}
	})
}
