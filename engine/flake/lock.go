package flake

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"lethe/engine/device"
)

// Offline is what to tell a user when there is no lock.
const Offline = "There is no flake.lock yet: the inputs could not be reached, and Lethe writes no revision that was not " +
	"computed from the bytes it names. The first build with a network makes the file; commit it then."

// lockFile is the part of a flake.lock that is looked at.
type lockFile struct {
	Root  string `json:"root"`
	Nodes map[string]struct {
		Inputs map[string]json.RawMessage `json:"inputs"`
		Locked struct {
			NarHash string `json:"narHash"`
		} `json:"locked"`
		Original struct {
			Type  string `json:"type"`
			Owner string `json:"owner"`
			Repo  string `json:"repo"`
			Ref   string `json:"ref"`
		} `json:"original"`
	} `json:"nodes"`
}

// CheckLock is [FitsLock] for a lock that somebody asked for, and says what to do about it.
func CheckLock(in Input) error {
	if err := FitsLock(in); err != nil {
		return fmt.Errorf("cannot use flake.lock: %w; run nix flake lock", err)
	}
	return nil
}

// FitsLock tells whether a flake.lock belongs to a repository: its root has exactly the inputs that flake.nix of
// this input names, each from the place that is named there (else Nix would lock it anew), and each locked to a hash. It
// cannot tell whether the hashes are true; whoever made the lock computed them, and Nix checks them again at the build.
func FitsLock(in Input) error {
	var lock lockFile
	if err := json.Unmarshal(in.Lock, &lock); err != nil {
		return err
	}
	v, err := newView(in)
	if err != nil {
		return err
	}
	wanted := inputs(v)
	root := lock.Nodes[lock.Root]
	if len(root.Inputs) != len(wanted) {
		return fmt.Errorf("it locks %d inputs and flake.nix has %d", len(root.Inputs), len(wanted))
	}
	for _, name := range slices.Sorted(maps.Keys(wanted)) {
		var node string
		if err := json.Unmarshal(root.Inputs[name], &node); err != nil {
			return fmt.Errorf("it does not lock input %s", name)
		}
		if lock.Nodes[node].Locked.NarHash == "" {
			return fmt.Errorf("input %s has no hash", name)
		}
		from := lock.Nodes[node].Original
		if place := strings.Trim(from.Type+":"+from.Owner+"/"+from.Repo+"/"+from.Ref, "/"); strings.HasPrefix(wanted[name], "github:") && place != wanted[name] {
			return fmt.Errorf("input %s is from %s there and from %s in flake.nix", name, device.Clean(place), wanted[name])
		}
	}
	return nil
}

// inputs are the names in flake.nix and where they are from.
func inputs(v view) map[string]string {
	from := map[string]string{
		"nixpkgs":      v.NixpkgsURL,
		"home-manager": v.HomeManagerURL,
		"impermanence": "github:nix-community/impermanence",
	}
	if v.LetheURL != "" {
		from["lethe"] = v.LetheURL
	}
	return from
}
