package verify

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"

	"golang.org/x/sys/unix"

	"lethe/engine/flake"
	"lethe/engine/secret"
)

// mostHash bounds a file with a password's hash; a yescrypt hash has some 75 characters.
const mostHash = 512

// errNotCompared tells that nobody typed a password to compare with.
var errNotCompared = errors.New("its hash was compared with no password: none was given")

// passwordsJob looks at the files that users will log in with.
func passwordsJob(ctx context.Context, in Input) []Check {
	m := in.Mounted
	var checks []Check
	if len(m.Users) > 0 {
		checks = append(checks, judge(ctx, "folder of the passwords", "lethe", func() (string, error) {
			folder := path.Dir(flake.PasswordFile(m.Users[0].Name))
			return folder + " is root's, mode 0700", owned(m.path(folder), fs.ModeDir|0o700)
		}))
	}
	for _, user := range m.Users {
		check := judge(ctx, "password of "+user.Name, "yescrypt", func() (string, error) {
			return "the typed one, as a yescrypt hash in a file of root's, mode 0600", m.password(user)
		})
		if user.Password == nil && check.Status == Failed && check.Detail == errNotCompared.Error() {
			check.Status = NotRehearsed
		}
		checks = append(checks, check)
	}
	return checks
}

// password compares a user's file with the password. No error quotes what is in the file.
func (m *Mounted) password(user User) error {
	name := m.path(flake.PasswordFile(user.Name))
	if err := owned(name, 0o600); err != nil {
		return err
	}
	hash, err := readHash(name)
	switch {
	case err != nil:
		return err
	case user.Password == nil:
		return errNotCompared
	}
	fits := false
	secret.Shield(func() { fits = flake.CheckPassword(user.Password.Bytes(), hash) })
	if !fits {
		return errors.New("its hash does not belong to the typed password")
	}
	return nil
}

// readHash reads the one line of a password file.
func readHash(name string) ([]byte, error) {
	f, err := os.OpenFile(name, os.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot read it: %w", err)
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, mostHash+1))
	if err != nil {
		return nil, fmt.Errorf("cannot read it: %w", err)
	}
	hash := bytes.TrimSuffix(text, []byte("\n"))
	switch {
	case len(text) > mostHash, bytes.ContainsAny(hash, "\n\r"):
		return nil, errors.New("it holds more than one hash")
	case !bytes.HasPrefix(hash, []byte("$y$")):
		return nil, errors.New("it holds no yescrypt hash")
	}
	return hash, nil
}
