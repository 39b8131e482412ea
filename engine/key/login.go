package key

import (
	"context"
	"sync"

	"lethe/engine/secret"
)

// Logins hashes the passwords that people will log in with, ahead, as slowly as a key is derived. It is safe for concurrent use.
type Logins struct {
	hash func(password []byte) ([]byte, error)

	mu     sync.Mutex
	byName map[string]*login
}

// login is one password's hash in the making.
type login struct {
	mark   *secret.Mark
	cancel context.CancelFunc // nobody wants the hash any more
	hurry  chan struct{}      // closed when somebody waits for it
	ended  chan struct{}
	hash   *secret.Secret // read after the end; nil when it failed
}

// NewLogins makes one that hashes by the given function.
func NewLogins(hash func(password []byte) ([]byte, error)) *Logins {
	return &Logins{hash: hash, byName: map[string]*login{}}
}

// Begin hashes a password in the background, once after is closed: the derivation of the key is measured on an idle machine. Who takes or
// discards the hash does not wait for that. The password is copied and stays the caller's. A hash of the same password is kept, of another
// it is discarded.
func (l *Logins) Begin(name string, password *secret.Secret, after <-chan struct{}) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if old := l.byName[name]; old != nil {
		if old.mark.Fits(password) {
			return nil
		}
		delete(l.byName, name)
		go old.discard()
	}
	mark, err := password.Mark()
	if err != nil {
		return err
	}
	own, err := password.Clone()
	if err != nil {
		mark.Wipe()
		return err
	}
	ctx, cancel := context.WithCancel(context.Background())
	work := &login{mark: mark, cancel: cancel, hurry: make(chan struct{}), ended: make(chan struct{})}
	l.byName[name] = work
	go work.run(ctx, l.hash, own, after)
	return nil
}

func (w *login) run(ctx context.Context, hash func([]byte) ([]byte, error), password *secret.Secret, after <-chan struct{}) {
	defer close(w.ended)
	defer w.cancel()
	defer password.Wipe()
	select {
	case <-after:
	case <-w.hurry:
	case <-ctx.Done():
	}
	if ctx.Err() != nil {
		return
	}
	_ = password.Use(func(text []byte) error {
		var made []byte
		var err error
		secret.Shield(func() { made, err = hash(text) })
		if err == nil {
			w.hash = secret.New(made)
		}
		return err
	}) // whoever wants the hash makes it then, and hears why that fails
}

// Take waits for the hash of exactly this password and hands it over, once; the taker wipes it. Nil means that there is none. A nil
// Logins has none.
func (l *Logins) Take(name string, password *secret.Secret) *secret.Secret {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	work := l.byName[name]
	delete(l.byName, name)
	l.mu.Unlock()
	if work == nil {
		return nil
	}
	close(work.hurry)
	<-work.ended
	if !work.mark.Fits(password) {
		work.discard()
		return nil
	}
	work.mark.Wipe()
	return work.hash
}

// Discard overwrites every hash, after those that are under way have ended; what waits for its turn is not begun. A nil Logins has none.
func (l *Logins) Discard() {
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for name, work := range l.byName {
		work.discard()
		delete(l.byName, name)
	}
}

func (w *login) discard() {
	w.cancel()
	<-w.ended
	w.hash.Wipe()
	w.mark.Wipe()
}
