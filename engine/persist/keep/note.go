package keep

import "strings"

// What the notes say, but for git's words. "{path}" stands for the path that one is about.
const (
	noteFile = "A single file with something in it is not mounted over while the system runs, and the rebuild says so: it is kept from the next boot on. " +
		"Copy it again right before you restart, or keep the folder that it is in instead."
	noteShown = "{path} shows it until the rebuild: what programs write there until then is written to what was forgotten."
	noteKept  = "{path} is kept: it is mounted, and what is written there stays."
	noteLeft  = "{path} is left as it is: it was copied before the last start, so the copy is all that is left. Rebuild to have it back."
)

// Words lists what notes say, in English and with "{path}" for a path, so that others can have translations of it.
func Words() []string { return []string{noteFile, noteShown, noteKept, noteLeft} }

// noteOf fills in the path that a note is about.
func noteOf(note, name string) string { return strings.ReplaceAll(note, "{path}", printable(name)) }
