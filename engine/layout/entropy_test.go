package layout_test

import "io"

// zeros is a source of randomness that is stuck.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// limited gives n bytes of randomness and then fails.
type limited struct {
	n   int64
	err error
}

func (l limited) reader() io.Reader {
	return io.MultiReader(io.LimitReader(entropy(1), l.n), failing{l.err})
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
