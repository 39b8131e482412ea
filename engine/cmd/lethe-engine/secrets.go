package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"lethe/engine/command"
	"lethe/engine/plan"
	"lethe/engine/secret"
)

// secretFlags say where secrets are read from; what is not named is asked for at the terminal.
type secretFlags struct {
	passphraseFile string
	passphraseFD   int
	passwordFiles  []string
}

// bind adds the flags to a command.
func (f *secretFlags) bind(c *cobra.Command) {
	f.bindPassphrase(c)
	c.Flags().StringArrayVar(&f.passwordFiles, "password-file", nil, "read a user's password from a file instead of asking: `USER=FILE` (can be given again)")
}

// bindPassphrase adds those that are about the disk only.
func (f *secretFlags) bindPassphrase(c *cobra.Command) {
	flags := c.Flags()
	flags.StringVar(&f.passphraseFile, "passphrase-file", "", "read the passphrase from `FILE` (- is standard input) instead of asking")
	flags.IntVar(&f.passphraseFD, "passphrase-fd", -1, "read the passphrase from the open file descriptor `N` instead of asking")
	flags.Lookup("passphrase-fd").DefValue = ""
	c.MarkFlagsMutuallyExclusive("passphrase-file", "passphrase-fd")
}

// gather gets what a plan needs. On an error nothing stays in memory.
func (s streams) gather(ctx context.Context, p plan.Plan, f secretFlags) (_ *secret.Store, err error) {
	store := secret.NewStore()
	defer func() {
		if err != nil {
			store.Wipe()
		}
	}()
	files := map[string]string{}
	for _, pair := range f.passwordFiles {
		user, file, ok := strings.Cut(pair, "=")
		if !ok || user == "" || file == "" {
			return nil, fmt.Errorf("cannot read --password-file %q: give USER=FILE", pair)
		}
		files[plan.PasswordSecret(user)] = file
	}
	for _, name := range p.Secrets {
		var held *secret.Secret
		user, password := strings.CutPrefix(name, plan.PasswordSecret(""))
		switch {
		case name == command.Passphrase && f.passphraseFD >= 0:
			held, err = readDescriptor(f.passphraseFD)
		case name == command.Passphrase:
			held, err = s.passphrase(ctx, f.passphraseFile, true)
		case password:
			held, err = s.password(ctx, user, files[name])
		default:
			err = fmt.Errorf("cannot get secret %q: this program knows none of that name", name)
		}
		if err != nil {
			return nil, err
		}
		store.Put(name, held)
		if name == command.Passphrase && p.Wishes.Repo.Source == "" { // one's own configuration may have another keymap
			err = s.judgePassphrase(held, p.Wishes.WithDefaults().Locale.ConsoleKeymap)
		}
		if err != nil {
			return nil, err
		}
	}
	return store, nil
}

// readDescriptor reads a passphrase from a descriptor that the caller opened.
func readDescriptor(fd int) (*secret.Secret, error) {
	f := os.NewFile(uintptr(fd), "passphrase")
	if f == nil {
		return nil, fmt.Errorf("cannot read passphrase: there is no descriptor %d", fd)
	}
	defer f.Close()
	return secret.Read(f)
}

// password gets a user's password, from a file or from the terminal.
func (s streams) password(ctx context.Context, user, file string) (*secret.Secret, error) {
	if file != "" {
		return secret.ReadPasswordFile(file, s.in)
	}
	return s.askTwice(ctx, "password for "+user, "Password for "+user+": ", (*secret.Secret).CheckPassword)
}
