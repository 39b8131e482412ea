package config

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// FuzzDecode proves that no text crashes the decoder, that messages are printable, and that what is
// accepted can be written and read back.
func FuzzDecode(f *testing.F) {
	for _, seed := range []string{
		Example(), "", "version = 1", "version = 1\n[disk]\nesp = \"1GiB\"\nesp = \"2GiB\"", "version = 1\n[disk]\n[disk]",
		"version = 1\nx = " + strings.Repeat("[", 1000), "version = 1\nx = " + strings.Repeat("{a=", 1000),
		"version = 1\n" + strings.Repeat("a.", 1000) + "a = 1", "version = 1\n" + strings.Repeat("[[users]]\n", 100),
		"version = 1\nusers = [{name='a', authorized_keys=['x']}, {}]", "version = 1\n[swap]\nsize = nan", "version = 99999999999999999999",
		"version = 1\n\"\\u0000\" = 1", "version = 1\nhost.name = \"\\u001b[2J\"", "passphrase = 1", "version = 1\nx = \"\"\"a\\\"\"\"\"\"\"", "a\"\n\"=[",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c, err := Decode(strings.NewReader(text))
		if err != nil {
			message := strings.ReplaceAll(err.Error(), "\n", " ")
			if !utf8.ValidString(message) || strings.ContainsFunc(message, hidden) {
				t.Fatalf("unprintable message %q", message)
			}
			return
		}
		if err := c.Validate(); err != nil && len(Problems(err)) == 0 {
			t.Fatalf("untyped error %v", err)
		}
		written, err := c.Encode()
		if err != nil {
			t.Fatalf("cannot write what was read: %v", err)
		}
		again, err := Decode(strings.NewReader(string(written)))
		if err != nil {
			t.Fatalf("cannot read what was written: %v", err)
		}
		if diff := cmp.Diff(c, again, cmpopts.EquateEmpty()); diff != "" {
			t.Fatal(diff)
		}
	})
}
