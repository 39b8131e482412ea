package device

import (
	"context"
	"path/filepath"

	"lethe/engine/quantity"
)

// Prober finds out what is in a byte range of a disk or image, as blkid's low-level probe does. Implementations
// never write. An ambivalent or failed probe is an error; an empty Content means that nothing was found.
type Prober interface {
	// Probe looks at size bytes from start of the device node or file at path.
	Probe(ctx context.Context, path string, start, size quantity.Bytes) (Content, error)
}

// Option changes how an inventory is read.
type Option func(*options)

type options struct {
	root   string
	prober Prober
}

// WithChroot reads a machine whose sys, proc, run and dev are below dir. The default is this machine.
func WithChroot(dir string) Option { return func(o *options) { o.root = dir } }

// WithProber opens every disk, reads its table and asks p what is on it; the inventory is then confirmed. It
// needs root on a real machine. A nil p counts as none.
func WithProber(p Prober) Option { return func(o *options) { o.prober = p } }

func gather(opts []Option) options {
	var o options
	for _, set := range opts {
		set(&o)
	}
	o.root = filepath.Clean("/" + o.root)
	if o.root == "/" {
		o.root = "" // so that paths join with a plain +
	}
	return o
}
