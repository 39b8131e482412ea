package keyboard

import (
	"fmt"
	"strings"
)

// token is a word, a string, a key's name or one sign of XKB's language.
type token struct {
	kind byte // 'w', '"', '<', or the sign itself; 0 for a space or a comment, and after the end
	text string
	line int
}

// keyword gives a word in lower case, since XKB's keywords have none; "" for what is no word.
func (t token) keyword() string {
	if t.kind != 'w' {
		return ""
	}
	return strings.ToLower(t.text)
}

// tokens cuts a file of XKB's symbols into its tokens; comments fall away.
func tokens(text string) ([]token, error) {
	var all []token
	line := 1
	for text != "" {
		t, n := next(text)
		t.line = line
		if n == 0 {
			return nil, fmt.Errorf("%w in line %d: a string, a name or a comment does not end", errSymbols, line)
		}
		if t.kind != 0 {
			all = append(all, t)
		}
		line += strings.Count(text[:n], "\n")
		text = text[n:]
	}
	return all, nil
}

// next gives the first token and its length in bytes, which is 0 where it does not end.
func next(text string) (token, int) {
	switch c := text[0]; {
	case strings.IndexByte(" \t\r\n\v\f", c) >= 0:
		return token{}, 1
	case c == '#', strings.HasPrefix(text, "//"):
		comment, _, _ := strings.Cut(text, "\n")
		return token{}, len(comment)
	case strings.HasPrefix(text, "/*"):
		return enclosed(text, 0, "*/")
	case c == '"':
		return enclosed(text, c, `"`)
	case c == '<':
		return enclosed(text, c, ">")
	case !isWord(c):
		return token{kind: c}, 1
	}
	n := 1
	for n < len(text) && isWord(text[n]) {
		n++
	}
	return token{kind: 'w', text: text[:n]}, n
}

// enclosed gives a token of that kind that lasts until an end.
func enclosed(text string, kind byte, end string) (token, int) {
	inside, _, found := strings.Cut(text[1:], end)
	if !found {
		return token{}, 0
	}
	return token{kind: kind, text: inside}, 1 + len(inside) + len(end)
}

func isWord(c byte) bool {
	return c == '_' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

// reader goes through tokens.
type reader struct {
	tokens []token
	at     int
}

// peek gives the token that comes next; the zero token after the end.
func (r *reader) peek() token {
	if r.at < len(r.tokens) {
		return r.tokens[r.at]
	}
	return token{}
}

func (r *reader) more() bool { return r.at < len(r.tokens) }

// take gives the next token; at the end, the zero token again and again.
func (r *reader) take() token {
	t := r.peek()
	if r.more() {
		r.at++
	}
	return t
}

// took takes the next token if it is of that kind.
func (r *reader) took(kind byte) bool {
	if r.peek().kind != kind {
		return false
	}
	r.at++
	return true
}

// closing are the signs that end what an opening one began.
var closing = map[byte]byte{'{': '}', '[': ']', '(': ')'}

// block takes what stands up to the sign that closes an opening one, which has just been taken.
func (r *reader) block(opening byte) ([]token, error) {
	from, ends := r.at, []byte{closing[opening]}
	for r.more() {
		t := r.take()
		switch {
		case closing[t.kind] != 0:
			ends = append(ends, closing[t.kind])
		case t.kind == ends[len(ends)-1]:
			ends = ends[:len(ends)-1]
		}
		if len(ends) == 0 {
			return r.tokens[from : r.at-1], nil
		}
	}
	return nil, r.fail(fmt.Sprintf("%q is missing", ends[len(ends)-1]))
}

// until takes what stands before a sign that is not inside brackets, and the sign; or all the rest.
func (r *reader) until(sign byte) ([]token, error) {
	from := r.at
	for r.more() {
		t := r.take()
		if t.kind == sign {
			return r.tokens[from : r.at-1], nil
		}
		if closing[t.kind] != 0 {
			if _, err := r.block(t.kind); err != nil {
				return nil, err
			}
		}
	}
	return r.tokens[from:], nil
}

func (r *reader) fail(why string) error {
	line := 0
	if n := min(r.at, len(r.tokens)); n > 0 {
		line = r.tokens[n-1].line
	}
	return fmt.Errorf("%w in line %d: %s", errSymbols, line, why)
}
