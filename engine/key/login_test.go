package key

import (
	"bytes"
	"errors"
	"testing"
	"testing/synctest"

	"pgregory.net/rapid"

	"lethe/engine/secret"
)

// playedHash hashes to what a test recognises.
func playedHash(password []byte) ([]byte, error) {
	if bytes.HasPrefix(password, []byte("bad")) {
		return nil, errors.New("refused")
	}
	return append([]byte("hash of "), password...), nil
}

var now = func() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

// TestLoginsHandOutWhatFits plays whoever goes back and types another password, in any order.
func TestLoginsHandOutWhatFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var made [][]byte
		l := NewLogins(func(password []byte) ([]byte, error) {
			hash, err := playedHash(password)
			return hash, err
		})
		last := map[string]string{}
		name, word := rapid.SampledFrom([]string{"ada", "eve"}), rapid.SampledFrom([]string{"one", "two", "bad"})
		t.Repeat(map[string]func(*rapid.T){
			"begin": func(t *rapid.T) {
				n, w := name.Draw(t, "name"), word.Draw(t, "word")
				s := secret.New([]byte(w))
				if err := l.Begin(n, s, now); err != nil {
					t.Fatal(err)
				}
				s.Wipe() // the caller may
				last[n] = w
			},
			"take": func(t *rapid.T) {
				n, w := name.Draw(t, "name"), word.Draw(t, "word")
				s := secret.New([]byte(w))
				defer s.Wipe()
				hash := l.Take(n, s)
				want := last[n] == w && w != "bad"
				delete(last, n)
				if (hash != nil) != want {
					t.Fatalf("%s with %q: a hash is there: %v", n, w, hash != nil)
				}
				if hash == nil {
					return
				}
				if got := string(hash.Bytes()); got != "hash of "+w {
					t.Fatalf("%q", got)
				}
				made = append(made, hash.Bytes())
				hash.Wipe()
			},
			"leave": func(*rapid.T) {
				l.Discard()
				clear(last)
			},
		})
		l.Discard()
		for _, hash := range made {
			if len(bytes.Trim(hash, "\x00")) > 0 {
				t.Fatal("a hash is still there")
			}
		}
	})
}

// TestLoginsWaitForTheKey wants no password hashed before the derivation was measured, and none left behind by whoever leaves.
func TestLoginsWaitForTheKey(t *testing.T) {
	hashed, after := make(chan struct{}), make(chan struct{})
	l := NewLogins(func(password []byte) ([]byte, error) {
		close(hashed)
		return playedHash(password)
	})
	s := secret.New([]byte("one"))
	if err := l.Begin("ada", s, after); err != nil {
		t.Fatal(err)
	}
	select {
	case <-hashed:
		t.Fatal("hashed before it was time")
	default:
	}
	close(after)
	<-hashed
	w := l.byName["ada"]
	l.Discard()
	if w.hash.Bytes() != nil || w.mark.Fits(s) || len(l.byName) != 0 {
		t.Error("something is still there")
	}
	if hash := (*Logins)(nil).Take("ada", s); hash != nil {
		t.Error("from nowhere")
	}
}

// TestLoginsDoNotWaitForAKeyThatNeverComes has a derivation that hangs: a hash that is taken is made at once, and one that is discarded never.
func TestLoginsDoNotWaitForAKeyThatNeverComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var hashed []string
		l := NewLogins(func(password []byte) ([]byte, error) {
			hashed = append(hashed, string(password))
			return playedHash(password)
		})
		one, two := secret.New([]byte("one")), secret.New([]byte("two"))
		defer one.Wipe()
		defer two.Wipe()
		never := make(chan struct{})
		if err := errors.Join(l.Begin("ada", one, never), l.Begin("eve", two, never)); err != nil {
			t.Fatal(err)
		}
		hash := l.Take("ada", one)
		if hash == nil || string(hash.Bytes()) != "hash of one" {
			t.Error("no hash was made for whoever waits")
		}
		hash.Wipe()
		l.Discard()
		if len(hashed) != 1 || len(l.byName) != 0 {
			t.Errorf("hashed %q, %d are left", hashed, len(l.byName))
		}
	})
}
