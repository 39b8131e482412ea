package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"lethe/engine/command"
	"lethe/engine/secret"
)

// passphrase gets the disk's passphrase: from a file, from standard input (-), or from the terminal without echo, typed
// twice when it is new.
func (s streams) passphrase(ctx context.Context, file string, isNew bool) (*secret.Secret, error) {
	if file != "" {
		return secret.ReadFile(file, s.in)
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for the passphrase: there is no terminal (%w); give it with --passphrase-file FILE (- is standard input)", err)
	}
	defer tty.Close()
	first, err := ask(ctx, tty, "Passphrase for the disk: ")
	if err != nil || !isNew {
		return first, err
	}
	if err := first.CheckPassphrase(); err != nil {
		return nil, err
	}
	second, err := ask(ctx, tty, "The same again: ")
	if err != nil {
		return nil, err
	}
	defer second.Wipe()
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		first.Wipe()
		return nil, errors.New("cannot use passphrase: the two differ; nothing was changed")
	}
	if !first.ASCII() {
		fmt.Fprintln(s.err, "Note: the passphrase holds letters beyond ASCII. The boot prompt has its own keyboard layout; make sure that you can type it there.")
	}
	return first, nil
}

// ask reads one line without echo. A cancel puts the terminal back as it was.
func ask(ctx context.Context, tty *os.File, prompt string) (*secret.Secret, error) {
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for the passphrase: %w", err)
	}
	fmt.Fprint(tty, prompt)
	type answer struct {
		text []byte
		err  error
	}
	answers := make(chan answer, 1)
	go func() {
		text, err := term.ReadPassword(fd)
		answers <- answer{text, err}
	}()
	select {
	case a := <-answers:
		fmt.Fprintln(tty)
		if a.err != nil {
			return nil, fmt.Errorf("cannot read passphrase: %w", a.err)
		}
		return secret.New(a.text), nil
	case <-ctx.Done():
		fmt.Fprintln(tty)
		return nil, &coded{exitCancelled, errors.Join(errors.New("cancelled; nothing was written"), term.Restore(fd, before))}
	}
}

// secrets gathers what a plan needs.
func (s streams) secrets(ctx context.Context, names []string, file string) (*secret.Store, error) {
	store := secret.NewStore()
	for _, name := range names {
		if name != command.Passphrase {
			return nil, fmt.Errorf("cannot get secret %q: this program knows none of that name", name)
		}
		p, err := s.passphrase(ctx, file, true)
		if err != nil {
			return nil, err
		}
		store.Put(name, p)
	}
	return store, nil
}
