package config

import (
	"fmt"
	"strings"
)

// Unkeepable says why a folder or file of this name cannot be kept, and nothing where it can. The rules were tried on systemd 252 with
// units as NixOS writes them: it refuses a mount unit for a name that is not ASCII or has a question mark (NixOS does not escape
// them), strips blanks at the end, and expands "%". Such a path would not be mounted, and what is written there would be lost at the next boot.
func Unkeepable(name string, file bool) string {
	for i := range len(name) {
		switch c := name[i]; {
		case c < ' ' || c == 0x7f:
			return fmt.Sprintf("its name has the control character 0x%02x, which neither Nix nor a unit of systemd can hold", c)
		case c >= 0x80:
			return "its name has letters beyond ASCII, which NixOS does not escape in the name of a mount unit, so that systemd refuses it"
		case strings.IndexByte(`?\%`, c) >= 0, c == '$' && file:
			return fmt.Sprintf("its name has %q, which NixOS leaves in a unit as it is and systemd reads as something else", c)
		}
	}
	if strings.HasSuffix(name, " ") {
		return "its name ends in a blank, which systemd strips"
	}
	return ""
}
