package secret

import (
	"bytes"
	"maps"
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

// Redact replaces every secret in text, also without the blanks at its ends. It is the last line of defence for logs; nothing should
// ever need it.
// Secrets below four bytes are left alone, since replacing them would garble every line.
func (s *Store) Redact(text string) string {
	if len(text) < leastRedacted {
		return text
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	// The longest first: where one secret begins another, the rest of that must not stay.
	all := slices.SortedFunc(maps.Values(s.byName), func(a, b *Secret) int { return b.length() - a.length() })
	out, found := []byte(text), false
	for _, secret := range all {
		_ = secret.Use(func(hidden []byte) error {
			for _, form := range [][]byte{hidden, bytes.TrimSpace(hidden)} { // who quotes a line may trim it
				if len(form) >= leastRedacted && bytes.Contains(out, form) {
					out, found = bytes.ReplaceAll(out, form, []byte(Redacted)), true
				}
			}
			return nil
		}) // one that was wiped is in no text
	}
	if !found {
		return text
	}
	return string(out)
}

// leastRedacted is the shortest secret that is replaced, in bytes.
const leastRedacted = 4

// Missing gives those of names that the store does not have, in the order asked.
func (s *Store) Missing(names ...string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool { return s.byName[name] != nil })
}
