package config

import (
	"path"
	"regexp"
	"strings"
)

var revPattern = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_./+-]{0,254}$`)

func (r Repo) validate(ps *problems) {
	checkSource(ps, "repo.source", r.Source)
	if matches(ps, "repo.rev", r.Rev, revPattern, "this is not the name of a branch, tag or commit", "write it as git shows it") && strings.Contains(r.Rev, "..") {
		ps.addf("repo.rev", r.Rev, "name one commit", "this is a range of commits")
	}
	repoPath(ps, "repo.disks_file", r.DisksFile)
	repoPath(ps, "repo.hardware_file", r.HardwareFile)
	if r.DisksFile != "" && r.DisksFile == r.HardwareFile {
		ps.addf("repo.hardware_file", r.HardwareFile, "name two files", "repo.disks_file is the same file")
	}
	if r.Source == "" && r != (Repo{}) {
		ps.addf("repo.source", "", "name the repo, or remove the other keys", "there is no repo to which the other keys could belong")
	}
}

// repoPath checks the path of a Nix file in a repo.
func repoPath(ps *problems, key, p string) {
	switch {
	case p == "" || !plainPath(ps, key, p):
	case path.IsAbs(p) || p != path.Clean(p) || strings.HasPrefix(p, "-") || p == ".git" || strings.HasPrefix(p, ".git/"):
		ps.addf(key, p, "write a path such as hosts/blitzar/disks.nix", "it is not a path in the repo in its shortest form")
	case !strings.HasSuffix(p, ".nix"):
		ps.addf(key, p, "let the name end with .nix", "it is not the name of a Nix file")
	}
}
