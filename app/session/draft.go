package session

import (
	"fmt"
	"maps"
	"slices"

	"lethe/engine/config"
	"lethe/engine/plan"
	"lethe/engine/quantity"
)

// Draft is what the user has asked for so far. Pages may write to it directly; methods are there for what takes more than that. It
// holds what was chosen even where it has no effect now, so that switching something off and on again loses nothing;
// [State.Wishes] gives what is in effect.
type Draft struct {
	// Wishes has an empty Disk.Target here; [State.Select] chooses the disk. Add and remove users by [State.AddUser] and [State.RemoveUser].
	Wishes config.Config
	// Image is the size of the virtual disk of a rehearsal.
	Image quantity.Bytes
	// Sector is its sector size, 512 or 4096.
	Sector quantity.SectorSize
	// Passphrase is about the passphrase of the encryption.
	Passphrase Typed
	// Accounts has one entry for each of Wishes.Users, in the same order.
	Accounts []Account
	// Sizes holds what was typed as a size and is none yet, by field.
	Sizes map[string]string
	// Missed holds what was typed into a field that has a list and is not on it, by field.
	Missed map[string]string

	placed placed
}

// Typed is what the session knows of a secret. The secret itself is in the secret.Store of the main program.
type Typed struct {
	// First and Second tell that there is something in the first and in the second entry.
	First, Second bool
	// Same tells that both entries hold the same.
	Same bool
	// Score is the strength, from 0 (guessed at once) to 4 (very strong).
	Score int
	// Refused says why it cannot be used at all (secret.CheckPassphrase, CheckPassword); empty when it can.
	Refused string
	// Missing tells that nothing is known by which a character of it can be typed on the console with the keymap that is wished for.
	Missing bool
	// Accepted tells that the user can type it there all the same.
	Accepted bool
}

// Ready tells that the secret can be used, and typed where it will be asked for.
func (t Typed) Ready() bool {
	return t.First && t.Second && t.Same && t.Refused == "" && (!t.Missing || t.Accepted)
}

// Half tells that it was typed once and not yet the same a second time, as everybody's is for a moment.
func (t Typed) Half() bool { return t.First && !t.Second && t.Refused == "" }

// Account is what the session knows of a user besides the wishes.
type Account struct {
	// ID names the user's password in the main program's store while the user's own name may still change. It is never reused.
	ID       string
	Password Typed

	made string // the name that was made of the full name
}

// PassphraseID names the passphrase in the main program's store and in a plan alike.
const PassphraseID = "passphrase"

// AddUser adds a user without a name; the first one is an administrator.
func (s *State) AddUser() {
	s.users++
	s.Draft.Wishes.Users = append(s.Draft.Wishes.Users, config.User{Admin: len(s.Draft.Wishes.Users) == 0})
	s.Draft.Accounts = append(s.Draft.Accounts, Account{ID: fmt.Sprintf("user-%d", s.users)})
}

// RemoveUser removes a user and gives the ID whose password the main program must forget; "" when there is no such user.
func (s *State) RemoveUser(index int) string {
	if index < 0 || index >= len(s.Draft.Accounts) || index >= len(s.Draft.Wishes.Users) {
		return ""
	}
	id := s.Draft.Accounts[index].ID
	s.Draft.Accounts = slices.Delete(slices.Clone(s.Draft.Accounts), index, index+1)
	s.Draft.Wishes.Users = slices.Delete(slices.Clone(s.Draft.Wishes.Users), index, index+1)
	return id
}

// Wishes is what is in effect of the draft: the chosen disk is in it, and what depends on something that is switched off is not.
func (s *State) Wishes() config.Config {
	w := s.Draft.Wishes
	w.Version = config.Version
	w.Users = slices.Clone(w.Users)
	for i := range w.Users {
		w.Users[i].AuthorizedKeys = slices.Clone(w.Users[i].AuthorizedKeys)
	}
	for _, list := range []*[]string{
		&w.Persistence.Directories, &w.Persistence.Files, &w.Persistence.HomeDirectories, &w.Persistence.HomeFiles,
	} {
		*list = slices.Clone(*list) // so that a page that edits a list in place does not edit a plan
	}
	w.Disk.Target = ""
	if disk, ok := s.Selected(); ok && !s.Rehearsal {
		w.Disk.Target = disk.Path
	}
	if !w.Encryption.Enable {
		w.Encryption.AllowDiscards, w.Swap.KeepPlain = false, false
	}
	if w.SwapMode() == config.SwapNone {
		w.Swap.Size = 0
	}
	if w.Desktop.Environment == "none" {
		w.Services.Steam = false
	}
	if w.Repo.Source == "" {
		w.Repo = config.Repo{}
	}
	return w
}

// Secret is one secret that the plan needs, and where the main program has it.
type Secret struct {
	Plan string // name in the plan
	ID   string // name in the main program's store
}

// Secrets lists the secrets that a run of the present wishes needs.
func (s *State) Secrets() []Secret {
	var list []Secret
	if s.Plan != nil && s.Plan.Continues {
		for _, name := range s.Plan.Secrets {
			list = append(list, Secret{Plan: name, ID: PassphraseID}) // nothing else is needed
		}
		return list
	}
	if s.Draft.Wishes.Encryption.Enable {
		list = append(list, Secret{Plan: PassphraseID, ID: PassphraseID})
	}
	if s.Rehearsal {
		return list
	}
	for i, u := range s.Draft.Wishes.Users {
		list = append(list, Secret{Plan: plan.PasswordSecret(u.Name), ID: s.account(i).ID})
	}
	return list
}

// account is the account of a user; the zero one when a page forgot it.
func (s *State) account(index int) Account {
	if index < len(s.Draft.Accounts) {
		return s.Draft.Accounts[index]
	}
	return Account{}
}

// remember keeps a text that is no size, or forgets it.
func (d *Draft) remember(field, text string) { d.Sizes = noted(d.Sizes, field, text) }

// Miss keeps a text that is not on the list of a field, or forgets it.
func (d *Draft) Miss(field, text string) { d.Missed = noted(d.Missed, field, text) }

// noted is texts with another one for a field, or none.
func noted(texts map[string]string, field, text string) map[string]string {
	texts = maps.Clone(texts)
	if texts == nil {
		texts = map[string]string{}
	}
	delete(texts, field)
	if text != "" {
		texts[field] = text
	}
	return texts
}
