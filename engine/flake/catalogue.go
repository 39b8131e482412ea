package flake

import (
	_ "embed"
	"fmt"
	"strings"
	"sync"

	"lethe/engine/config"
)

//go:embed catalogue.tsv
var catalogueText string

// entry is one line of the catalogue.
type entry struct {
	Keep
	home bool
	when []string
}

var catalogue = sync.OnceValues(func() ([]entry, error) { return parseCatalogue(catalogueText) })

func parseCatalogue(text string) ([]entry, error) {
	var entries []entry
	header := false
	for number, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		cells := strings.Split(line, "\t")
		switch {
		case strings.HasPrefix(line, "#"):
			continue
		case len(cells) != 7:
			return nil, fmt.Errorf("cannot read catalogue line %d: it has %d columns, not 7", number+1, len(cells))
		case !header:
			header = true
			continue
		}
		path, home := strings.CutPrefix(cells[0], "~/")
		entries = append(entries, entry{
			Keep: Keep{Path: path, File: cells[1] == "file", User: cells[2], Mode: cells[3], Method: cells[4], Why: cells[6]},
			home: home,
			when: strings.Split(cells[5], "+"),
		})
	}
	return entries, nil
}

// conditions is what is switched on, in the catalogue's words. The wishes have their defaults.
func conditions(c config.Config) map[string]bool {
	on := map[string]bool{
		"always":              true,
		"networkmanager":      c.Host.Network == "networkmanager",
		"desktop":             c.Desktop.Environment != "none",
		c.Desktop.Environment: true,
		c.Persistence.Home:    true,
		"bluetooth":           c.Services.Bluetooth,
		"ssh":                 c.Services.SSH,
		"printing":            c.Services.Printing,
		"docker":              c.Services.Docker,
		"podman":              c.Services.Podman,
		"libvirt":             c.Services.Libvirt,
		"flatpak":             c.Services.Flatpak,
		"tailscale":           c.Services.Tailscale,
		"steam":               c.Services.Steam,
	}
	for _, u := range c.Users {
		on[u.Shell] = true
	}
	return on
}

func (e entry) applies(on map[string]bool) bool {
	for _, w := range e.when {
		if !on[w] {
			return false
		}
	}
	return true
}

// Catalogue is everything that Lethe knows to hold state, whatever the wishes: of the system, and in homes.
func Catalogue() (Persistence, error) {
	entries, err := catalogue()
	if err != nil {
		return Persistence{}, err
	}
	var p Persistence
	for _, e := range entries {
		p.places(e.home).add(e.Keep)
	}
	return p, nil
}
