package event

import (
	"fmt"
	"strings"

	"lethe/engine/quantity"
)

// Work is how far a long step is, in the things it works on. A total of 0 is not known, and so are the bytes then.
type Work struct {
	Builds  int `json:"builds,omitempty"`  // derivations to build
	Built   int `json:"built,omitempty"`   // of these, done
	Fetches int `json:"fetches,omitempty"` // store paths to copy
	Copied  int `json:"copied,omitempty"`  // of these, done
	// Bytes of BytesTotal are copied, both unpacked. Nix says only the total unless it is asked for its full record.
	Bytes      quantity.Bytes `json:"bytes,omitempty"`
	BytesTotal quantity.Bytes `json:"bytesTotal,omitempty"`
	// Now is what is under way, short and without control characters.
	Now string `json:"now,omitempty"`
}

// String says the figures in one line: "copied 120 of 345 paths, 1.2 GiB of 5.6 GiB, built 3 of 12". It is empty when there are none.
func (w Work) String() string {
	var parts []string
	if w.Fetches > 0 || w.Copied > 0 {
		parts = append(parts, "copied "+share(w.Copied, w.Fetches)+" paths")
	}
	switch {
	case w.Bytes > 0 && w.BytesTotal > 0:
		parts = append(parts, w.Bytes.Human()+" of "+w.BytesTotal.Human())
	case w.BytesTotal > 0:
		parts = append(parts, w.BytesTotal.Human()+" in all")
	}
	if w.Builds > 0 || w.Built > 0 {
		parts = append(parts, "built "+share(w.Built, w.Builds))
	}
	return strings.Join(parts, ", ")
}

// share says how many of how many, where the latter is known.
func share(done, all int) string {
	if all == 0 {
		return fmt.Sprint(done)
	}
	return fmt.Sprintf("%d of %d", done, all)
}

// redacted is a copy that holds no secret; w may be nil.
func (w *Work) redacted(redact func(string) string) *Work {
	if w == nil {
		return nil
	}
	safe := *w
	safe.Now = redact(w.Now)
	return &safe
}
