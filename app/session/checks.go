package session

import (
	"cmp"
	"slices"
	"strings"
)

// Check is one result of the verification.
type Check struct {
	Name   string
	Status CheckStatus
	Detail string
}

// CheckStatus is the result of a check, in the engine's words.
type CheckStatus string

// The results of a check.
const (
	CheckPassed       CheckStatus = "passed"
	CheckFailed       CheckStatus = "failed"
	CheckNotRehearsed CheckStatus = "not rehearsed"
)

// subjects are how the names of checks begin, from the table inwards to what boots. The engine checks side by side and tells each
// result when it has it, so the same checks come in another order every time.
var subjects = []string{
	"partition table", "table consistency", "both copies of the table", "alignment of",
	"EFI system partition", "swap", "LUKS", "passphrase", "nix file system", "mount of",
	"NixOS configuration", "syntax of the configuration", "owner of the configuration", "installed system", "mark of a NixOS system",
	"folder of the passwords", "password of", "boot loader", "boot entries", "default boot entry", "boot entry of the firmware", "stale entries",
}

// subject is the place of a check among the subjects, behind all of them when it is about something else.
func (c Check) subject() int {
	at := slices.IndexFunc(subjects, func(s string) bool { return strings.HasPrefix(c.Name, s) })
	if at < 0 {
		return len(subjects)
	}
	return at
}

// check adds a result in its place.
func (r *Run) check(c Check) {
	r.Checks = append(r.Checks, c)
	slices.SortStableFunc(r.Checks, func(a, b Check) int {
		return cmp.Or(cmp.Compare(a.subject(), b.subject()), cmp.Compare(a.Name, b.Name))
	})
}
