package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/term"

	"lethe/engine/keyboard"
	"lethe/engine/secret"
)

// passphrase gets the disk's passphrase: from a file, from standard input (-), or from the terminal without echo, typed
// twice when it is new.
func (s streams) passphrase(ctx context.Context, file string, isNew bool) (*secret.Secret, error) {
	if file != "" {
		return secret.ReadFile(file, s.in)
	}
	if !isNew {
		return s.askOnce(ctx, "passphrase", "Passphrase for the disk: ")
	}
	return s.askTwice(ctx, "passphrase", "Passphrase for the disk: ", (*secret.Secret).CheckPassphrase)
}

// judgePassphrase refuses a passphrase of ASCII that the boot prompt's keymap has not every character of. Of others it is told: a Compose key, a lock
// or the keymap's own compose lines may give them. So is that keys may be elsewhere than here. It names no character: what is printed may
// be kept.
func (s streams) judgePassphrase(passphrase *secret.Secret, keymap string) error {
	ascii := passphrase.ASCII()
	return passphrase.Use(func(text []byte) error {
		characters := keyboard.Distinct(text)
		defer clear(characters)
		console, err := keyboard.Console(os.DirFS("/"), keymap)
		if err != nil {
			if !ascii {
				fmt.Fprintf(s.err, "Note: the passphrase holds letters beyond ASCII, and the keys of keymap %s are not known here. Make sure that you can type it at the boot prompt.\n", keymap)
			}
			return nil
		}
		if keyboard.Lacks(console, characters) {
			if !ascii {
				fmt.Fprintf(s.err, "Note: keymap %s, which the boot prompt has, has no key that is known here for some character of the passphrase. Make sure that you can type it there, with a dead key, Compose or a lock, or choose another one.\n", keymap)
				return nil
			}
			return fmt.Errorf("cannot use passphrase: keymap %s, which the boot prompt has, does not have every character of it; choose another one, or another locale.console_keymap in the wishes", keymap)
		}
		layouts, origin := keyboard.SessionLayout(os.DirFS("/"), os.Getenv)
		here, err := keyboard.Session(os.DirFS("/"), layouts[0].Name, layouts[0].Variant)
		if err == nil && origin != "" && len(keyboard.Compare(characters, console, here)) > 0 {
			fmt.Fprintf(s.err, "Note: some characters of the passphrase are on other keys at the boot prompt, which has keymap %s, than under the layout %s of this machine's sessions. Make sure that you can type it there.\n", keymap, layouts[0])
		}
		return nil
	})
}

// askOnce asks for something that exists already.
func (s streams) askOnce(ctx context.Context, what, prompt string) (*secret.Secret, error) {
	tty, err := openTerminal(what)
	if err != nil {
		return nil, err
	}
	defer tty.Close()
	return ask(ctx, tty, prompt)
}

// askTwice asks for something new, which must be typed the same way twice.
func (s streams) askTwice(ctx context.Context, what, prompt string, check func(*secret.Secret) error) (*secret.Secret, error) {
	tty, err := openTerminal(what)
	if err != nil {
		return nil, err
	}
	defer tty.Close()
	first, err := ask(ctx, tty, prompt)
	if err != nil {
		return nil, err
	}
	if err := check(first); err != nil {
		first.Wipe()
		return nil, err
	}
	second, err := ask(ctx, tty, "The same again: ")
	if err != nil {
		first.Wipe()
		return nil, err
	}
	defer second.Wipe()
	if !bytes.Equal(first.Bytes(), second.Bytes()) {
		first.Wipe()
		return nil, fmt.Errorf("cannot use %s: the two differ; nothing was changed", what)
	}
	return first, nil
}

// openTerminal opens the terminal that the program was started from.
func openTerminal(what string) (*os.File, error) {
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("cannot ask for the %s: there is no terminal (%w); give it with a file (see --help)", what, err)
	}
	return tty, nil
}

// ask reads one line without echo. A cancel puts the terminal back as it was.
func ask(ctx context.Context, tty *os.File, prompt string) (*secret.Secret, error) {
	fd := int(tty.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return nil, fmt.Errorf("cannot ask: %w", err)
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
