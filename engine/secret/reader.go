package secret

import "io"

// Reader gives the secret once, for the standard input of a child. Copying from it makes no other copy in memory (it is an
// [io.WriterTo]), and Wipe waits for a copy under way. After Wipe, reading is an error, never zeros.
func (s *Secret) Reader() io.Reader { return &reader{memory: s.memory()} }

// reader reads memory.
type reader struct {
	memory *memory
	at     int
}

// Read copies to p.
func (r *reader) Read(p []byte) (n int, err error) {
	err = r.memory.use(func(text []byte) error {
		if r.at == len(text) {
			return io.EOF
		}
		n = copy(p, text[r.at:])
		r.at += n
		return nil
	})
	return n, err
}

// WriteTo writes straight from the secret's own memory.
func (r *reader) WriteTo(w io.Writer) (n int64, err error) {
	err = r.memory.use(func(text []byte) error {
		written, err := w.Write(text[r.at:])
		r.at += written
		n = int64(written)
		return err
	})
	return n, err
}

// length is how many bytes the secret has; none after Wipe.
func (s *Secret) length() int {
	n := 0
	_ = s.Use(func(text []byte) error { n = len(text); return nil })
	return n
}
