package secret

import (
	"bytes"
	"slices"
	"sync"
)

// Store holds secrets by the name that a plan uses for them.
type Store struct {
	mu     sync.Mutex
	byName map[string]*Secret
}

// NewStore makes an empty store.
func NewStore() *Store { return &Store{byName: map[string]*Secret{}} }

// Put adds or replaces a secret; the replaced one is wiped.
func (s *Store) Put(name string, secret *Secret) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.byName[name]; old != secret {
		old.Wipe()
	}
	s.byName[name] = secret
}

// Get gives the secret of that name, and whether there is one.
func (s *Store) Get(name string) (*Secret, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	secret, ok := s.byName[name]
	return secret, ok
}

// Wipe overwrites and forgets every secret.
func (s *Store) Wipe() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for name, secret := range s.byName {
		secret.Wipe()
		delete(s.byName, name)
	}
}

// Redact replaces every secret in text. It is the last line of defence for logs; nothing should ever need it.
// Secrets below four bytes are left alone, since replacing them would garble every line.
func (s *Store) Redact(text string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	const least = 4
	var all [][]byte
	for _, secret := range s.byName {
		if len(secret.Bytes()) >= least {
			all = append(all, secret.Bytes())
		}
	}
	// The longest first: where one secret begins another, the rest of that must not stay.
	slices.SortFunc(all, func(a, b []byte) int { return len(b) - len(a) })
	out := []byte(text)
	for _, secret := range all {
		out = bytes.ReplaceAll(out, secret, []byte(Redacted))
	}
	return string(out)
}
