package widget

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"

	"lethe/app/look"
)

// Language chooses the colours of a [CodeView].
type Language string

// The languages that are told apart. Colouring is by words and quotes only; it is for reading and never wrong about the text.
const (
	Plain Language = ""
	Nix   Language = "nix"
	TOML  Language = "toml"
	Shell Language = "shell"
	Diff  Language = "diff"
)

var keywords = map[Language]*regexp.Regexp{
	Nix:   regexp.MustCompile(`^(let|in|with|inherit|rec|if|then|else|assert|import|true|false|null|or)\b`),
	TOML:  regexp.MustCompile(`^(true|false)\b`),
	Shell: regexp.MustCompile(`^(if|then|else|elif|fi|for|in|do|done|while|case|esac|set|export|sudo)\b`),
}

var number = regexp.MustCompile(`^[0-9][0-9A-Za-z_.]*`)

// word is a name that is passed over whole, so that no keyword is found inside of it.
var word = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_'-]*`)

// colourer colours one line after the other, because a Nix string in two quotes and a block comment run over lines.
type colourer struct {
	language Language
	inside   string // what ends the string or comment that the last line left open, or empty
}

// line gives the coloured pieces of a line without tabs.
func (c *colourer) line(text string) []piece {
	switch c.language {
	case Plain:
		return []piece{{text: text, colour: theme.ColorNameForeground}}
	case Diff:
		return []piece{{text: text, colour: diffColour(text)}}
	}
	var pieces []piece
	column := 0
	for text != "" {
		n, colour := c.next(text, column == 0)
		pieces = append(pieces, piece{column: column, text: text[:n], colour: colour, bold: false})
		column += utf8.RuneCountInString(text[:n])
		text = text[n:]
	}
	return merge(pieces)
}

func diffColour(text string) fyne.ThemeColorName {
	switch {
	case strings.HasPrefix(text, "+"):
		return theme.ColorNameSuccess
	case strings.HasPrefix(text, "-"):
		return theme.ColorNameError
	case strings.HasPrefix(text, "@@"):
		return look.ColorCodeKeyword
	}
	return theme.ColorNameForeground
}

// next gives the length in bytes and the colour of what a text begins with.
func (c *colourer) next(text string, atStart bool) (int, fyne.ThemeColorName) {
	if c.inside != "" {
		return c.rest(text, 0)
	}
	switch {
	case text[0] == '#':
		return len(text), look.ColorCodeComment
	case c.language == Nix && strings.HasPrefix(text, "/*"):
		c.inside = "*/"
		return c.rest(text, 2)
	case c.language == Nix && strings.HasPrefix(text, "''"):
		c.inside = "''"
		return c.rest(text, 2)
	case text[0] == '"', text[0] == '\'' && c.language != Nix:
		return quoted(text), look.ColorCodeString
	case c.language == TOML && atStart && text[0] == '[':
		return len(text), look.ColorCodeKeyword
	}
	if k := keywords[c.language].FindString(text); k != "" && len(k) == len(word.FindString(text)) {
		return len(k), look.ColorCodeKeyword
	}
	if w := word.FindString(text); w != "" {
		return len(w), theme.ColorNameForeground
	}
	if n := number.FindString(text); n != "" {
		return len(n), look.ColorCodeNumber
	}
	_, size := utf8.DecodeRuneInString(text)
	return size, theme.ColorNameForeground
}

// rest gives how far a string or comment that runs over lines goes on this one.
func (c *colourer) rest(text string, from int) (int, fyne.ThemeColorName) {
	colour := look.ColorCodeString
	if c.inside == "*/" {
		colour = look.ColorCodeComment
	}
	end := endOf(text, from, c.inside)
	if end < 0 {
		return len(text), colour
	}
	end += len(c.inside)
	c.inside = ""
	return end, colour
}

// endOf finds what ends a string; in Nix two quotes before a third, a dollar or a backslash are an escape.
func endOf(text string, from int, ends string) int {
	for {
		i := strings.Index(text[from:], ends)
		if i < 0 {
			return -1
		}
		at := from + i
		after := text[at+len(ends):]
		if ends == "''" && after != "" && strings.ContainsRune(`'$\`, rune(after[0])) {
			from = at + len(ends) + 1
			continue
		}
		return at
	}
}

// quoted gives the length of a string on one line; a backslash escapes in double quotes.
func quoted(text string) int {
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && text[0] == '"':
			i++
		case text[i] == text[0]:
			return i + 1
		}
	}
	return len(text)
}

// merge joins neighbours of one colour.
func merge(pieces []piece) []piece {
	var merged []piece
	for _, p := range pieces {
		if n := len(merged); n > 0 && merged[n-1].colour == p.colour {
			merged[n-1].text += p.text
			continue
		}
		merged = append(merged, p)
	}
	return merged
}
