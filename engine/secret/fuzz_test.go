package secret_test

import (
	"strings"
	"testing"

	"lethe/engine/secret"
)

// FuzzRedact wants no secret of four bytes or more to get through, wherever it stands and whatever it looks like.
func FuzzRedact(f *testing.F) {
	f.Add("cannot open hunter2: hunter2hunter2", "hunter2", "hunt")
	f.Add("[redacted]", "redacted", "acte")
	f.Add("${IFS}\n\x00", "${IFS}\n", "\x00\x00\x00\x00")
	f.Add("aaaaaaa", "aaaa", "aaaaa")
	f.Fuzz(func(t *testing.T, text, one, two string) {
		s := secret.NewStore()
		defer s.Wipe()
		s.Put("one", secret.New([]byte(one)))
		s.Put("two", secret.New([]byte(two)))
		got := s.Redact(text)
		for _, hidden := range []string{one, two, strings.TrimSpace(one), strings.TrimSpace(two)} {
			if len(hidden) >= 4 && !strings.Contains(secret.Redacted, hidden) && strings.Contains(strings.ReplaceAll(got, secret.Redacted, "\x00\x01"), hidden) && !strings.ContainsAny(hidden, "\x00\x01") {
				t.Errorf("%q in %q is redacted as %q", hidden, text, got)
			}
		}
		if len(one) < 4 && len(two) < 4 && got != text {
			t.Errorf("%q became %q", text, got)
		}
	})
}
