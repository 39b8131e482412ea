package step

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"lethe/engine/plan"
	"lethe/engine/tool"
	"lethe/engine/tool/tooltest"
)

// FuzzRecord releases what a record of anything names. Only what a run takes is ever let go of, by names that no program takes for an
// option.
func FuzzRecord(f *testing.F) {
	for _, seed := range []string{
		`[{"kind":"tree","name":"/mnt"},{"kind":"mapper","name":"crypted"},{"kind":"zram","name":"/dev/zram0"},{"kind":"folder","name":"/mnt/nix/.lethe-tmp"}]`,
		`[{"kind":"tree","name":"/"}]`, `[{"kind":"mapper","name":"--deferred"}]`, `[{"kind":"mapper","name":"../control"}]`, `[{"kind":"mapper","name":".."}]`,
		`[{"kind":"folder","name":"/home"}]`, `[{"kind":"zram","name":"/dev/sda"}]`, `[{"kind":"\u001b[2J","name":"$(reboot)"}]`, `null`, `{}`, ``,
	} {
		f.Add([]byte(seed))
	}
	plain := regexp.MustCompile(`^(close [A-Za-z0-9_][A-Za-z0-9_.+-]*|/mnt|--reset /dev/zram[0-9]+|/dev/zram[0-9]+|settle.*)$`)
	f.Fuzz(func(t *testing.T, text []byte) {
		root := t.TempDir()
		record := filepath.Join(root, "held.json")
		if err := os.WriteFile(record, text, 0o600); err != nil {
			t.Fatal(err)
		}
		keep := filepath.Join(root, "home", "ada")
		if err := os.MkdirAll(keep, 0o700); err != nil {
			t.Fatal(err)
		}
		tools := tooltest.New().On(func(_ context.Context, call tool.Call) (tool.Result, error) {
			if line := strings.Join(call.Command.Args, " "); !plain.MatchString(line) {
				t.Errorf("%s %s for %s", call.Command.Name, line, text)
			}
			return tool.Result{}, nil
		}, "umount", "cryptsetup", "zramctl", "swapoff", "udevadm")
		m := &Machine{
			Chroot: root, Tools: tools, Record: record,
			Mounts: func(below string) ([]string, error) { return []string{plan.Root}, nil },
			Opened: func(string) (bool, error) { return true, nil },
		}
		if _, err := m.ReleaseLeftovers(t.Context()); err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) {
			t.Errorf("%q", err)
		}
		if _, err := os.Stat(keep); err != nil {
			t.Errorf("%s removed what is the user's: %v", text, err)
		}
	})
}

// FuzzLookup finds the number of a name in a passwd file that holds anything.
func FuzzLookup(f *testing.F) {
	f.Add([]byte("root:x:0:0:System administrator:/root:/bin/sh\nsshd:x:993:992::/var/empty:/bin/nologin\n"), "sshd")
	f.Add([]byte("sshd:x:-5:\nsshd:x:99999999999999999999:\n:::\nsshd"), "sshd")
	f.Add([]byte("a:x:4294967295:"), "a")
	f.Fuzz(func(t *testing.T, text []byte, name string) {
		path := filepath.Join(t.TempDir(), "passwd")
		if err := os.WriteFile(path, text, 0o600); err != nil {
			t.Fatal(err)
		}
		id, err := lookup(path, name)
		if err != nil {
			return
		}
		if id < -1 || id > 1<<32-2 || id > 0 && !strings.Contains(string(text), strconv.Itoa(id)) {
			t.Errorf("%q has the number %d in %q", name, id, text)
		}
	})
}
