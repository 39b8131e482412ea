package session_test

import (
	"os/exec"
	"strings"
	"testing"

	"lethe/app/session"
	"lethe/engine/command"
)

// TestWrappedCommandsAreTheSame lets a shell read commands before and after they are wrapped.
func TestWrappedCommandsAreTheSame(t *testing.T) {
	words := func(line string) string {
		t.Helper()
		out, err := exec.Command("/bin/sh", "-c", "args() { for a in \"$@\"; do printf '<%s>\\n' \"$a\"; done; }\n"+strings.Replace(line, "cryptsetup", "args", 1)).CombinedOutput()
		if err != nil {
			t.Fatalf("%v: %s\n%s", err, out, line)
		}
		return string(out)
	}
	for _, args := range [][]string{
		{"luksFormat"},
		{"luksFormat", "--type", "luks2", "--cipher", "aes-xts-plain64", "--key-size", "512", "--uuid", "0b1fb1ec-2b2c-4d8e-9b3d-2f0b9a0f0f00", "/dev/nvme0n1p3"},
		{"a b  c", "it's", `back\slash`, `\`, "", " ", "'", "--label", "two  spaces here", "/tmp/a long path with spaces/and-a-very-long-name-that-does-not-fit/disk.img"},
	} {
		line := command.New("cryptsetup", args...).Shell()
		for _, columns := range []int{1, 20, 48, 500} {
			wrapped := session.WrapCommand(line, columns)
			if got, want := words(wrapped), words(line); got != want {
				t.Errorf("at %d columns\n%s\nis\n%s\nand not\n%s", columns, wrapped, got, want)
			}
		}
	}
	long := command.New("cryptsetup", "luksFormat", "--type", "luks2", "--pbkdf", "argon2id", "--key-file=-", "/dev/sda3").Shell()
	if got := session.Widest(session.WrapCommand(long, 30)); got > 30 || got < 20 {
		t.Errorf("lines of %d characters", got)
	}
	if got := session.WrapCommand(long, 30); !strings.Contains(got, "--type luks2") || !strings.Contains(got, "--pbkdf argon2id") {
		t.Errorf("options are apart from their values:\n%s", got)
	}
	if text := command.WriteFile("/a/b", strings.Repeat("long ", 40)).Shell(); session.WrapCommand(text, 30) != text {
		t.Error("the text of a file was wrapped")
	}
}
