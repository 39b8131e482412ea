package config

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"lethe/engine/quantity"
)

const deep = 100_000

// manyUnknown writes n keys that nobody knows, one on each line.
func manyUnknown(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "x%d = 1\n", i)
	}
	return b.String()
}

func decode(text string) (Config, error) { return Decode(strings.NewReader(text)) }

func TestDecodeRefuses(t *testing.T) {
	rows := []struct {
		name, text string
		want       []string // parts of the message
	}{
		{"nothing", "", []string{"empty", "version = 1"}},
		{"only blanks", " \n\t\n", []string{"empty"}},
		{"no version", "[disk]\nesp = \"1GiB\"\n", []string{"names no version", "version = 1"}},
		{"newer version", "version = 2\nnovelty = 1\n", []string{"line 1", "version 2", "newer Lethe"}},
		{"version 0", "version = 0", []string{"no version 0"}},
		{"negative version", "version = -1", []string{"no version -1"}},
		{"version as text", `version = "1"`, []string{"whole number"}},
		{"unknown key", "version = 1\n[disk]\nesq = \"1GiB\"", []string{"disk.esq", "line 3", "unknown key", "did you mean disk.esp?"}},
		{"wrong case", "version = 1\n[Disk]\nesp = \"1GiB\"", []string{"Disk", "line 2", "did you mean disk?"}},
		{"hyphen for underscore", "version = 1\nswap.keep-plain = true", []string{"swap.keep-plain", "line 2", "swap.keep_plain"}},
		{"wrong header", "version = 1\n[disk]\ntime_zone = \"UTC\"", []string{"disk.time_zone", "locale.time_zone", "wrong header"}},
		{"nothing like it", "version = 1\nzzzzzz = 1", []string{"zzzzzz", "line 2", "example file lists every key"}},
		{"in the second user", "version = 1\n[[users]]\nname = \"a\"\n[[users]]\nnamme = \"b\"", []string{"users[1].namme", "line 5", "users[1].name?"}},
		{"in inline users", "version = 1\nusers = [\n{name = \"a\"},\n{nam = \"b\"}]", []string{"users[1].nam ", "line 4"}},
		{"several at once", "version = 1\nfoo = 1\n[disk]\nbar = 2", []string{"foo (line 2)", "disk.bar (line 4)"}},
		{"very many", "version = 1\n" + manyUnknown(1000), []string{"x0 (line 2)", "x24 (line 26)", "975 more"}},
		{"duplicate key", "version = 1\nversion = 1", []string{"line 2", "already been defined"}},
		{"duplicate table", "version = 1\n[disk]\n[disk]\n", []string{"line 3", "already"}},
		{"duplicate by dots", "version = 1\ndisk.esp = \"1GiB\"\ndisk.esp = \"2GiB\"", []string{"line 3", "already been defined"}},
		{"size as integer", "version = 1\n[disk]\nesp = 5", []string{"disk.esp", "line 3", "the integer 5", "a size", `"1GiB"`}},
		{"size negative", "version = 1\n[disk]\nesp = -1", []string{"disk.esp", "the integer -1"}},
		{"size negative text", "version = 1\n[disk]\nesp = \"-1GiB\"", []string{"disk.esp", `"-1GiB"`, "not a size"}},
		{"size nan", "version = 1\n[swap]\nsize = nan", []string{"swap.size", "the number NaN"}},
		{"size NaN text", "version = 1\n[swap]\nsize = \"NaN\"", []string{"swap.size", "not a size"}},
		{"size infinite", "version = 1\n[swap]\nsize = +inf", []string{"swap.size", "the number +Inf"}},
		{"size fractional", "version = 1\n[swap]\nsize = 1.5", []string{"swap.size", "the number 1.5"}},
		{"size fractional text", "version = 1\n[swap]\nsize = \"1.5GiB\"", []string{"swap.size", "whole number"}},
		{"size huge", "version = 1\n[swap]\nsize = \"99999999999999999999GiB\"", []string{"swap.size", "larger than any disk"}},
		{"size wraps round", "version = 1\n[swap]\nsize = \"17179869184GiB\"", []string{"swap.size", "larger than any disk"}},
		{"integer beyond 64 bits", "version = 1\n[swap]\nsize = 99999999999999999999", []string{"line 3", "beyond the range"}},
		{"size in SI", "version = 1\n[disk]\nesp = \"512MB\"", []string{"disk.esp", "MiB"}},
		{"size boolean", "version = 1\n[disk]\nesp = true", []string{"disk.esp", "the boolean true"}},
		{"size empty", "version = 1\n[disk]\nesp = \"\"", []string{"disk.esp", "not a size"}},
		{"boolean as text", "version = 1\n[encryption]\nenable = \"yes\"", []string{"encryption.enable", "line 3", "this is text where true or false belongs"}},
		{"text as integer", "version = 1\n[host]\nname = 7", []string{"host.name", "the integer 7", "quotes"}},
		{"text as date", "version = 1\n[host]\nname = 2026-01-01", []string{"host.name", "a date"}},
		{"table as text", "version = 1\ndisk = \"/dev/sda\"", []string{"disk", "text where a table belongs", "[disk]"}},
		{"list as table", "version = 1\n[users]\nname = \"a\"", []string{"users", "a table where a list belongs", "[[users]]"}},
		{"list of the wrong kind", "version = 1\n[persistence]\nfiles = [\"/a\", 2]", []string{"persistence.files[1]", "line 3", "the integer 2"}},
		{"uid as number", "version = 1\n[[users]]\nuid = 1e3", []string{"users[0].uid", "the number 1000", "whole number"}},
		{"syntax", "version = 1\nesp = = 1\n", []string{"line 2", "correct the line"}},
		{"NUL", "version = 1\n# \x00", []string{"line 2", "U+0000"}},
		{"lone carriage return", "version = 1\rfoo = 2", []string{"line 1", "U+000D"}},
		{"escape sequence", "version = 1\n# \x1b[2J", []string{"line 2", "U+001B"}},
		{"invalid UTF-8", "version = 1\nfoo = \"\xff\"", []string{"line 2", "UTF-8"}},
		{"UTF-16", "\xff\xfev\x00e\x00", []string{"UTF-8"}},
		{"deep arrays", "version = 1\nx = " + strings.Repeat("[", deep), []string{"line 2", "nested more than 8 deep"}},
		{"deep arrays, closed", "version = 1\nx = " + strings.Repeat("[", deep) + strings.Repeat("]", deep), []string{"nested more than 8"}},
		{"deep arrays on lines", "version = 1\nx = " + strings.Repeat("[\n", deep), []string{"line 10", "nested more than 8"}},
		{"deep inline tables", "version = 1\nx = " + strings.Repeat("{a=", deep), []string{"nested more than 8"}},
		{"deep after strings", "version = 1\nx = ['''a''''', \"\"\"\\\"\"\"\"\", " + strings.Repeat("[", deep), []string{"nested more than 8"}},
		{"deep dotted key", "version = 1\n" + strings.Repeat("a.", deep) + "a = 1", []string{"more than 8 parts"}},
		{"deep header", "version = 1\n[" + strings.Repeat("a.", deep) + "a]", []string{"more than 8 parts"}},
		{"deep array header", "version = 1\n[[" + strings.Repeat("a.", deep) + "a]]", []string{"more than 8 parts"}},
		{"deep dotted inline key", "version = 1\nx = {" + strings.Repeat("a.", deep) + "a = 1}", []string{"more than 8 parts"}},
		{"long key", "version = 1\n" + strings.Repeat("a", deep) + " = 1", []string{"longer than 256 bytes"}},
		{"long quoted key", "version = 1\n\"" + strings.Repeat("a", deep) + "\" = 1", []string{"longer than 256 bytes"}},
		{"many keys", "version = 1\n" + strings.Repeat("[[a]]\n", deep), []string{"more than 10000 keys"}},
		{"too large", "version = 1\n" + strings.Repeat("#", MaxFile), []string{"larger than 1 MiB"}},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			c, err := decode(row.text)
			if err == nil {
				t.Fatalf("accepted: %+v", c)
			}
			for _, part := range row.want {
				if !strings.Contains(err.Error(), part) {
					t.Errorf("the message lacks %q:\n%v", part, err)
				}
			}
			if len(err.Error()) > 3000 || strings.Contains(err.Error(), "config.") || strings.Contains(err.Error(), "int64") {
				t.Errorf("the message is long or speaks Go: %v", err)
			}
			if strings.ContainsFunc(strings.ReplaceAll(err.Error(), "\n", ""), hidden) {
				t.Errorf("the message holds unprintable text: %q", err)
			}
			if !errors.Is(err, ErrFile) && len(Problems(err)) == 0 {
				t.Errorf("the error has no type: %v", err)
			}
		})
	}
}

func TestDecodeRefusesSecretsWithoutQuotingThem(t *testing.T) {
	const secret = "correct-horse"
	for _, text := range []string{
		"[encryption]\npassphrase = \"" + secret + "\"",
		"[encryption]\npassphrase = " + secret, // not even TOML
		"[[users]]\nname = \"a\"\nhashed_password = \"" + secret + "\"",
		"users = [{ name = \"a\", initialHashedPassword = \"" + secret + "\" }]",
		"encryption.key-file = \"" + secret + "\"",
		"\"Pass Phrase\" = 1\n[secrets]\nx = \"" + secret + "\"",
	} {
		_, err := decode("version = 1\n" + text)
		if !errors.Is(err, ErrSecret) {
			t.Errorf("%s: got %v", text, err)
			continue
		}
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the message quotes the secret: %v", err)
		}
		if p := Problems(err); len(p) != 1 || p[0].Line < 2 {
			t.Errorf("%s: got %+v", text, p)
		}
	}
	for _, key := range Keys() {
		if namesSecret(key) {
			t.Errorf("%s is a key, yet it counts as a secret", key)
		}
	}
}

// endless gives text for ever and counts what was taken.
type endless struct{ taken int }

func (e *endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = '#'
	}
	e.taken += len(p)
	return len(p), nil
}

func TestDecodeStopsReadingAtTheLimit(t *testing.T) {
	source := &endless{}
	if _, err := Decode(source); !errors.Is(err, ErrFile) {
		t.Fatalf("got %v", err)
	}
	if source.taken > 2*MaxFile {
		t.Errorf("took %d bytes", source.taken)
	}
}

func TestDecodeKeepsTheCauseOfAFailedRead(t *testing.T) {
	if _, err := Decode(io.MultiReader(strings.NewReader("version = 1"), failing{})); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestDecodeAccepts(t *testing.T) {
	for _, text := range []string{
		"version = 1",
		"\ufeffversion = 1\r\n[disk]\r\nesp = \"512MiB\"\r\n",
		"# [[[[[[[[[[[[\nversion = 1 # [[[[[[[[[[[[\n[disk]\nesp = '512MiB'\ntarget = \"/[[[[[[[[[[[[{{{{{{{{{\"",
		"version = 1\ndisk = { esp = \"\"\"512MiB\"\"\", target = '''/[[[[[[[[[[\n]]]]''' }",
		"version = 1\n'disk'.\"esp\" = \"512 MiB\"",
	} {
		if _, err := decode(text); err != nil {
			t.Errorf("%q: %v", text, err)
		}
	}
	c, err := decode("version = 1\n[disk]\nesp = \"512MiB\"")
	if err != nil || c.Disk.ESP != 512*quantity.MiB {
		t.Errorf("got %v, %v", c.Disk, err)
	}
}
