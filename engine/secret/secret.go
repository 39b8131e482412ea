// Package secret holds passphrases: they print as [redacted], are checked before use, and leave memory when done.
//
// It guarantees that no formatting verb and no encoder prints a [Secret]. It cannot promise that the Go
// runtime never copied the bytes before they came here; callers read straight into a Secret for that reason.
package secret

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"
)

// Redacted is what a secret prints as.
const Redacted = "[redacted]"

// Most is the longest passphrase in bytes: cryptsetup's own limit for interactive ones, so that what was set here can
// be typed at the boot prompt.
const Most = 512

// Secret is a passphrase or password in memory.
// The bytes are behind a function, which is what no formatter looks into, even where a Secret is
// copied into another structure by mistake.
type Secret struct{ text func() *[]byte }

// New takes over text; the caller must not keep it.
func New(text []byte) *Secret { return &Secret{func() *[]byte { return &text }} }

// Bytes gives the secret itself, for a pipe or a key derivation only.
func (s *Secret) Bytes() []byte { return *s.text() }

// Wipe overwrites the secret.
func (s *Secret) Wipe() {
	if s == nil {
		return
	}
	clear(s.Bytes())
	*s.text() = nil
}

// String is [Redacted].
func (Secret) String() string { return Redacted }

// Format prints [Redacted] for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText is [Redacted], for JSON and TOML.
func (Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// ErrPassphrase is wrapped by every refusal of [Secret.CheckPassphrase].
var ErrPassphrase = errors.New("cannot use passphrase")

// CheckPassphrase refuses what could not be typed again at the boot prompt.
func (s *Secret) CheckPassphrase() error {
	text := s.Bytes()
	switch {
	case len(text) == 0:
		return fmt.Errorf("%w: it is empty; type at least one character", ErrPassphrase)
	case len(text) > Most:
		return fmt.Errorf("%w: it has %d bytes, and the boot prompt reads at most %d; choose a shorter one", ErrPassphrase, len(text), Most)
	case !utf8.Valid(text):
		return fmt.Errorf("%w: it is not valid UTF-8, so no keyboard could type it at the boot prompt", ErrPassphrase)
	}
	for _, b := range text {
		if b < 0x20 || b == 0x7f {
			return fmt.Errorf("%w: it holds a control character (byte 0x%02x), such as a line end, which the boot prompt cannot take", ErrPassphrase, b)
		}
	}
	return nil
}

// ASCII tells whether every keyboard layout has a chance to type the secret.
func (s *Secret) ASCII() bool {
	return bytes.IndexFunc(s.Bytes(), func(r rune) bool { return r >= utf8.RuneSelf }) < 0
}

// Read takes a passphrase from r: everything up to the end, less one line end, which editors and echo(1) add and
// nobody means. More than [Most] bytes are refused without reading on.
func Read(r io.Reader) (*Secret, error) {
	buffer := make([]byte, Most+3)
	n, err := io.ReadFull(r, buffer)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		clear(buffer)
		return nil, fmt.Errorf("cannot read passphrase: %w", err)
	}
	text := buffer[:n]
	if cut, ok := bytes.CutSuffix(text, []byte("\n")); ok {
		text = bytes.TrimSuffix(cut, []byte("\r"))
	}
	s := New(text)
	if err := s.CheckPassphrase(); err != nil {
		clear(buffer)
		return nil, err
	}
	return s, nil
}

// ReadFile reads a passphrase from a file, or from standard input where path is "-".
func ReadFile(path string, stdin io.Reader) (*Secret, error) {
	if path == "-" {
		return Read(stdin)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read passphrase file: %w", err)
	}
	defer f.Close()
	return Read(f)
}
