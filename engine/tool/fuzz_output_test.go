package tool

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"lethe/engine/device"
)

// pvsRow and lvsRow are rows that LVM 2.03.16 printed.
const (
	pvsRow = `{"report":[{"pv":[{"pv_name":"/dev/loop0", "pv_uuid":"ofjT5R-S7Ew-k23f-1and-1fcD-pfSy-JDsSJg", "pv_major":"7", "pv_minor":"0", "pv_missing":"", "vg_name":"vg-a", "vg_uuid":"k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", "vg_exported":""}]}]}`
	lvsRow = `{"report":[{"lv":[{"vg_uuid":"k2duEA-Erq1-QAr1-mS22-tzj1-qj3l-5pSmI9", "lv_name":"root"}]}]}`
)

// FuzzParseLVM wants every row of the reports in exactly one group, and none invented.
func FuzzParseLVM(f *testing.F) {
	f.Add([]byte(pvsRow), []byte(lvsRow))
	f.Add([]byte(`{"report":[{"pv":[]}]}`), []byte(`{"report":[{"lv":[]}]}`))
	f.Add([]byte(strings.Replace(pvsRow, "vg-a", `$(reboot)\u001b[2J\u202e`, 1)), []byte(strings.Replace(lvsRow, "root", `--force`, 1)))
	f.Add([]byte(strings.Replace(pvsRow, `"pv_missing":""`, `"pv_missing":"missing"`, 1)), []byte(`{"report":[{"lv":null}]}`))
	f.Fuzz(func(t *testing.T, pvs, lvs []byte) {
		groups, err := parseLVM(pvs, lvs)
		if err != nil {
			if groups != nil {
				t.Error("a failure gave groups")
			}
			fitForDisplay(t, err.Error())
			return
		}
		var physical, logical lvmReport
		if json.Unmarshal(pvs, &physical) != nil || json.Unmarshal(lvs, &logical) != nil {
			t.Fatal("what is no JSON was read")
		}
		members, volumes, ids := 0, 0, map[string]bool{}
		for _, g := range groups {
			if ids[g.UUID] {
				t.Errorf("two groups are %q", g.UUID)
			}
			ids[g.UUID] = true
			members, volumes = members+len(g.PVs), volumes+len(g.LVs)
			for _, pv := range g.PVs {
				if major, minor, _ := strings.Cut(pv.Number, ":"); !pv.Missing && (!number(major) || !number(minor)) {
					t.Errorf("a volume is said to be at %q", pv.Number)
				}
			}
		}
		if members != len(*physical.Report[0].PV) || volumes != len(*logical.Report[0].LV) {
			t.Errorf("%d members and %d volumes of %s %s", members, volumes, pvs, lvs)
		}
	})
}

// fitForDisplay wants a text that no terminal obeys, and in which nothing hides or reorders.
func fitForDisplay(t *testing.T, text string) {
	t.Helper()
	obeyed := func(r rune) bool { return r != '\n' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }
	if !utf8.ValidString(text) || strings.ContainsFunc(text, obeyed) {
		t.Errorf("%q is not fit for display", text)
	}
}

// FuzzDevicePath reads the bytes of a device path. One that a test put together is read whole.
func FuzzDevicePath(f *testing.F) {
	drive, err := hex.DecodeString("04012a000100000000080000000000000000100000000000" + "11111111222243338444555555555555" + "0202")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(drive, `\EFI\systemd\systemd-bootx64.efi`)
	f.Add([]byte("\x04\x04\xff\xff"), "")
	f.Add([]byte{}, "\U0001F600\x00\ud7ff")
	f.Fuzz(func(t *testing.T, nodes []byte, name string) {
		uuid, file, err := readDevicePath(hex.EncodeToString(nodes))
		if err != nil && (uuid != "" || file != "") || len(file) > 3*len(nodes) {
			t.Errorf("%q %q, %v", uuid, file, err)
		}
		units := []byte{}
		for _, r := range strings.ToValidUTF8(name, "") {
			if r > 0xffff || r == 0 || len(units) > 1000 {
				return
			}
			units = append(units, byte(r), byte(r>>8))
		}
		const size = 42
		whole := slices.Concat(drive, []byte{4, 4, byte(4 + len(units)), byte((4 + len(units)) >> 8)}, units, []byte{0x7f, 0xff, 4, 0})
		uuid, file, err = readDevicePath(hex.EncodeToString(whole))
		if err != nil || uuid != "11111111-2222-3343-8444-555555555555" || file != strings.ToValidUTF8(name, "") || len(drive) != size {
			t.Errorf("%q reads as %q on %q, %v", name, file, uuid, err)
		}
	})
}

// FuzzOutput writes a program's output in pieces: nothing is lost but what cannot be shown, and what is kept is bounded.
func FuzzOutput(f *testing.F) {
	f.Add([]byte("one\ntwo\r\nthree"), uint8(3))
	f.Add([]byte("\x1b[31mred\x1b[0m \u202egpj\xff\xfe"), uint8(1))
	f.Add([]byte(strings.Repeat("é", 3000)), uint8(7))
	f.Add([]byte(strings.Repeat("x\n", 300)), uint8(200))
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		var lines []string
		out := newOutput(func(line string) { lines = append(lines, line) }, true)
		for rest := text; len(rest) > 0; {
			n := min(int(size)+1, len(rest))
			if written, err := out.stdout.Write(rest[:n]); err != nil || written != n {
				t.Fatalf("%d, %v", written, err)
			}
			rest = rest[n:]
		}
		out.finish()
		if got := out.bytes(); len(text) < mostOutput && string(got) != string(text) {
			t.Error("the output is not kept whole")
		}
		if n := strings.Count(out.tail(), "\n"); n >= tailLines {
			t.Errorf("the tail has %d lines", n+1)
		}
		var shown strings.Builder
		for _, line := range lines {
			if !utf8.ValidString(line) || len(line) > 3*lineBytes {
				t.Fatalf("%q is no line", line)
			}
			fitForDisplay(t, line)
			shown.WriteString(strings.ReplaceAll(line, " ", ""))
		}
		if want := strings.ReplaceAll(printable(text), " ", ""); utf8.Valid(text) && shown.String() != want {
			t.Errorf("%q is shown as %q", text, lines)
		}
	})
}

// FuzzNixAnswer reads what Nix says about a host.
func FuzzNixAnswer(f *testing.F) {
	f.Add([]byte(`{"hosts":["blitzar"],"host":{"persistence":{"/nix/persist":{"directories":["/var/log"],"files":[]}},"users":{"ada":{"admin":true,"password":true,"passwordFile":"/x","keys":1}},"hostKeys":[],"devices":{"/":"tmpfs"},"on":{"networkManager":true}}}`))
	f.Add([]byte(`{"hosts":["a\u001b[2J","\u202eb"],"host":null}`))
	f.Add([]byte(`{"hosts":null}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		host, err := readHost(text, "blitzar")
		if err == nil {
			if !json.Valid(text) || len(host.Persistence) > 0 && !json.Valid(host.Persistence) {
				t.Error("what is no JSON was read")
			}
			return
		}
		fitForDisplay(t, err.Error())
		if !json.Valid(text) && errors.Is(err, ErrNoHost) {
			t.Errorf("it is not said what is wrong: %v", err)
		}
	})
}

// answers is a runner whose every program succeeds and says one thing.
type answers struct{ text []byte }

func (a answers) Run(context.Context, Call) (Result, error) { return Result{Stdout: a.text}, nil }
func (answers) Missing(...string) []string                  { return nil }

// FuzzZram reads zramctl's answer: a device, or nothing that will be written to.
func FuzzZram(f *testing.F) {
	for _, seed := range []string{"/dev/zram0\n", "/dev/zram0 /dev/sda", "/dev/zram../sda", "/dev/zram1\n/dev/sda\n", "--all", "/dev/zram٣", "\x1b[2J"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		path, err := Zram{Tools: answers{text}}.take(t.Context(), 1<<20)
		if err != nil {
			fitForDisplay(t, err.Error())
			return
		}
		var number uint64
		if n, err := fmt.Sscanf(path, "/dev/zram%d", &number); n != 1 || err != nil || strings.Trim(strings.TrimPrefix(path, "/dev/zram"), "0123456789") != "" {
			t.Errorf("%q was taken for a device", path)
		}
	})
}

// FuzzProcess reads a line of /proc/PID/stat, whose second field is any text that a program chose.
func FuzzProcess(f *testing.F) {
	f.Add([]byte(statLine("sleep", "S", "1")), "a) Z 1 1 (b")
	f.Add([]byte("1 (x) S 1 1"), "\n) S 0 0")
	f.Add([]byte(") ) ) ) ) )"), "")
	f.Add([]byte("1 (x) S 4 0 -1 4194560 97 0 0 0 0 0 0 0 20 0 1 0 987654 2703360 1 18446744674407370950 98765432109876543210"), "")
	f.Add([]byte("1 (x) S 4 0 -1 4194560 97 0 0 0 0 0 0 0 20 0 1 0 18446744674407370950"), "")
	f.Add([]byte("1 (x) S 4 0 -1 4194560 97 0 0 0 0 0 0 0 20 0 1 0 0 18446744674407370950"), "")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		if p, ok := parseStat(text); !ok && p.started != 0 {
			t.Errorf("%+v from what is no such line", p)
		}
		p, ok := parseStat([]byte(statLine(name, "S", "2")))
		if want := (process{parent: 12, group: 13, started: 987654}); !ok || p != want {
			t.Errorf("a process with the name %q reads as %+v, %v", name, p, ok)
		}
	})
}

// FuzzUnescape undoes blkid's escapes: what was escaped comes back.
func FuzzUnescape(f *testing.F) {
	f.Add("a b")
	f.Add("\x1b[31m\u202e\\x41")
	f.Fuzz(func(t *testing.T, text string) {
		var b strings.Builder
		for i := range len(text) {
			fmt.Fprintf(&b, `\x%02x`, text[i])
		}
		if got := unescape(b.String()); got != text {
			t.Errorf("%q comes back as %q", text, got)
		}
		if got := unescape(text); len(got) > len(text) {
			t.Errorf("%q grows to %q", text, got)
		}
		if c := parseBlkid([]byte("ID_FS_LABEL_ENC=" + b.String())); c.Label != device.Clean(text) {
			t.Errorf("the label %q reads as %q", text, c.Label)
		}
	})
}
