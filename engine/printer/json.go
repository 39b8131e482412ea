package printer

import (
	"encoding/json"
	"io"

	"lethe/engine/event"
)

// NewJSON prints each event as one JSON object on a line.
func NewJSON(w io.Writer) event.Sink {
	encoder := json.NewEncoder(w)
	return event.SinkFunc(func(e event.Event) { _ = encoder.Encode(e) })
}
