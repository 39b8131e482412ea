package flake

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrText is wrapped when a text cannot stand in a Nix file.
var ErrText = errors.New("not a text that Nix can hold")

// Nix knows only these escapes in a string; there is no \x and no \u. A carriage return must be escaped,
// because the lexer turns a raw one into a newline.
var nixEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "${", `\${`, "\n", `\n`, "\r", `\r`, "\t", `\t`)

// String writes s as a Nix string that evaluates to exactly s. Invalid UTF-8 and control characters other
// than newline, carriage return and tab are refused, since Nix has no way to write them.
func String(s string) (string, error) {
	if err := checkText(s); err != nil {
		return "", err
	}
	return `"` + nixEscapes.Replace(s) + `"`, nil
}

var (
	plainName = regexp.MustCompile(`^[a-zA-Z_][a-zA-Z0-9_'-]*$`)
	keywords  = []string{"assert", "else", "if", "in", "inherit", "let", "or", "rec", "then", "with"}
)

// AttrName writes s as one attribute name: bare where Nix allows that, else quoted.
func AttrName(s string) (string, error) {
	if plainName.MatchString(s) && !slices.Contains(keywords, s) {
		return s, nil
	}
	return String(s)
}

func checkText(s string) error {
	if !utf8.ValidString(s) {
		return fmt.Errorf("cannot write %q in Nix: it is not UTF-8: %w", clip(s), ErrText)
	}
	for _, r := range s {
		if unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t' {
			return fmt.Errorf("cannot write %q in Nix: it has the control character U+%04X: %w", clip(s), r, ErrText)
		}
	}
	return nil
}

// clip keeps a hostile megabyte of text out of an error message.
func clip(s string) string {
	const most = 64
	if len(s) > most {
		return s[:most] + "…"
	}
	return s
}
