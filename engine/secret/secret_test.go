package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/BurntSushi/toml"

	"lethe/engine/secret"
)

func TestCheck(t *testing.T) {
	for _, row := range []struct {
		name, give, want string // want is part of the error; empty means accepted
	}{
		{"one letter", "a", ""},
		{"512 bytes", strings.Repeat("a", 512), ""},
		{"spaces", " a b ", ""},
		{"not ASCII", "Grüße 名", ""},
		{"empty", "", "it is empty"},
		{"513 bytes", strings.Repeat("a", 513), "513 bytes"},
		{"512 runes of two bytes", strings.Repeat("é", 512), "1024 bytes"},
		{"newline at the end", "abc\n", "byte 0x0a"},
		{"newline inside", "a\nb", "byte 0x0a"},
		{"carriage return", "abc\r", "byte 0x0d"},
		{"NUL", "a\x00b", "byte 0x00"},
		{"escape", "\x1b[A", "byte 0x1b"},
		{"delete", "a\x7f", "byte 0x7f"},
		{"tab", "a\tb", "byte 0x09"},
		{"not UTF-8", "a\xff", "not valid UTF-8"},
		{"half a rune", "\xc3", "not valid UTF-8"},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := secret.New([]byte(row.give))
			for refusal, err := range map[error]error{secret.ErrPassphrase: s.CheckPassphrase(), secret.ErrPassword: s.CheckPassword()} {
				refused(t, err, refusal, row.want)
				if err != nil && row.give != "" && strings.Contains(err.Error(), row.give) {
					t.Errorf("the refusal shows the secret: %v", err)
				}
			}
		})
	}
}

// refused checks that an error is a refusal that holds want; an empty want means no error.
func refused(t *testing.T, err, refusal error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("refused: %v", err)
	case want != "" && err == nil:
		t.Errorf("accepted")
	case want != "" && (!errors.Is(err, refusal) || !strings.Contains(err.Error(), want)):
		t.Errorf("got %v, want %q", err, want)
	}
}

func TestRead(t *testing.T) {
	for _, row := range []struct {
		name, give, text, want string
	}{
		{"bare", "hunter2", "hunter2", ""},
		{"one line end is cut", "hunter2\n", "hunter2", ""},
		{"one DOS line end is cut", "hunter2\r\n", "hunter2", ""},
		{"two line ends are not", "hunter2\n\n", "", "byte 0x0a"},
		{"a bare carriage return is not", "hunter2\r", "", "byte 0x0d"},
		{"512 bytes and a line end", strings.Repeat("x", 512) + "\n", strings.Repeat("x", 512), ""},
		{"512 bytes and a DOS line end", strings.Repeat("x", 512) + "\r\n", strings.Repeat("x", 512), ""},
		{"513 bytes", strings.Repeat("x", 513), "", "513 bytes"},
		{"513 bytes and a line end", strings.Repeat("x", 513) + "\n", "", "513 bytes"},
		{"512 bytes and two line ends", strings.Repeat("x", 512) + "\n\n", "", "513 bytes"},
		{"far too long", strings.Repeat("x", 1<<20), "", "at most 512"},
		{"nothing", "", "", "it is empty"},
		{"only a line end", "\n", "", "it is empty"},
		{"NUL", "a\x00", "", "byte 0x00"},
	} {
		t.Run(row.name, func(t *testing.T) {
			for _, r := range []io.Reader{strings.NewReader(row.give), iotest.OneByteReader(strings.NewReader(row.give))} {
				got, err := secret.Read(r)
				refused(t, err, secret.ErrPassphrase, row.want)
				if err == nil && string(got.Bytes()) != row.text {
					t.Errorf("read %q", got.Bytes())
				}
			}
		})
	}
}

func TestReadStopsEarly(t *testing.T) {
	endless := &counter{}
	if _, err := secret.Read(endless); !errors.Is(err, secret.ErrPassphrase) {
		t.Errorf("got %v", err)
	}
	if endless.n > 600 {
		t.Errorf("read %d bytes of an endless stream", endless.n)
	}
}

// counter never ends and counts what was taken.
type counter struct{ n int }

func (c *counter) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = 'x'
	}
	c.n += len(p)
	return len(p), nil
}

func TestReadKeepsTheCause(t *testing.T) {
	broken := errors.New("cable out")
	if _, err := secret.Read(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("got %v", err)
	}
}

func TestReadFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "passphrase")
	if err := os.WriteFile(path, []byte("from a file\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]string{path: "from a file", "-": "from standard input"} {
		got, err := secret.ReadFile(from, strings.NewReader("from standard input\n"))
		if err != nil || string(got.Bytes()) != want {
			t.Errorf("ReadFile(%q): %q, %v", from, got.Bytes(), err)
		}
	}
	if _, err := secret.ReadFile(path+"x", nil); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
	if _, err := secret.ReadFile(filepath.Dir(path), nil); err == nil || !strings.Contains(err.Error(), "cannot read passphrase") {
		t.Errorf("a folder: %v", err)
	}
}

const hidden = "hunter2-correct-horse"

func TestNothingPrintsASecret(t *testing.T) {
	s := secret.New([]byte(hidden))
	type exported struct{ P *secret.Secret }
	type private struct{ p *secret.Secret }
	type byValue struct{ p secret.Secret }
	values := []any{s, *s, exported{s}, private{s}, byValue{*s}, []*secret.Secret{s}, map[string]*secret.Secret{"a": s}, &exported{s}}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%p", "%t", "%08.3f", "%c", "%U", "%o", "%w"} {
		for _, value := range values {
			leakFree(t, verb, fmt.Sprintf(verb, value))
		}
		if got := fmt.Sprintf(verb, s); verb != "%p" && verb != "%w" && got != secret.Redacted {
			t.Errorf("%s gives %s", verb, got)
		}
	}
	leakFree(t, "Sprint", fmt.Sprint(values...))
	leakFree(t, "error", fmt.Errorf("cannot do it with %v", s).Error())
}

// leakFree looks for the secret in the shapes in which a formatter could show bytes.
func leakFree(t *testing.T, how, text string) {
	t.Helper()
	shapes := []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden), strings.Trim(fmt.Sprint([]byte(hidden)), "[]"), "0x68, 0x75"}
	for _, shape := range shapes {
		if strings.Contains(text, shape) {
			t.Errorf("%s shows the secret: %s", how, text)
		}
	}
}

func TestNoEncoderWritesASecret(t *testing.T) {
	s := secret.New([]byte(hidden))
	for _, value := range []any{s, *s, map[string]any{"p": s}, struct{ P *secret.Secret }{s}, struct{ P secret.Secret }{*s}} {
		text, err := json.Marshal(value)
		if err != nil || !strings.Contains(string(text), secret.Redacted) {
			t.Errorf("JSON of %T: %s, %v", value, text, err)
		}
		leakFree(t, "JSON", string(text))
	}
	var out bytes.Buffer
	if err := toml.NewEncoder(&out).Encode(struct{ P *secret.Secret }{s}); err != nil || !strings.Contains(out.String(), secret.Redacted) {
		t.Errorf("TOML: %s, %v", out.String(), err)
	}
	out.Reset()
	_ = gob.NewEncoder(&out).Encode(s) // an error is as good as redaction
	leakFree(t, "gob", out.String())
}

func TestWipe(t *testing.T) {
	text := []byte(hidden)
	s := secret.New(text)
	twin := *s
	s.Wipe()
	if !bytes.Equal(text, make([]byte, len(hidden))) || len(s.Bytes()) != 0 || len(twin.Bytes()) != 0 {
		t.Errorf("left in memory: %q, %q, %q", text, s.Bytes(), twin.Bytes())
	}
	s.Wipe()
	(*secret.Secret)(nil).Wipe()
	var zero secret.Secret
	zero.Wipe()
	if zero.Bytes() != nil || zero.CheckPassphrase() == nil {
		t.Error("a zero secret holds something")
	}
}

func TestASCII(t *testing.T) {
	for text, want := range map[string]bool{"abc ~!": true, "": true, "é": false, "a名": false} {
		if got := secret.New([]byte(text)).ASCII(); got != want {
			t.Errorf("ASCII(%q) = %v", text, got)
		}
	}
}
