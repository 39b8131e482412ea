//go:build vm

package vmtest

import (
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// bootTime is the most that a start of the installed system may take. A disk that does not start hangs in the firmware.
const bootTime = 4 * time.Minute

// passphrasePrompt is cryptsetup's own.
var passphrasePrompt = regexp.MustCompile(`Enter passphrase for /dev/disk/by-uuid/[-0-9a-f]+: `)

// start boots an installed disk and gives what came from its serial port, and what it wrote of itself. vars are the UEFI
// variables; more disks may be there. What takes long and does not change between starts is looked at in the first.
func (w wish) start(t *testing.T, folder, title string, first bool, tree *tree, vars string, drives ...drive) (string, facts) {
	t.Helper()
	share := newShare(t, filepath.Join(folder, title))
	put(t, fmt.Sprintf("user=%s\nhost=%s\nfirst=%t\n", w.owner(), w.Host.Name, first), share, "case.env")
	for user, password := range w.passwords {
		put(t, password, share, "passwords", user)
	}
	out := newOut(t, folder, title+"-out")
	m := machine{memory: 2048, vars: vars, drives: append(drives, tree.medium()), share: share, out: out}
	var prompt *regexp.Regexp
	if w.luks {
		prompt = passphrasePrompt
	}
	said := m.run(t, title, bootTime, prompt, w.passphrase)
	keepFolder(t, title+"-out", out)
	return said, facts{t, filepath.Join(out, "facts")}
}

// wellStarted tells whether everything that the system's tables ask for was found.
func wellStarted(said string) bool {
	return !strings.Contains(said, "BOOT FAILED") && strings.Contains(said, "BOOTED EXIT 0")
}
