package session_test

import (
	"strings"
	"testing"

	"lethe/app/session"
)

// TestPathsAreFaultedInTheWordsOfTheFields has every kind of path that cannot be kept: the line is named, and no key of a file.
func TestPathsAreFaultedInTheWordsOfTheFields(t *testing.T) {
	for _, c := range []struct {
		home       bool
		path, want string
	}{
		{false, "relative/path", "begin with /"},
		{false, "/", "makes this folder anew"},
		{false, "/nix/store", "is kept anyway"},
		{false, "/home", "cannot be kept as a whole"},
		{false, "/home/ada", "cannot be kept as a whole"},
		{false, "/home/ada/Games/x", "write Games/x into the other field"},
		{false, "/srv/", "write it as /srv."},
		{false, "/srv/../etc", "without “..”"},
		{false, "/opt/good", "stands there twice"},
		{false, "/srv/\x01", "Line 2, "},
		{true, "/abs", "without the home"},
		{true, "~/x", "without the home"},
		{true, ".bashrc", "home-manager writes"},
		{true, "a//b", "write it as a/b."},
	} {
		s := session.New(session.Options{Seed: [32]byte{1}})
		kept := &s.Draft.Wishes.Persistence
		if c.home {
			kept.HomeDirectories = []string{"good", c.path}
		} else {
			kept.Directories = []string{"/opt/good", c.path}
		}
		found := false
		for _, p := range s.Problems(session.PageSystem) {
			says := p.Says.String()
			if strings.Contains(says, "home_") || strings.Contains(says, "directories") {
				t.Errorf("%q: it speaks of keys of a file: %s", c.path, says)
			}
			found = found || p.Blocks && strings.Contains(says, "Line 2") && strings.Contains(says, c.want)
		}
		if !found {
			t.Errorf("%q: %+v", c.path, s.Problems(session.PageSystem))
		}
	}
}

// TestChoicesAreExplained has something to say of everything that the page of the system offers.
func TestChoicesAreExplained(t *testing.T) {
	for _, c := range session.New(session.Options{Seed: [32]byte{1}}).Choices() {
		key := string(c.Key)
		if (strings.HasPrefix(key, "services.") || strings.HasPrefix(key, "desktop.")) && c.About.Empty() {
			t.Errorf("%s is not explained", key)
		}
	}
}
