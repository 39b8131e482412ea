package secret

import (
	"errors"
	"fmt"
	"unicode/utf8"
)

// ErrPassphrase is wrapped by every refusal of [Secret.CheckPassphrase].
var ErrPassphrase = errors.New("cannot use passphrase")

// ErrPassword is wrapped by every refusal of [Secret.CheckPassword].
var ErrPassword = errors.New("cannot use password")

// CheckPassphrase refuses what could not be typed again at the boot prompt.
func (s *Secret) CheckPassphrase() error { return s.check(ErrPassphrase, "the boot prompt") }

// CheckPassword refuses what could not be typed again at the log-in screen. A weak password is the user's own choice.
func (s *Secret) CheckPassword() error { return s.check(ErrPassword, "the log-in screen") }

// check refuses what prompt could not take.
func (s *Secret) check(refusal error, prompt string) error {
	if s.length() == 0 {
		return fmt.Errorf("%w: it is empty; type at least one character", refusal)
	}
	return s.Use(func(text []byte) error {
		switch {
		case len(text) > Most:
			return fmt.Errorf("%w: it has %d bytes, and %s reads at most %d; choose a shorter one", refusal, len(text), prompt, Most)
		case !utf8.Valid(text):
			return fmt.Errorf("%w: it is not valid UTF-8, so no keyboard could type it at %s", refusal, prompt)
		}
		for _, b := range text {
			if b < 0x20 || b == 0x7f {
				return fmt.Errorf("%w: it holds a control character (byte 0x%02x), such as a line end, which %s cannot take", refusal, b, prompt)
			}
		}
		return nil
	})
}
