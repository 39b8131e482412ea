package command_test

import (
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"lethe/engine/command"
)

// shell runs a script with sh and gives what it prints.
func shell(t interface {
	Helper()
	Fatalf(string, ...any)
}, script string,
) string {
	t.Helper()
	cmd := exec.Command("/bin/sh", "-c", script)
	var complaint strings.Builder
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("sh -c %q: %v: %s", script, err, complaint.String())
	}
	return string(out)
}

// echoed sends words through a real shell and back.
func echoed(t interface {
	Helper()
	Fatalf(string, ...any)
}, words []string,
) []string {
	t.Helper()
	script := `printf '%s\0'`
	for _, word := range words {
		script += " " + command.Quote(word)
	}
	return strings.Split(strings.TrimSuffix(shell(t, script), "\x00"), "\x00")
}

var hostile = []string{
	"", " ", "'", "''", `"`, `\`, `\'`, "$(reboot)", "`reboot`", "$HOME", "${IFS}", "a b", "a\nb", "a\n", "\n", "\t", "~", "~root", "*", "?", "[a]",
	"{a,b}", "!", "!!", "#", "a#b", ";", "&", "|", "<", ">", "(", ")", "-n", "--", "=", "a=b", "%s", "%%", "\x1b[31mred\x1b[0m", "\x07", "\r", "é", "名", "\xff\xfe",
	"'; rm -rf / #", "EOF", "a\\", "\u202egnp.exe", "\u2028", "/dev/disk/by-id/x", "+", "@", ",", ":",
}

func TestQuoteSurvivesAShell(t *testing.T) {
	back := echoed(t, hostile)
	if len(back) != len(hostile) {
		t.Fatalf("%d words went in and %d came out", len(hostile), len(back))
	}
	for i := range hostile {
		if back[i] != hostile[i] {
			t.Errorf("%q came back as %q, quoted as %s", hostile[i], back[i], command.Quote(hostile[i]))
		}
	}
}

func TestQuoteSurvivesAShellWhateverTheBytes(t *testing.T) {
	word := rapid.OneOf(
		rapid.Map(rapid.SliceOf(rapid.ByteRange(1, 255)), func(b []byte) string { return string(b) }),
		rapid.Map(rapid.SliceOf(rapid.SampledFrom(hostile)), func(s []string) string { return strings.Join(s, "") }),
	)
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(word, 1, 60).Draw(t, "words")
		back := echoed(t, words)
		if len(back) != len(words) {
			t.Fatalf("%d words went in and %d came out", len(words), len(back))
		}
		for i := range words {
			if back[i] != words[i] {
				t.Fatalf("%q came back as %q", words[i], back[i])
			}
		}
	})
}

func TestQuoteLeavesPlainWordsAlone(t *testing.T) {
	for _, word := range []string{"mkfs.fat", "-F", "--offset=0", "/dev/nvme0n1p1", "GUID:63", "a,b", "50%", "x@y", "a+b"} {
		if got := command.Quote(word); got != word {
			t.Errorf("Quote(%q) = %s", word, got)
		}
	}
}
