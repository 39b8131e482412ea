package plan_test

import (
	"bytes"
	"reflect"
	"strings"
	"testing"

	"lethe/engine/command"
	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/layout"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

func TestRoundTrip(t *testing.T) {
	for name, p := range plans(t) {
		t.Run(name, func(t *testing.T) {
			text, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			back, err := plan.Decode(text)
			if err != nil {
				t.Fatal(err)
			}
			again, err := back.JSON()
			if err != nil || !bytes.Equal(text, again) {
				t.Errorf("%v\n%s\n%s", err, text, again)
			}
			if back.Script() != p.Script() || back.Text("") != p.Text("") {
				t.Error("the plan that came back reads otherwise")
			}
		})
	}
}

func TestHash(t *testing.T) {
	seen := map[string]string{}
	for name, p := range plans(t) {
		hash, err := p.Hash()
		if err != nil || len(hash) != 64 {
			t.Fatalf("%q, %v", hash, err)
		}
		if same, _ := plans(t)[name].Hash(); same != hash {
			t.Errorf("%s: the same facts, wishes and randomness hash to %s and %s", name, hash, same)
		}
		if other, ok := seen[hash]; ok {
			t.Errorf("%s and %s hash alike", name, other)
		}
		seen[hash] = name
		p.Steps[0].Why += " "
		if changed, _ := p.Hash(); changed == hash {
			t.Error("a changed plan has the same hash")
		}
	}
}

func TestRunnable(t *testing.T) {
	for _, row := range []struct {
		name   string
		change func(p *plan.Plan)
		want   string // "" means runnable
	}{
		{"as planned", func(*plan.Plan) {}, ""},
		{"other words in the commands", func(p *plan.Plan) { p.Steps[1].Commands = nil }, ""},
		{"another version", func(p *plan.Plan) { p.Version++ }, "it has version 3"},
		{"refused", func(p *plan.Plan) { p.Verdict = device.Verdict{State: device.Refused, Reason: "It is mounted."} }, "It is mounted."},
		{"shown", func(p *plan.Plan) { p.Grade = device.Shown }, "only a preview"},
		{"no grade", func(p *plan.Plan) { p.Grade = "" }, "only a preview"},
		{"not yet checked", func(p *plan.Plan) { p.Verdict.State = device.Unchecked }, "never called eligible"},
		{"no verdict", func(p *plan.Plan) { p.Verdict = device.Verdict{} }, "never called eligible"},
		{"another path", func(p *plan.Plan) { p.Target.Path = "/dev/sda" }, "fingerprint"},
		{"another serial", func(p *plan.Plan) { p.Target.Serial = "x" }, "fingerprint"},
		{"no fingerprint", func(p *plan.Plan) { p.Fingerprint = "" }, "fingerprint"},
		{"overlapping partitions", func(p *plan.Plan) { p.Layout.Partitions[1].First = 2048 }, "cannot accept the layout"},
		{"no partitions", func(p *plan.Plan) { p.Layout.Partitions = nil }, "cannot accept the layout"},
		{"a smaller disk", func(p *plan.Plan) { resize(p, 20*quantity.GiB) }, "its layout is for another disk"},
		{"a larger disk", func(p *plan.Plan) { resize(p, 80*quantity.GiB) }, "its layout is for another disk"},
		{"no steps", func(p *plan.Plan) { p.Steps = nil }, "not the ones that its layout needs"},
		{"no check", func(p *plan.Plan) { p.Steps = p.Steps[1:] }, "not the ones that its layout needs"},
		{"steps in another order", func(p *plan.Plan) { p.Steps[0], p.Steps[1] = p.Steps[1], p.Steps[0] }, "not the ones that its layout needs"},
		{"a step said to be not rehearsed", func(p *plan.Plan) { p.Steps[3].NotRehearsed = "no" }, "not the ones that its layout needs"},
		{"a negative weight", func(p *plan.Plan) { p.Steps[3].Weight = -1 }, "not the ones that its layout needs"},
		{"no passphrase asked for", func(p *plan.Plan) { p.Secrets = nil }, "not the ones that its layout needs"},
		{"something to take down", func(p *plan.Plan) { p.Release = []device.Release{{Kind: "lvm", Name: "vg"}} }, "not the ones that its layout needs"},
		{"another secret asked for", func(p *plan.Plan) { p.Secrets = append(p.Secrets, "root") }, "not the ones that its layout needs"},
	} {
		t.Run(row.name, func(t *testing.T) {
			p := plans(t)["walkthrough"]
			row.change(&p)
			err := p.Runnable()
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("got %v, want %q", err, row.want)
			}
		})
	}
	for name, p := range plans(t) {
		if err := p.Runnable(); (err == nil) == (name == "preview") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// resize claims that the disk has another size, consistently with its fingerprint.
func resize(p *plan.Plan, size quantity.Bytes) {
	p.Target.Bytes = size
	p.Fingerprint = p.Target.Fingerprint()
}

func TestMakeRefuses(t *testing.T) {
	good := plans(t)["plain"]
	in := plan.Input{Layout: good.Layout}
	refused := image("/tmp/\x1b[31mdisk.img", 12*quantity.GiB, 512)
	refused.Verdict = device.Verdict{State: device.Refused, Reason: "It is mounted."}
	if _, err := plan.Make(refused, in); err == nil || !strings.Contains(err.Error(), "It is mounted.") || strings.Contains(err.Error(), "\x1b") {
		t.Errorf("got %v", err)
	}
	in.Layout.Partitions = nil
	if _, err := plan.Make(image("/tmp/disk.img", 12*quantity.GiB, 512), in); err == nil {
		t.Error("a layout without partitions was planned")
	}
}

func TestDecodeRefuses(t *testing.T) {
	text, err := plans(t)["plain"].JSON()
	if err != nil {
		t.Fatal(err)
	}
	good := string(text)
	for name, bad := range map[string]string{
		"nothing":                 "",
		"null":                    "null",
		"something else":          "[1]",
		"cut short":               good[:len(good)/2],
		"two plans":               good + good,
		"text behind":             good + "x",
		"unknown field":           strings.Replace(good, `"version": 2,`, `"version": 2, "surprise": 1,`, 1),
		"another version":         strings.Replace(good, `"version": 2,`, `"version": 3,`, 1),
		"overlap":                 strings.Replace(good, `"first": 2048,`, `"first": 1050624,`, 1),
		"type confusion":          strings.Replace(good, `"first": 2048,`, `"first": "2048",`, 1),
		"negative":                strings.Replace(good, `"first": 2048,`, `"first": -2048,`, 1),
		"other configuration":     strings.ReplaceAll(good, `description = `, `descriptiom = `),
		"a hundred thousand deep": strings.Repeat("[", 100_000),
	} {
		if p, err := plan.Decode([]byte(bad)); err == nil || bad == good {
			t.Errorf("%s was decoded: %+v", name, p.Target)
		}
	}
}

func TestErase(t *testing.T) {
	p := planFor(t, nvme("old \x1b[31mdata\x1b[0m"), preset(t, "walkthrough"))
	want := []plan.Loss{
		{What: "volume group vg0 (root, old data)", Name: "vg0", Type: "lvm", Text: "vg0"},
		{What: "luks-1", Name: "luks-1", Type: "crypt", Text: "luks-1"},
		{What: "partition 1 “old data” (vfat, 1 GiB)", Name: "nvme0n1p1", Size: "1 GiB", Type: "vfat", Text: "old data"},
		{
			What: "partition 2 “old data” (ext4, 100 GiB)", Name: "cciss!c0d0p2", Size: "100 GiB", Type: "ext4", Text: "old data",
			Used: "mounted at /mnt/old data, in use as swap, used by crypt old data",
		},
		{What: "partition 3 (1 GiB)", Size: "1 GiB"},
	}
	if !reflect.DeepEqual(p.Erase, want) {
		t.Errorf("got  %+v\nwant %+v", p.Erase, want)
	}
	wipe, _ := p.Find("wipe")
	if args := wipe.Commands[0].Args; !reflect.DeepEqual(args, []string{"--all", "/dev/nvme0n1p1", "/dev/cciss/c0d0p2", "/dev/nvme0n1"}) {
		t.Errorf("wiped are %v", args)
	}

	whole := image("/tmp/disk.img", 12*quantity.GiB, 512)
	whole.Content = device.Content{Type: "xfs", Label: "data"}
	whole.Table = device.Table{Kind: device.TableDamaged, Problem: "It is a GPT with both headers damaged."}
	p = planFor(t, whole, preset(t, "default"))
	if len(p.Erase) != 2 || !strings.Contains(p.Erase[0].What, "both headers damaged") || p.Erase[1].What != "the whole disk “data” (xfs, 12 GiB)" {
		t.Errorf("got %+v", p.Erase)
	}
}

func TestSteps(t *testing.T) {
	for name, want := range map[string]string{
		"walkthrough": "check wipe partition encrypt format-esp format-nix configure verify",
		"plain":       "check wipe partition format-esp format-swap format-nix configure verify",
		"image-4096":  "check wipe partition format-esp format-nix configure verify",
		"nvme":        "check memory lock release wipe partition encrypt open format-esp format-nix mount configure passwords install handover verify close",
	} {
		p := plans(t)[name]
		var ids []string
		weight := 0
		for _, s := range p.Steps {
			ids = append(ids, s.ID)
			weight += s.Weight
			if s.Title == "" || s.Why == "" || s.Weight < 0 || s.Commands == nil {
				t.Errorf("%s: %+v", name, s)
			}
			if got, ok := p.Find(s.ID); !ok || got.Title != s.Title {
				t.Errorf("%s cannot be found", s.ID)
			}
			if rehearsed := s.NotRehearsed == ""; rehearsed == (name == "walkthrough" && s.ID == "format-nix") {
				t.Errorf("%s: %s: not rehearsed: %q", name, s.ID, s.NotRehearsed)
			}
		}
		if got := strings.Join(ids, " "); got != want || weight != p.Weight() {
			t.Errorf("%s: %s", name, got)
		}
		if _, ok := p.Find("reboot"); ok {
			t.Error("a step that is not there was found")
		}
	}
}

func TestPlansHoldNoSecret(t *testing.T) {
	for name, p := range plans(t) {
		want := []string{}
		if p.Layout.LUKS != nil {
			want = append(want, command.Passphrase)
		}
		if p.Target.Kind == device.KindDisk {
			for _, u := range p.Wishes.Users {
				want = append(want, "password:"+u.Name)
			}
		}
		if !reflect.DeepEqual(p.Secrets, want) {
			t.Errorf("%s asks for %v instead of %v", name, p.Secrets, want)
		}
		if p.Layout.SwapMode == config.SwapRandomKey {
			if _, ok := p.Find("format-" + string(layout.Swap)); ok {
				t.Errorf("%s formats random-key swap", name)
			}
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, p := range plans(f) {
		if text, err := p.JSON(); err == nil {
			f.Add(text)
		}
	}
	f.Add([]byte(`{"version":1}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		p, err := plan.Decode(text)
		if err != nil {
			return
		}
		_ = p.Runnable() // whatever it says, it must say it
		_, _, _ = p.Script(), p.Text(""), p.Weight()
		again, err := p.JSON()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := plan.Decode(again); err != nil {
			t.Errorf("a plan that was read cannot be read again: %v", err)
		}
	})
}
