package session

import (
	"strings"
	"unicode/utf8"
)

// continued is the indent of the lines that a command goes on in.
const continued = "    "

// WrapCommand breaks a shell command between its words into lines of at most so many characters, where words are that short. What
// it gives is the same command: the shell joins the lines again. Commands of several lines stay as they are, since the further
// lines are somebody's text.
func WrapCommand(command string, columns int) string {
	if strings.Contains(command, "\n") || utf8.RuneCountInString(command) <= columns {
		return command
	}
	const more = ` \`
	var b strings.Builder
	line := 0
	for i, word := range withValues(shellWords(command), columns-len(continued)-len(more)) {
		length := utf8.RuneCountInString(word)
		switch {
		case i == 0:
		case line+1+length+len(more) > columns:
			b.WriteString(more + "\n" + continued)
			line = len(continued)
		default:
			b.WriteByte(' ')
			line++
		}
		b.WriteString(word)
		line += length
	}
	return b.String()
}

// withValues puts options and their values together, where both fit into a line.
func withValues(words []string, columns int) []string {
	option := func(word string) bool { return strings.HasPrefix(word, "-") }
	var list []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		if i > 0 && i+1 < len(words) && option(word) && !option(words[i+1]) && utf8.RuneCountInString(word+" "+words[i+1]) <= columns {
			i++
			word += " " + words[i]
		}
		list = append(list, word)
	}
	return list
}

// shellWords cuts a line at the spaces that no single quotes hold and no backslash escapes; quotes stay in the words.
func shellWords(line string) []string {
	var words []string
	start, quoted, escaped := 0, false, false
	for i := range len(line) {
		switch c := line[i]; {
		case escaped:
			escaped = false
		case c == '\'':
			quoted = !quoted
		case quoted:
		case c == '\\':
			escaped = true
		case c == ' ':
			words = append(words, line[start:i])
			start = i + 1
		}
	}
	return append(words, line[start:])
}

// Widest is the length of the longest line of a text, in characters.
func Widest(text string) int {
	most := 0
	for line := range strings.SplitSeq(text, "\n") {
		most = max(most, utf8.RuneCountInString(line))
	}
	return most
}

// WrapComment makes comment lines of at most so many characters of a text, where its words are that short.
func WrapComment(text string, columns int) string {
	var lines []string
	line := "#"
	for word := range strings.FieldsSeq(text) {
		if line != "#" && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > columns {
			lines = append(lines, line)
			line = "#"
		}
		line += " " + word
	}
	return strings.Join(append(lines, line), "\n")
}
