// Package secret holds passphrases and passwords: they print as [redacted], are checked before use, and leave memory when done.
//
// It guarantees that no formatting verb and no encoder prints a [Secret], and that its bytes live in pages of their own, kept from
// core dumps, from forked children and, unless [Secret.Locked] says no, from swap. It cannot promise that the Go runtime never
// copied the bytes before they came here; callers read straight into a Secret for that reason.
//
// The rule for callers: wipe a secret when those who use it are done. [Secret.Use] and [Secret.Reader] make Wipe wait; a slice from
// [Secret.Bytes] that is read after Wipe holds zeros and never faults.
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

// Most is the longest passphrase or password in bytes: cryptsetup's own limit for interactive ones, so that what was set here can
// be typed at the boot prompt.
const Most = 512

// Secret is a passphrase or password in memory.
// The bytes are behind a function, which is what no formatter looks into, even where a Secret is
// copied into another structure by mistake.
type Secret struct{ held func() *memory }

// hold makes a secret of memory.
func hold(m *memory) *Secret { return &Secret{func() *memory { return m }} }

// memory gives where the secret lives; nothing for a zero Secret.
func (s *Secret) memory() *memory {
	if s == nil || s.held == nil {
		return &memory{}
	}
	return s.held()
}

// New takes text over into memory of its own, and clears text. The secret is never short of memory, but it may be unlocked.
func New(text []byte) *Secret {
	m := reserve(len(text))
	copy(m.text, text)
	clear(text)
	return hold(m)
}

// ReadFull reads exactly size bytes from r straight into a new secret. Nothing about them is checked.
func ReadFull(r io.Reader, size int) (*Secret, error) {
	m := reserve(size)
	if _, err := io.ReadFull(r, m.text); err != nil {
		m.wipe()
		return nil, err
	}
	return hold(m), nil
}

// Bytes gives the secret itself, for a key derivation or a comparison; nil after Wipe. Whoever still reads the slice when the secret is wiped
// finds zeros. Where those would do harm, call [Secret.Use] or [Secret.Reader].
func (s *Secret) Bytes() []byte { return s.memory().lend() }

// Use calls f with the secret and gives f's error. Wipe waits for f, which must neither keep text nor call Wipe.
// A wiped secret is an error.
func (s *Secret) Use(f func(text []byte) error) error { return s.memory().use(f) }

// Locked tells whether the secret is kept from swap. It is not where the limit of locked memory (RLIMIT_MEMLOCK) was reached.
func (s *Secret) Locked() bool {
	m := s.memory()
	m.mu.RLock()
	defer m.mu.RUnlock()
	return m.locked
}

// Wipe overwrites the secret and gives its memory back. It waits for those who use it, and may be called again.
func (s *Secret) Wipe() { s.memory().wipe() }

// String is [Redacted].
func (Secret) String() string { return Redacted }

// Format prints [Redacted] for every verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Redacted) }

// MarshalText is [Redacted], for JSON and TOML.
func (Secret) MarshalText() ([]byte, error) { return []byte(Redacted), nil }

// ASCII tells whether every keyboard layout has a chance to type the secret.
func (s *Secret) ASCII() bool {
	ascii := true
	_ = s.Use(func(text []byte) error {
		ascii = bytes.IndexFunc(text, func(r rune) bool { return r >= utf8.RuneSelf }) < 0
		return nil
	}) // a wiped secret holds no letter at all
	return ascii
}

// Read takes a passphrase from r: everything up to the end, less one line end, which editors and echo(1) add and
// nobody means. More than [Most] bytes are refused without reading on.
func Read(r io.Reader) (*Secret, error) { return read(r, "passphrase", (*Secret).CheckPassphrase) }

// read takes a secret of either kind.
func read(r io.Reader, what string, check func(*Secret) error) (*Secret, error) {
	m := reserve(Most + len("\r\n") + 1)
	s := hold(m)
	n, err := io.ReadFull(r, m.text)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		s.Wipe()
		return nil, fmt.Errorf("cannot read %s: %w", what, err)
	}
	m.text = m.text[:n:n]
	if cut, ok := bytes.CutSuffix(m.text, []byte("\n")); ok {
		m.text = bytes.TrimSuffix(cut, []byte("\r"))
	}
	if err := check(s); err != nil {
		s.Wipe()
		return nil, err
	}
	return s, nil
}

// ReadFile reads a passphrase from a file, or from standard input where path is "-".
func ReadFile(path string, stdin io.Reader) (*Secret, error) {
	return readFile(path, stdin, "passphrase", (*Secret).CheckPassphrase)
}

// ReadPasswordFile reads a user's password in the same way.
func ReadPasswordFile(path string, stdin io.Reader) (*Secret, error) {
	return readFile(path, stdin, "password", (*Secret).CheckPassword)
}

func readFile(path string, stdin io.Reader, what string, check func(*Secret) error) (*Secret, error) {
	if path == "-" {
		return read(stdin, what, check)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s file: %w", what, err)
	}
	defer f.Close()
	return read(f, what, check)
}
