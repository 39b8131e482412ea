package config

import (
	"errors"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
)

var errCredentials = errors.New("it holds a user name, password or token, and this file may be published")

const withoutCredentials = "write the address without it; git and Nix have their own places for credentials"

// scpPattern is an address as scp takes it, such as git@example.org:repo.
var scpPattern = regexp.MustCompile(`^([A-Za-z0-9_][A-Za-z0-9_.-]*)@[A-Za-z0-9][A-Za-z0-9.-]*:[^:]+$`)

func (l Lethe) validate(ps *problems) {
	const key = "lethe.url"
	if l.URL == "" || !plainURL(ps, key, l.URL) || path.IsAbs(l.URL) {
		return
	}
	const next = `write a flake reference such as "github:OWNER/REPO"`
	checkURL(ps, key, l.URL, next, "github", "gitlab", "sourcehut", "path", "http", "https", "tarball+https", "tarball+http", "file+https",
		"git+https", "git+http", "git+ssh", "git+file", "flake")
}

// checkSource checks where the user's own repo is.
func checkSource(ps *problems, key, source string) {
	switch {
	case source == "":
	case path.IsAbs(source):
		if clean(ps, key, source) && source != path.Clean(source) {
			ps.addf(key, source, "write "+path.Clean(source), "the path can be written shorter")
		}
	case !plainURL(ps, key, source) || scpPattern.MatchString(source):
	default:
		checkURL(ps, key, source, "write an absolute folder or a URL such as https://example.org/me/nixos.git", "https", "http", "ssh", "git", "file")
	}
}

// plainURL refuses what no address holds and what a program could take for an option.
func plainURL(ps *problems, key, text string) bool {
	if strings.HasPrefix(text, "-") || strings.ContainsFunc(text, func(r rune) bool { return r == ' ' || hidden(r) }) || len(text) > maxPath {
		ps.addf(key, "", "write a plain address", "it begins with -, is too long, or holds a space or a character that cannot be seen")
		return false
	}
	return true
}

// checkURL accepts the schemes given. The value is never quoted, since it may hold a token.
func checkURL(ps *problems, key, text, next string, schemes ...string) {
	u, err := url.Parse(text)
	switch {
	case err != nil || !slices.Contains(schemes, u.Scheme):
		ps.addf(key, "", next, "this is not an address of a known kind")
	case hasCredentials(u):
		ps.add(key, "", errCredentials, withoutCredentials)
	case u.Opaque == "" && u.Host == "" && u.Path == "":
		ps.addf(key, "", next, "it names nothing after %s:", u.Scheme)
	}
}

// hasCredentials lets the user name of an SSH address pass, since that is no secret.
func hasCredentials(u *url.URL) bool {
	if u.User != nil {
		_, password := u.User.Password()
		if password || !strings.HasSuffix(u.Scheme, "ssh") {
			return true
		}
	}
	for name := range u.Query() {
		if namesSecret(name) {
			return true
		}
	}
	return false
}
