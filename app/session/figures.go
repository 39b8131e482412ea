package session

import (
	"strconv"

	"lethe/engine/event"
)

// figures says what [event.Work.String] says, so that it can be translated.
func figures(w event.Work) Text {
	var parts []Text
	if w.Fetches > 0 || w.Copied > 0 {
		parts = append(parts, say("copied {{.Share}} paths", "Share", "").with("Share", share(w.Copied, w.Fetches)))
	}
	switch {
	case w.Bytes > 0 && w.BytesTotal > 0:
		parts = append(parts, say("{{.Done}} of {{.All}}", "Done", w.Bytes.Human(), "All", w.BytesTotal.Human()))
	case w.BytesTotal > 0:
		parts = append(parts, say("{{.Size}} in all", "Size", w.BytesTotal.Human()))
	}
	if w.Builds > 0 || w.Built > 0 {
		parts = append(parts, say("built {{.Share}}", "Share", "").with("Share", share(w.Built, w.Builds)))
	}
	var all Text
	for _, p := range parts {
		if all.Empty() {
			all = p
			continue
		}
		all = Text{Form: "{{.A}}, {{.B}}", Parts: map[string]Text{"A": all, "B": p}}
	}
	return all
}

// share says how many of how many, where the latter is known.
func share(done, all int) Text {
	if all == 0 {
		return quote(strconv.Itoa(done))
	}
	return say("{{.Done}} of {{.All}}", "Done", strconv.Itoa(done), "All", strconv.Itoa(all))
}
