package config

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
)

// MaxFile is the largest file that [Decode] accepts, in bytes.
const MaxFile = 1 << 20

// ErrFile is wrapped by every error of [Decode] that is about the file as a whole rather than one key.
var ErrFile = errors.New("not a wishes file")

// Decode reads wishes from TOML. It reads at most one byte more than [MaxFile]. Before the TOML library
// sees the text, its encoding, nesting and key lengths are checked; afterwards the version, and then every key
// and type, all problems at once. Values are judged by [Config.Validate], which Decode does not call.
func Decode(r io.Reader) (Config, error) {
	text, err := readText(r)
	if err != nil {
		return Config{}, err
	}
	lines, err := outline(text)
	if err != nil {
		return Config{}, err
	}
	if err := lines.refuseSecrets(); err != nil {
		return Config{}, err
	}
	raw := map[string]any{}
	if _, err := toml.Decode(text, &raw); err != nil {
		return Config{}, syntaxError(err)
	}
	if err := checkVersion(raw, lines); err != nil {
		return Config{}, err
	}
	if err := checkShape(raw, lines); err != nil {
		return Config{}, err
	}
	var c Config
	if _, err := toml.Decode(text, &c); err != nil {
		return Config{}, syntaxError(err)
	}
	return c, nil
}

// readText reads the bounded text, without a byte order mark.
func readText(r io.Reader) (string, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxFile+1))
	if err != nil {
		return "", fmt.Errorf("cannot read the wishes: %w", err)
	}
	if len(data) > MaxFile {
		return "", fileError(0, "it is larger than 1 MiB; a real one has a few KiB, so check that this is the right file")
	}
	text := strings.TrimPrefix(string(data), "\ufeff")
	if strings.TrimSpace(text) == "" {
		return "", fileError(0, "it is empty; begin with \"version = 1\", or with the example file")
	}
	return text, checkCharacters(text)
}

// checkCharacters refuses what TOML forbids everywhere. A lone carriage return is among it, so that every
// reader of the text agrees about where lines end.
func checkCharacters(text string) error {
	line := 1
	for i, r := range text {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(text[i:], "\ufffd"):
			return fileError(line, "it is not valid UTF-8; save it as UTF-8 text")
		case r == '\n':
			line++
		case r == '\r' && strings.HasPrefix(text[i:], "\r\n"), r == '\t':
		case r < ' ' || r == 0x7f:
			return fileError(line, "there is a control character (U+%04X); remove it, or write it as an escape in a quoted string", r)
		}
	}
	return nil
}

// checkVersion comes before every other key, because a newer file is likely to have keys unknown here.
func checkVersion(raw map[string]any, lines keyLines) error {
	value, there := raw["version"]
	if !there {
		return fileError(0, "it names no version; add the line \"version = %d\" at the top", Version)
	}
	version, isInt := value.(int64)
	switch line := lines.at("version"); {
	case !isInt:
		return fileError(line, "version must be a whole number; write \"version = %d\"", Version)
	case version > Version:
		return fileError(line, "it has version %d and this Lethe reads version %d; use a newer Lethe", version, Version)
	case version != Version:
		return fileError(line, "there is no version %d; write \"version = %d\"", version, Version)
	}
	return nil
}

func fileError(line int, format string, args ...any) error {
	cause := fmt.Sprintf(format, args...)
	if line > 0 {
		return fmt.Errorf("cannot read the wishes: %w: line %d: %s", ErrFile, line, cause)
	}
	return fmt.Errorf("cannot read the wishes: %w: %s", ErrFile, cause)
}

// syntaxError keeps the line that the library names.
func syntaxError(err error) error {
	var parse toml.ParseError
	if !errors.As(err, &parse) {
		return fmt.Errorf("cannot read the wishes: %w: %w", ErrFile, err)
	}
	key := ""
	if parse.LastKey != "" {
		key = fmt.Sprintf(" (near key %s)", show(parse.LastKey))
	}
	return fmt.Errorf("cannot read the wishes: %w: line %d%s: %w; correct the line", ErrFile, parse.Position.Line, key, &syntax{parse})
}

// syntax is a library error without its position, which the message already gives, and without Go's words.
type syntax struct{ toml.ParseError }

func (s *syntax) Error() string {
	text := strings.ReplaceAll(s.Message, "is out of range for int64", "is beyond the range of whole numbers")
	return strings.Map(func(r rune) rune {
		if hidden(r) {
			return '?'
		}
		return r
	}, text[:min(len(text), 300)])
}

func (s *syntax) Unwrap() error { return s.ParseError }
