package step

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// passwords writes the hashes that people log in with.
type passwords struct{}

// Do hashes each password and writes it where the configuration looks for it. The hash passes no log and no other program.
func (*passwords) Do(ctx context.Context, e *Env) error {
	for _, u := range e.Plan.Wishes.Users {
		if err := context.Cause(ctx); err != nil {
			return err
		}
		held, ok := e.Secrets.Get(plan.PasswordSecret(u.Name))
		if !ok {
			return fmt.Errorf("cannot write the password of %s: it was not given", u.Name)
		}
		hash, err := e.hash(u.Name, held)
		if err != nil {
			return err
		}
		path := plan.PasswordPath(u.Name)
		err = e.makeFolder(filepath.Dir(path), 0o700)
		if err == nil {
			err = hash.Use(func(text []byte) error { return writeHash(e.Machine.path(path), text) })
		}
		hash.Wipe()
		if err != nil {
			return fmt.Errorf("cannot write the password of %s: %w", u.Name, err)
		}
		e.Log("Wrote the password hash of %s.", u.Name)
	}
	return nil
}

// hash is the one that was made ahead for exactly this password, or is made now.
func (e *Env) hash(user string, password *secret.Secret) (*secret.Secret, error) {
	if ahead := e.Logins.Take(user, password); ahead != nil {
		return ahead, nil
	}
	var hash []byte
	var err error
	secret.Shield(func() { hash, err = flake.HashPassword(password.Bytes(), rand.Reader) })
	if err != nil {
		return nil, err
	}
	return secret.New(hash), nil
}

// writeHash makes a new file that only root can read, and waits until it is on the disk: without it nobody can log in.
func writeHash(path string, hash []byte) error {
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL|unix.O_NOFOLLOW, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(hash)
	if err == nil {
		_, err = f.WriteString("\n")
	}
	if err == nil {
		err = f.Sync()
	}
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

// Undo leaves the hashes on the unfinished disk, which nobody but root can read.
func (*passwords) Undo(context.Context, *Env) error { return nil }
