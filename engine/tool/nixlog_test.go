package tool_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"lethe/engine/device"
	"lethe/engine/event"
	"lethe/engine/quantity"
	"lethe/engine/tool"
)

// follow feeds lines and checks what must hold after each.
func follow(t *testing.T, p *tool.NixProgress, lines ...string) {
	t.Helper()
	for _, line := range lines {
		work, fraction := p.Work(), p.Fraction()
		changed := p.Line(line)
		now, share := p.Work(), p.Fraction()
		if changed != (now != work || share != fraction) {
			t.Errorf("%q: changed is %v from %+v to %+v", line, changed, work, now)
		}
		if share < fraction || share > 1 || now.Built < work.Built || now.Copied < work.Copied || now.Builds < work.Builds ||
			now.Fetches < work.Fetches || now.Bytes < work.Bytes || now.BytesTotal < work.BytesTotal {
			t.Fatalf("%q leads back from %+v, %v to %+v, %v", line, work, fraction, now, share)
		}
		if now.Built > now.Builds || now.Copied > now.Fetches || now.BytesTotal > 0 && now.Bytes > now.BytesTotal {
			t.Fatalf("%q gives more than all: %+v", line, now)
		}
		if len([]rune(now.Now)) > 80 || strings.ContainsAny(now.Now, "\x1b\n") {
			t.Fatalf("%q is said to be at %q", line, now.Now)
		}
	}
}

// recorded gives the lines of a log.
func recorded(t testing.TB, name string) []string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "nix", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}

func TestNixLogs(t *testing.T) {
	for name, want := range map[string]event.Work{
		// 8 paths were listed when one, the flake's source, had been copied.
		"install-2.31.log": {Builds: 6, Built: 6, Fetches: 9, Copied: 9, BytesTotal: mebibytes(5678.90)},
		"install-2.34.log": {Builds: 1, Built: 1, Fetches: 9, Copied: 9, BytesTotal: mebibytes(5.5 * 1024)},
	} {
		t.Run(name, func(t *testing.T) {
			var p tool.NixProgress
			follow(t, &p, recorded(t, name)...)
			if got := p.Work(); got != want || p.Fraction() != 1 {
				t.Errorf("got %+v, %v", got, p.Fraction())
			}
		})
	}
}

func mebibytes(n float64) quantity.Bytes { return quantity.Bytes(n * (1 << 20)) }

func TestNixStages(t *testing.T) {
	var p tool.NixProgress
	at := func(now string, least, most float64, lines ...string) {
		t.Helper()
		follow(t, &p, lines...)
		if got := p.Fraction(); p.Work().Now != now || got < least || got > most {
			t.Errorf("at %q with %v instead of %q", p.Work().Now, got, now)
		}
	}
	at("evaluating the configuration", 0.01, 0.01, "building the flake in git+file:///mnt/etc/nixos...")
	at("evaluating the configuration", 0.01, 0.01, "unpacking 'github:NixOS/nixpkgs/abc' into the Git cache...")
	at("copying source", 0.01, 0.01, "copying path '/nix/store/7z0vrlv9p0ym0rkqk9ysm6wfy6kjqy5x-source' from 'https://a'...",
		"copying path '/nix/store/8z0vrlv9p0ym0rkqk9ysm6wfy6kjqy5x-source' from 'https://a'...")
	at("copying source", 0.01, 0.05, "these 99 paths will be fetched (1.00 GiB download, 2.00 GiB unpacked):")
	if got := p.Work(); got != (event.Work{Fetches: 100, Copied: 1, BytesTotal: 2 * quantity.GiB, Now: "copying source"}) {
		t.Errorf("got %+v", got)
	}
	for range 49 {
		follow(t, &p, "copying path '/nix/store/8z0vrlv9p0ym0rkqk9ysm6wfy6kjqy5x-x' to 'local?root=/mnt'...")
	}
	at("building etc-fstab", 0.47, 0.5, "building '/nix/store/9wjpgsiwxjv9p6166ax2mns747lmv2cq-etc-fstab.drv'...")
	at("installing the boot loader", 0.95, 0.95, "installing the boot loader...")
	at("installing the boot loader", 0.95, 0.95, "unpacking 'x'", "building the flake in x...", "these 9 derivations will be built:")
	at("setting up the system", 0.97, 0.97, "setting up /etc...")
	at("", 1, 1, "installation finished!")
}

func TestNixRecord(t *testing.T) {
	for _, front := range []string{"@nix ", ""} { // the second as in json-log-path
		var p tool.NixProgress
		var between bool // Nix 2.8 leaves out the last block of each path
		for _, line := range recorded(t, "record.log") {
			follow(t, &p, front+strings.TrimPrefix(line, "@nix "))
			w := p.Work()
			between = between || w.Copied == 1 && w.Bytes > 4_046_848 && w.Bytes < w.BytesTotal
		}
		want := event.Work{Fetches: 3, Copied: 3, Bytes: 4_308_992, BytesTotal: 4_323_264, Now: "copying t.nix"}
		if got := p.Work(); got != want || !between {
			t.Errorf("got %+v, bytes in between: %v", got, between)
		}
		if p.Fraction() > 0.5 {
			t.Errorf("it is at %v before anything was listed", p.Fraction())
		}
	}
}

func TestNixRecordHoldsThePlainLines(t *testing.T) {
	var p tool.NixProgress
	follow(t, &p,
		`@nix {"action":"msg","level":3,"msg":"these 2 derivations will be built:"}`,
		`@nix {"action":"start","id":7,"level":0,"text":"","type":104}`,
		`@nix {"action":"start","fields":["/nix/store/9wjpgsiwxjv9p6166ax2mns747lmv2cq-etc-fstab.drv","",1,1],"id":8,"level":3,"text":"building","type":105}`,
		`@nix {"action":"result","fields":[0,2,1,0],"id":7,"type":105}`,
		`@nix {"action":"result","fields":[1,2,0,0],"id":7,"type":105}`,
		`@nix {"action":"stop","id":8}`,
		// a second Nix: its count begins anew
		`@nix {"action":"stop","id":7}`,
		`@nix {"action":"start","id":9,"level":0,"text":"","type":104}`,
		`@nix {"action":"result","fields":[0,1,1,0],"id":9,"type":105}`,
	)
	if got := p.Work(); got != (event.Work{Builds: 2, Built: 1, Now: "building etc-fstab"}) || p.Fraction() < 0.4 || p.Fraction() > 0.5 {
		t.Errorf("got %+v, %v", got, p.Fraction())
	}
	follow(t, &p, `@nix {"action":"msg","level":1,"msg":"\u001b[31;1minstalling the boot loader...\u001b[0m"}`)
	if p.Work().Now != "installing the boot loader" {
		t.Errorf("at %q", p.Work().Now)
	}
}

func TestNixRecordBesideThePlainLines(t *testing.T) {
	var p tool.NixProgress
	follow(t, &p, "building the flake in git+file:///mnt/etc/nixos...", "these 3 paths will be fetched (3.17 MiB download, 4.12 MiB unpacked):")
	var half, bytes bool
	for _, line := range recorded(t, "record.log") {
		before := p.Fraction()
		p.Record(strings.TrimPrefix(line, "@nix "))
		p.Record(`{"action":"msg","level":3,"msg":"these 900 derivations will be built:"}`) // known from the plain lines
		if p.Fraction() < before {
			t.Fatalf("%s leads back from %v to %v", line, before, p.Fraction())
		}
		bytes = bytes || p.Work().Copied == 0 && p.Work().Bytes > quantity.MiB
		half = half || p.Fraction() > 0.4 && p.Fraction() < 0.6
	}
	if w := p.Work(); w.Copied != 3 || w.Fetches != 3 || w.Builds != 0 || !half || !bytes {
		t.Errorf("got %+v; half way: %v, bytes: %v", w, half, bytes)
	}
	follow(t, &p, "installing the boot loader...", "installation finished!")
	if w := p.Work(); w.Bytes != w.BytesTotal || p.Fraction() != 1 {
		t.Errorf("at the end %+v, %v", w, p.Fraction())
	}
}

func TestNixSaysNothing(t *testing.T) {
	for _, line := range []string{
		"", " ", "these", "this", "building", "copying ", "@nix ", "@nix {", "@nix null", `{"action":`, "these paths will be fetched (",
		"these -3 derivations will be built:", "these 99999999999999999999 paths will be fetched (NaN MiB download, -1 MiB unpacked):",
		"error: builder for '/nix/store/9wjpgsiwxjv9p6166ax2mns747lmv2cq-x.drv' failed with exit code 1;", "  /nix/store/x",
		`@nix {"action":"result","fields":[5,9],"id":1,"type":105}`, `@nix {"action":"stop","id":1}`,
		`@nix {"action":"start","id":"x","type":104}`, "downloaded", "building a house",
	} {
		var p tool.NixProgress
		if follow(t, &p, line); p.Work() != (event.Work{}) || p.Fraction() != 0 {
			t.Errorf("%q gives %+v, %v", line, p.Work(), p.Fraction())
		}
	}
}

func TestNixSizes(t *testing.T) {
	for text, want := range map[string]quantity.Bytes{
		"178.5 KiB": 182784, "9.50 MiB": 9961472, "1.5 GiB": 1536 * quantity.MiB, "2.0 TiB": 2 << 40,
		"1e300 GiB": 1 << 60, "Inf EiB": 1 << 60, "5 MB": 0, "x MiB": 0, "5 ZiB": 0, "5": 0, "": 0,
	} {
		var p tool.NixProgress
		follow(t, &p, "this path will be fetched (0.1 MiB download, "+text+" unpacked):")
		if got := p.Work().BytesTotal; got != want {
			t.Errorf("%q reads as %d", text, got)
		}
	}
}

func FuzzNixProgress(f *testing.F) {
	for _, name := range []string{"install-2.31.log", "install-2.34.log", "record.log"} {
		f.Add(strings.Join(recorded(f, name), "\n"))
	}
	f.Add("@nix {\"action\":\"start\",\"id\":1,\"type\":104}\n@nix {\"action\":\"result\",\"id\":1,\"type\":105,\"fields\":[18446744073709551615,1]}")
	f.Add("these 16777217 derivations will be built:\nbuilding '/\x1b[31m\u202e")
	f.Fuzz(func(t *testing.T, text string) {
		var p tool.NixProgress
		for _, line := range strings.Split(text, "\n") {
			follow(t, &p, line)
		}
		if _, name, ok := strings.Cut(p.Work().Now, " "); ok && device.Clean(name) != name {
			t.Errorf("%q is not fit for display", name)
		}
	})
}
