package session

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"lethe/engine/config"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/layout"
	"lethe/engine/quantity"
)

// Problem is something that a page has to say about one of its fields.
type Problem struct {
	// Field is the key of the wish as in the file ("host.name", "users[1].name", "swap.size"), or one of the Field constants.
	Field string
	Says  Text
	// Blocks stops Next; otherwise it is a warning.
	Blocks bool
}

// Fields that are no wish.
const (
	FieldDisk       = "disk.target"
	FieldImage      = "image.size"
	FieldLayout     = "layout"
	FieldPassphrase = "passphrase"
	FieldUsers      = "users"
	FieldMachine    = "machine"
	FieldPlan       = "plan"
	FieldConsent    = "consent"
	FieldRun        = "run"
	FieldESP        = "disk.esp"
	FieldSwap       = "swap.size"
	FieldSwapMode   = "swap.mode"
)

// FieldPassword is the field of a user's password.
func FieldPassword(user int) string { return fmt.Sprintf("users[%d].password", user) }

// Problems lists everything that a page has to say, what stops Next and what does not, in the order of its fields.
func (s *State) Problems(p Page) []Problem {
	list := s.wishProblems(p)
	switch p {
	case PagePreflight:
		list = append(list, s.machineProblems()...)
	case PageDisk:
		list = append(list, s.diskProblems()...)
	case PageLayout:
		list = append(list, s.layoutProblems(len(list) > 0)...)
	case PageEncryption:
		if s.Draft.Wishes.Encryption.Enable {
			list = append(list, s.passphraseProblems()...)
		}
	case PageAccount:
		list = append(list, s.accountProblems(len(list) > 0)...)
	case PageSystem:
		list = append(list, s.systemProblems()...)
	case PageReview:
		list = append(list, s.reviewProblems()...)
	case PageInstall:
		list = append(list, s.runProblems()...)
	}
	return list
}

// pageOf is the page on which a wish is made.
func pageOf(key string) Page {
	for _, part := range []struct {
		prefix string
		page   Page
	}{
		{"locale.", PageWelcome},
		{"disk.target", PageDisk},
		{"disk.", PageLayout},
		{"swap.", PageLayout},
		{"encryption.", PageEncryption},
		{"host.", PageAccount},
		{"users", PageAccount},
	} {
		if strings.HasPrefix(key, part.prefix) {
			return part.page
		}
	}
	return PageSystem
}

// wishProblems are what config.Validate has to say about the wishes of a page, and texts that are no size.
func (s *State) wishProblems(p Page) []Problem {
	var list []Problem
	for _, field := range []string{FieldImage, FieldESP, FieldSwap} {
		if fieldPage(field) != p || !s.sizeMatters(field) {
			continue
		}
		if says := s.sizeProblem(field); !says.Empty() {
			list = append(list, Problem{field, says, true})
		}
	}
	for _, field := range slices.Sorted(maps.Keys(s.Draft.Missed)) {
		if pageOf(field) == p {
			list = append(list, Problem{field, say("“{{.Text}}” is not on the list. Choose what is on it.", "Text", device.Clean(s.Draft.Missed[field])), true})
		}
	}
	for _, found := range config.Problems(s.Wishes().Validate()) {
		if pageOf(found.Key) == p && found.Key != FieldDisk && found.Key != FieldESP && found.Key != FieldSwap {
			list = append(list, Problem{found.Key, s.wishSays(found), true})
		}
	}
	return list
}

func fieldPage(field string) Page {
	if field == FieldImage {
		return PageDisk
	}
	return pageOf(field)
}

// sizeMatters tells that a size which cannot be read would be used.
func (s *State) sizeMatters(field string) bool {
	switch field {
	case FieldImage:
		return s.Rehearsal
	case FieldSwap:
		return s.Draft.Wishes.SwapMode() != config.SwapNone
	}
	return true
}

// wishSays puts a problem of the wishes into words for somebody who sees a field and no file.
func (s *State) wishSays(p config.Problem) Text {
	switch {
	case p.Key == FieldSwapMode && s.Draft.Wishes.Encryption.Enable:
		return say("Plain swap beside encryption has to be accepted. Accept it above, or choose another kind of swap.")
	case strings.HasSuffix(p.Key, "].name") && p.Value == "":
		return say("Type a user name.")
	case strings.HasPrefix(p.Key, "persistence."):
		return s.pathSays(p)
	}
	return causeAndNext(p)
}

// causeAndNext is what the wishes' own check says.
func causeAndNext(p config.Problem) Text {
	cause := Phrased(p.Cause.Error())
	if p.Next == "" {
		return cause
	}
	return Text{Form: "{{.Cause}} {{.Next}}", Parts: map[string]Text{"Cause": cause, "Next": Phrased(p.Next)}}
}

// machineProblems are the bad lines of the preflight. A rehearsal writes to no disk and starts no system, so nothing stops it.
func (s *State) machineProblems() []Problem {
	var list []Problem
	for _, line := range s.Preflight() {
		if line.Status == StatusBad {
			list = append(list, Problem{FieldMachine, line.Says, !s.Rehearsal})
		}
	}
	return list
}

// layoutProblems is what stops the layout once every size is one.
func (s *State) layoutProblems(known bool) []Problem {
	if _, ok := s.Target(); !ok || known || s.blocked(PageDisk) {
		return nil
	}
	var list []Problem
	l, err := s.Preview()
	if says := s.tooMuch(); err != nil && !says.Empty() {
		return append(list, Problem{FieldLayout, says, true})
	}
	if err != nil {
		return append(list, Problem{FieldLayout, Phrased(err.Error()), true})
	}
	if w := s.Wishes(); w.Swap.Size > 0 && w.Swap.Size < sparseSwap && w.SwapMode() != config.SwapNone {
		list = append(list, Problem{FieldSwap, say("Swap of {{.Size}} hardly helps when memory runs out. Give it {{.Least}} or more, or choose no swap.", "Size", w.Swap.Size.Human(), "Least", sparseSwap.Human()), false})
	}
	for _, note := range l.Notes {
		list = append(list, Problem{FieldLayout, Phrase(note), false})
	}
	return list
}

// sparseSwap is below what swap is of no use to a system that builds itself.
const sparseSwap = quantity.GiB

// passphraseProblems is what is missing of a passphrase.
func (s *State) passphraseProblems() []Problem {
	t := s.Draft.Passphrase
	switch {
	case !t.First:
		return []Problem{{FieldPassphrase, say("Type a passphrase."), true}}
	case t.Refused != "":
		return []Problem{{FieldPassphrase, Phrased(t.Refused), true}}
	case t.Missing && !t.Accepted:
		return []Problem{{FieldPassphrase, say("The keymap {{.Keymap}} of the boot prompt has no key that is known here for some character of this passphrase: you could be locked out. Choose another passphrase, or another keyboard on the first page, or say below that you can type it there.", "Keymap", s.keymap()), s.Draft.Wishes.Repo.Source == ""}} // one's own configuration may have another
	case !t.Second:
		return []Problem{{FieldPassphrase, say("Type the passphrase a second time."), true}}
	case !t.Same:
		return []Problem{{FieldPassphrase, say("The two passphrases differ. Type the same one twice."), true}}
	case t.Score < weak:
		return []Problem{{FieldPassphrase, say("This passphrase is easily guessed. A few unrelated words make a better one."), false}}
	}
	return nil
}

// keymap is that of the boot prompt and of the text console.
func (s *State) keymap() string { return s.Draft.Wishes.WithDefaults().Locale.ConsoleKeymap }

// weak is the score below which a secret is warned about.
const weak = 2

// accountProblems is about users: passwords, and whether anybody could log in. A rehearsal needs no password.
func (s *State) accountProblems(known bool) []Problem {
	var list []Problem
	w := s.Wishes()
	var ways flake.Ways
	for i, u := range w.Users {
		ways.Passwords = append(ways.Passwords, u.Name)
		list = append(list, s.passwordProblems(i)...)
	}
	if known {
		return list
	}
	for _, f := range flake.CheckLogin(w, ways) {
		list = append(list, Problem{FieldUsers, Phrased(f.Says), f.Severity == flake.Refuse})
	}
	return list
}

func (s *State) passwordProblems(user int) []Problem {
	t, field := s.account(user).Password, FieldPassword(user)
	needed := !s.Rehearsal
	switch {
	case !t.First && !t.Second && !needed:
		return nil
	case !t.First:
		return []Problem{{field, say("Type a password."), needed}}
	case t.Refused != "":
		return []Problem{{field, Phrased(t.Refused), true}}
	case !t.Second:
		return []Problem{{field, say("Type the password a second time."), true}}
	case !t.Same:
		return []Problem{{field, say("The two passwords differ. Type the same one twice."), true}}
	case t.Missing:
		return []Problem{{field, say("The keymap {{.Keymap}} of the text console has no key that is known here for some character of this password.", "Keymap", s.keymap()), false}}
	case t.Score < weak:
		return []Problem{{field, say("This password is easily guessed."), false}}
	}
	return nil
}

// systemProblems are what the lint says about what is kept.
func (s *State) systemProblems() []Problem {
	w := s.Wishes()
	if w.Repo.Source != "" {
		return nil // one's own configuration is judged by Nix when the plan is made
	}
	kept, err := flake.PersistenceFor(w)
	if err != nil {
		return []Problem{{"persistence", Phrased(err.Error()), true}}
	}
	var list []Problem
	for _, f := range flake.Lint(w, kept, true) {
		list = append(list, Problem{"persistence", Phrased(f.Says), f.Severity == flake.Refuse && !s.Rehearsal})
	}
	return list
}

// imageProblem is what is wrong with the size of the virtual disk.
func imageProblem(size quantity.Bytes) []Problem {
	switch {
	case size < layout.LeastDisk:
		return []Problem{{FieldImage, say("A virtual disk needs at least {{.Least}}.", "Least", layout.LeastDisk.Human()), true}}
	case size > mostImage:
		return []Problem{{FieldImage, say("A virtual disk can have {{.Most}} at most.", "Most", mostImage.Human()), true}}
	}
	return nil
}

// mostImage is the largest virtual disk: ext4 keeps sparse files up to 16 TiB.
const mostImage = 15 * quantity.TiB

// runProblems is what keeps the last page closed.
func (s *State) runProblems() []Problem {
	switch s.Run.Outcome {
	case OutcomeDone:
		return nil
	case OutcomeFailed, OutcomeCancelled:
		return []Problem{{FieldRun, say("The installation did not finish."), true}}
	}
	return []Problem{{FieldRun, say("The installation has not finished yet."), true}}
}
