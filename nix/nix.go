// Package nix holds the Nix and Markdown texts that Lethe fills in, as data for package flake. A template
// is ordinary text/template; every value in it goes through "str" (a Nix string) or "attr" (an attribute name),
// so that no wish of a user is ever pasted into Nix as it is.
package nix

import "embed"

// Templates are the files of a generated repository, each with ".tmpl" added to its name.
//
//go:embed templates
var Templates embed.FS
