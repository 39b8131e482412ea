package engine

import (
	"context"
	"crypto/rand"
	"errors"
	"os"

	"lethe/engine/command"
	"lethe/engine/device"
	"lethe/engine/flake"
	"lethe/engine/key"
	"lethe/engine/plan"
	"lethe/engine/secret"
	"lethe/engine/tool"
)

// NewLocal is this machine with what is prepared for one installation at a time. Whoever made it calls [Local.Close] in the end.
func NewLocal() Local {
	hash := func(password []byte) ([]byte, error) { return flake.HashPassword(password, rand.Reader) }
	return Local{ahead: key.NewKeeper(tool.Exec{}), logins: key.NewLogins(hash)}
}

// Close overwrites what was prepared and not used.
func (l Local) Close() {
	l.ahead.Discard()
	l.logins.Discard()
}

// Prepare begins to make the LUKS2 header for a plan in memory, with the key derived from the passphrase, and then the hashes of the passwords
// that are there; see package key. It reads and writes no disk. What was prepared for another plan, passphrase or password is overwritten. A plan
// without encryption, and one that continues, need nothing.
func (l Local) Prepare(_ context.Context, p plan.Plan, secrets *secret.Store) error {
	if l.ahead == nil || os.Geteuid() != 0 || p.Target.Kind != device.KindDisk {
		return errors.New("cannot derive the key ahead of the installation: only the root side can, for a disk of this machine")
	}
	if p.Layout.LUKS == nil || p.Continues {
		l.Close()
		return nil
	}
	passphrase, ok := secrets.Get(command.Passphrase)
	if !ok {
		return errors.New("cannot derive the key ahead of the installation: the passphrase was not given")
	}
	if err := passphrase.CheckPassphrase(); err != nil {
		return err
	}
	if err := l.ahead.Begin(p, passphrase); err != nil {
		return err
	}
	for _, u := range p.Wishes.Users {
		if password, ok := secrets.Get(plan.PasswordSecret(u.Name)); ok {
			if err := l.logins.Begin(u.Name, password, l.ahead.Ended()); err != nil {
				return err
			}
		}
	}
	return nil
}

// prepared is the header for a plan whose installation begins now: the one that was prepared, or one that is begun at once, so that
// the derivation runs beside the steps that come before the encryption. Nil means that luksFormat is run in its place.
func (l Local) prepared(p plan.Plan, secrets *secret.Store) *key.Work {
	passphrase, ok := secrets.Get(command.Passphrase)
	if l.ahead == nil || !ok || p.Layout.LUKS == nil || p.Continues {
		l.Close()
		return nil
	}
	work := l.ahead.Take(p, passphrase)
	if work == nil && l.ahead.Begin(p, passphrase) == nil {
		work = l.ahead.Take(p, passphrase)
	}
	if work != nil {
		work.Hurry()
	}
	return work
}
