package command_test

import (
	"strings"
	"testing"

	"lethe/engine/command"
)

func TestShell(t *testing.T) {
	for _, row := range []struct {
		name string
		give command.Command
		want string
	}{
		{"plain", command.New("sgdisk", "--verify", "/tmp/a"), "sgdisk --verify /tmp/a"},
		{"no arguments", command.New("true"), "true"},
		{"quoted", command.New("mkfs.ext4", "-L", "it's"), `mkfs.ext4 -L 'it'\''s'`},
		{"a name is quoted too", command.New("rm -rf /;"), "'rm -rf /;'"},
		{"environment", command.Command{Name: "parted", Args: []string{"x"}, Env: []string{"A=4096", "B=a b"}}, "A=4096 B='a b' parted x"},
		{"secret asked for by the program", command.TestPassphrase("/tmp/a"), "cryptsetup open --type luks2 --test-passphrase /tmp/a"},
		{"key file stays without a secret", command.New("x", "--key-file=-", "--batch-mode"), "x --key-file=- --batch-mode"},
		{"input", command.Command{Name: "cat", Input: "one\ntwo\n"}, "cat <<'EOF'\none\ntwo\nEOF"},
		{"input without an end", command.Command{Name: "cat", Input: "one"}, "cat <<'EOF'\none\nEOF"},
		{"input that holds the mark", command.Command{Name: "cat", Input: "EOF\nreboot\nEOFF\n"}, "cat <<'EOFFF'\nEOF\nreboot\nEOFF\nEOFFF"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := row.give.Shell(); got != row.want {
				t.Errorf("got\n%s\nwant\n%s", got, row.want)
			}
		})
	}
}

func TestShellCarriesInputUnchanged(t *testing.T) {
	for _, input := range []string{"a\n", "$(reboot)\n`x`\n\\\n", "EOF\n", "x\nEOF\nEOFF\n", "\n", "  lead\n\ttab\n", "'\"\n"} {
		if got := shell(t, command.Command{Name: "cat", Input: input}.Shell()); got != input {
			t.Errorf("%q arrived as %q", input, got)
		}
	}
}

func TestNoCommandHoldsASecret(t *testing.T) {
	for _, c := range []command.Command{
		command.FormatLUKS("/x", command.Container{SectorSize: 512}), command.OpenLUKS("/x", "crypted"), command.TestPassphrase("/x"),
	} {
		if c.Secret != command.Passphrase || c.Input != "" || len(c.Env) != 0 {
			t.Errorf("%s: secret %q, input %q, environment %q", c.Name, c.Secret, c.Input, c.Env)
		}
		if !strings.Contains(strings.Join(c.Args, " "), "--key-file=-") {
			t.Errorf("%q does not read its key from the pipe", c.Args)
		}
	}
}
