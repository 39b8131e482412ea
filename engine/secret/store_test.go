package secret_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"lethe/engine/secret"
)

func TestStore(t *testing.T) {
	s := secret.NewStore()
	first, second := secret.New([]byte("first")), secret.New([]byte("second"))
	s.Put("a", first)
	s.Put("a", first)
	if got, ok := s.Get("a"); !ok || string(got.Bytes()) != "first" {
		t.Errorf("putting the same secret again wiped it: %q", got.Bytes())
	}
	s.Put("a", second)
	if got, ok := s.Get("a"); !ok || got != second {
		t.Error("the secret was not replaced")
	}
	if len(first.Bytes()) != 0 {
		t.Error("the replaced secret was not wiped")
	}
	if _, ok := s.Get("b"); ok {
		t.Error("a secret that nobody put there")
	}
	s.Wipe()
	if _, ok := s.Get("a"); ok || len(second.Bytes()) != 0 {
		t.Error("wiping left something")
	}
}

func TestRedact(t *testing.T) {
	for _, row := range []struct {
		name    string
		secrets []string
		give    string
		want    string
	}{
		{"none", nil, "a line", "a line"},
		{"everywhere", []string{"hunter2"}, "hunter2 and hunter2", "[redacted] and [redacted]"},
		{"inside a word", []string{"hunter2"}, "xhunter2y", "x[redacted]y"},
		{"not ASCII", []string{"Grüße"}, "say Grüße", "say [redacted]"},
		{"too short to replace", []string{"abc"}, "abcabc", "abcabc"},
		{"four bytes", []string{"abcd"}, "abcd", "[redacted]"},
		{"one begins another", []string{"hunter2", "hunter2-long", "hunter2-longer-still"}, "hunter2-longer-still hunter2-long hunter2", "[redacted] [redacted] [redacted]"},
		{"one holds another", []string{"horse", "correct horse battery"}, "correct horse battery", "[redacted]"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for range 8 { // the order of a map is another each time
				s := secret.NewStore()
				for i, text := range row.secrets {
					s.Put(fmt.Sprint(i), secret.New([]byte(text)))
				}
				if got := s.Redact(row.give); got != row.want {
					t.Fatalf("got %q, want %q", got, row.want)
				}
			}
		})
	}
}

func TestRedactAfterWipe(t *testing.T) {
	s := secret.NewStore()
	held := secret.New([]byte("hunter2"))
	s.Put("a", held)
	held.Wipe()
	if got := s.Redact("a line"); got != "a line" {
		t.Errorf("got %q", got)
	}
}

func TestMissing(t *testing.T) {
	s := secret.NewStore()
	s.Put("passphrase", secret.New([]byte("hunter2")))
	s.Put("password:ada", secret.New([]byte("x")))
	if got := fmt.Sprint(s.Missing("password:eve", "passphrase", "password:ada", "password:bob")); got != "[password:eve password:bob]" {
		t.Errorf("missing %s", got)
	}
	s.Wipe()
	if got := s.Missing("passphrase"); len(got) != 1 {
		t.Errorf("after Wipe %v is missing", got)
	}
}

func TestStoreIsSafeForConcurrentUse(t *testing.T) {
	s := secret.NewStore()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			name := fmt.Sprint(i)
			s.Put(name, secret.New([]byte(strings.Repeat(name, 8))))
			s.Redact("77777777")
			s.Get(name)
		})
	}
	wg.Wait()
	s.Wipe()
}
