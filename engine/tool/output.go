package tool

import (
	"bytes"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"
)

// Bounds of what is kept of a program's talk.
const (
	tailLines = 200
	lineBytes = 4096
)

// output collects what a program says: standard output whole up to a bound, if it is wanted, and the last lines of both streams.
type output struct {
	mu    sync.Mutex
	whole bytes.Buffer
	over  bool
	ring  []string
	next  int
	errs  []string // the first lines of standard error
	line  func(string)

	stdout, stderr *stream // what the program writes to
}

func newOutput(line func(string), keep bool) *output {
	o := &output{line: line}
	o.stdout, o.stderr = &stream{out: o, keep: keep}, &stream{out: o, isErr: true}
	return o
}

// finish takes a last line that had no end. The program must be gone by then.
func (o *output) finish() {
	o.stdout.flush()
	o.stderr.flush()
}

// alone makes line be called at no time at which o calls its own; it may be nil.
func (o *output) alone(line func(string)) func(string) {
	if line == nil {
		return nil
	}
	return func(text string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		line(text)
	}
}

// keep adds to the whole output.
func (o *output) keep(p []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if room := mostOutput - o.whole.Len(); len(p) > room {
		o.over = true
		p = p[:room]
	}
	o.whole.Write(p)
}

// add remembers a line and passes it on.
func (o *output) add(line string, isErr bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if isErr && len(o.errs) < tailLines {
		o.errs = append(o.errs, line)
	}
	if len(o.ring) < tailLines {
		o.ring = append(o.ring, line)
	} else {
		o.ring[o.next] = line
		o.next = (o.next + 1) % tailLines
	}
	if o.line != nil {
		o.line(line)
	}
}

func (o *output) bytes() []byte { o.mu.Lock(); defer o.mu.Unlock(); return o.whole.Bytes() }
func (o *output) complaint() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(o.errs, "\n")
}
func (o *output) overflowed() bool { o.mu.Lock(); defer o.mu.Unlock(); return o.over }

// tail gives the last lines in order.
func (o *output) tail() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return strings.Join(append(append([]string{}, o.ring[o.next:]...), o.ring[:o.next]...), "\n")
}

// stream cuts one of the two streams into lines. It is written to by one goroutine only.
type stream struct {
	out     *output
	keep    bool // in whole
	isErr   bool
	partial []byte
}

// Write never fails, so that a talkative program is never stopped by its talk.
func (s *stream) Write(p []byte) (int, error) {
	if s.keep {
		s.out.keep(p)
	}
	for rest := p; len(rest) > 0; {
		length, ended := bytes.IndexAny(rest, "\n\r"), 1
		if length < 0 {
			length, ended = len(rest), 0
		}
		if room := lineBytes - len(s.partial); length > room {
			length, ended = room, 0 // a longer line goes on as the next one, so that nothing is lost
		}
		s.partial = append(s.partial, rest[:length]...)
		rest = rest[length+ended:]
		switch {
		case ended == 1:
			s.flush()
		case len(s.partial) == lineBytes:
			s.fold()
		}
	}
	return len(p), nil
}

// fold passes on what there is of a long line. A rune that is not whole yet goes to the rest.
func (s *stream) fold() {
	whole := len(s.partial)
	for i := whole - 1; i >= whole-utf8.UTFMax; i-- {
		if utf8.RuneStart(s.partial[i]) {
			if !utf8.FullRune(s.partial[i:]) {
				whole = i
			}
			break
		}
	}
	if text := printable(s.partial[:whole]); text != "" {
		s.out.add(text, s.isErr)
	}
	s.partial = s.partial[:copy(s.partial, s.partial[whole:])]
}

// flush ends a line. Empty lines are dropped and bytes that are no text replaced.
func (s *stream) flush() {
	if text := strings.TrimRight(printable(s.partial), " "); text != "" {
		s.out.add(text, s.isErr)
	}
	s.partial = s.partial[:0]
}

// printable makes a line safe for a terminal and a log: no control characters, none that reorder or hide text.
func printable(line []byte) string {
	text := string(line)
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "�")
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case r < 0x20, r >= 0x7f && r < 0xa0, r >= 0xa0 && unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp):
			return -1
		}
		return r
	}, text)
}
