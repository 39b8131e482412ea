package secret

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// Random makes a secret of size bytes from the kernel's random source.
func Random(size int) (*Secret, error) {
	m := reserve(size)
	for filled := 0; filled < size; {
		n, err := unix.Getrandom(m.text[filled:], 0)
		if err != nil && !errors.Is(err, unix.EINTR) {
			m.wipe()
			return nil, fmt.Errorf("cannot draw a random key: %w", err)
		}
		filled += max(n, 0)
	}
	return hold(m), nil
}

// Clone is a secret of its own with the same bytes, for somebody who needs it for longer than its owner keeps it. A wiped secret is an
// error.
func (s *Secret) Clone() (*Secret, error) {
	var copied *memory
	err := s.Use(func(text []byte) error {
		copied = reserve(len(text))
		copy(copied.text, text)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return hold(copied), nil
}
