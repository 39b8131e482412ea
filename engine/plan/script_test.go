package plan_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// hostile are texts that a disk, a label or a path may carry.
var hostile = []string{
	"$(reboot)", "`reboot`", "'; reboot; '", `"; reboot; "`, "a\nreboot\n#", "\x1b]0;title\x07\x1b[2Jred", "\\\nreboot", "a\r\nreboot",
	"EOF\nreboot\n", "\u202etxt.exe", "\u2028reboot", "\u0085reboot", "!reboot", "-n", "* ? [a] ~", "\xff\xfe", "%s%n", "${IFS}reboot", "# not a comment", "naïve 名",
}

// hostilePlans put one text everywhere where a stranger's text can stand.
func hostilePlans(t *testing.T, text string) []plan.Plan {
	t.Helper()
	list := []plan.Plan{planFor(t, nvme(text), preset(t, "walkthrough"))}
	for _, encrypt := range []string{"walkthrough", "default"} {
		list = append(list, planFor(t, image("/tmp/"+text+"/disk.img", 40*quantity.GiB, 512), preset(t, encrypt)))
	}
	return list
}

func TestScriptsAreShellcheckClean(t *testing.T) {
	folder := t.TempDir()
	var files []string
	add := func(p plan.Plan) {
		path := filepath.Join(folder, "plan"+string(rune('a'+len(files)/26))+string(rune('a'+len(files)%26))+".sh")
		if err := os.WriteFile(path, []byte(p.Script()), 0o600); err != nil {
			t.Fatal(err)
		}
		files = append(files, path)
	}
	for _, p := range plans(t) {
		add(p)
	}
	for _, text := range hostile {
		if strings.Contains(text, "\r") || !utf8.ValidString(text) { // such a path is quoted, but shellcheck takes it for a mistake
			continue
		}
		add(hostilePlans(t, text)[0])
	}
	add(hostilePlans(t, "$(reboot) 'x' \"y\"\nz")[1])
	out, err := exec.Command("shellcheck", append([]string{"--shell=bash", "--severity=style"}, files...)...).CombinedOutput()
	if err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

// stubs makes a folder of programs that only write down how they were called, and gives it and the log. Every program that the
// plan names is among them, so that none of the real ones is ever called.
func stubs(t *testing.T, p plan.Plan) (folder, log string) {
	t.Helper()
	folder, log = t.TempDir(), filepath.Join(t.TempDir(), "log")
	text := "#!/bin/sh\nprintf '%s\\0' \"${0##*/}\" \"$@\" >>'" + log + "'\nprintf '\\n\\0' >>'" + log + "'\n"
	names := []string{"reboot", "mkdir", "lsblk", "blockdev", "stat"}
	for _, s := range p.Steps {
		for _, c := range s.Commands {
			names = append(names, c.Name)
		}
	}
	for _, name := range names {
		stub := text
		if name == "stat" || name == "blockdev" {
			stub += "echo 42949672960\n"
		}
		if err := os.WriteFile(filepath.Join(folder, name), []byte(stub), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return folder, log
}

// TestHostileTextsNeverRun runs the scripts with programs that do nothing: only the planned ones may be called, with the path
// as one argument.
func TestHostileTextsNeverRun(t *testing.T) {
	for _, text := range hostile {
		for _, p := range hostilePlans(t, text) {
			folder, log := stubs(t, p)
			p.Target.Bytes = 42949672960 // what the stubs say
			script := filepath.Join(t.TempDir(), "plan.sh")
			if err := os.WriteFile(script, []byte(p.Script()), 0o600); err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("bash", script)
			cmd.Dir, cmd.Env = t.TempDir(), []string{"PATH=" + folder + ":/usr/bin:/bin"}
			cmd.Stdin = strings.NewReader(p.Target.Path + "\n")
			out, err := cmd.CombinedOutput()
			typeable := !strings.Contains(text, "\n") || p.Target.Path == "/dev/nvme0n1"
			if typeable != (err == nil) || typeable != bytes.HasSuffix(out, []byte("Done.\n")) {
				t.Errorf("%q: %v: %s", text, err, out)
			}
			calls, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			onlyPlanned(t, p, string(calls))
		}
	}
}

// onlyPlanned compares what was called with what the plan shows.
func onlyPlanned(t *testing.T, p plan.Plan, calls string) {
	t.Helper()
	planned := map[string]bool{
		"mkdir\x00-p\x00--\x00" + plan.StateDir(p.Target.Path) + "\x00": true, "stat\x00--format=%s\x00--\x00" + p.Target.Path + "\x00": true,
		"blockdev\x00--getsize64\x00" + p.Target.Path + "\x00": true, "lsblk\x00--noheadings\x00--output\x00MOUNTPOINTS\x00" + p.Target.Path + "\x00": true,
	}
	for _, s := range p.Steps {
		for _, c := range s.Commands {
			words := []string{c.Name}
			for _, arg := range c.Args {
				if c.Secret == "" || arg != "--key-file=-" && arg != "--batch-mode" {
					words = append(words, arg)
				}
			}
			planned[strings.Join(words, "\x00")+"\x00"] = true
		}
	}
	for _, call := range strings.Split(strings.TrimSuffix(calls, "\n\x00"), "\n\x00") {
		if !planned[call] {
			t.Errorf("nobody planned %q", call)
		}
	}
}

func TestTextShowsNothingThatATerminalObeys(t *testing.T) {
	for _, text := range append(slices.Clone(hostile), "a\x00b", "\u009b2J", "\u2066x\u2069", "\U000e0041", "../../etc", strings.Repeat("x\x1b", 5000)) {
		for _, p := range hostilePlans(t, text) {
			p.Steps[0].Title, p.Notes = p.Steps[0].Title+text, append(p.Notes, text)
			for i, own := range []*plan.Own{nil, {Source: text, Rev: text, Diff: "+\t" + text + "\n", Says: []string{text}}} {
				p.Configuration.Own = own
				if got, err := p.JSON(); err != nil || !utf8.Valid(got) {
					t.Errorf("%q (%d): the JSON is no UTF-8: %v", text, i, err)
				}
				obeyed(t, text, p.Text("MAP"))
			}
		}
	}
}

// obeyed looks for what a terminal obeys, or hides.
func obeyed(t *testing.T, text, shown string) {
	t.Helper()
	for _, r := range shown {
		if r < 0x20 && r != '\n' || r >= 0x7f && r < 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069 || r >= 0xe0000 && r < 0xe1000 {
			t.Errorf("%.100q: the text holds %q", text, r)
			return
		}
	}
}
