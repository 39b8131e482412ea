package persist

import (
	"slices"

	"lethe/engine/flake"
)

// unknown is what an owner is called whom no rule names.
const unknown = "not known"

// Words lists all that a scan can call an owner or give as a reason, each once and in English, so that others can have translations of
// it. "{app}" and "{user}" stand for what a path says in their place, at most one of them in a text. The names that units give themselves are not among them.
func Words() ([]string, error) {
	known, err := tables()
	if err != nil {
		return nil, err
	}
	catalogue, err := flake.Catalogue()
	if err != nil {
		return nil, err
	}
	list := []string{unknown}
	for _, row := range known.noise {
		if row[2] != "-" {
			list = append(list, row[2])
		}
	}
	for _, g := range generated {
		list = append(list, g.reason)
	}
	for _, row := range known.owners {
		list = append(list, row[3])
	}
	for _, places := range []flake.Places{catalogue.System, catalogue.Home} {
		for _, k := range slices.Concat(places.Directories, places.Files) {
			if k.Why != "" {
				list = append(list, k.Why)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list), nil
}
