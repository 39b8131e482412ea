package verify

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"lethe/engine/flake"
	"lethe/engine/flake/export"
	"lethe/engine/plan"
	"lethe/engine/tool"
)

// Configuration compares the repository in folder with the reviewed one, and lets Nix parse it where Nix is installed.
func Configuration(ctx context.Context, tools tool.Runner, folder string, c plan.Configuration) []Check {
	return configuration(ctx, tools, folder, c, nil)
}

// configuration allows a lock that was fetched later to be the only difference; nil allows none.
func configuration(ctx context.Context, tools tool.Runner, folder string, c plan.Configuration, lock []byte) []Check {
	var files []string
	check := judge(ctx, "NixOS configuration", "lethe", func() (seen string, err error) {
		files, err = onDisk(folder, c, lock)
		seen = fmt.Sprintf("%d files as reviewed, %.12s", len(files), c.Hash)
		if lock != nil {
			seen += "; the only difference is the " + flake.LockFile + " that was fetched during the installation"
		}
		return seen, err
	})
	checks := []Check{check}
	if check.Status == Failed {
		return checks
	}
	return append(checks, parsed(ctx, tools, files))
}

// onDisk makes sure that every file of the plan is in the repository, byte for byte, and for a generated one that
// nothing else is. A lock that was fetched later stands in place of the plan's. It gives the files' paths.
func onDisk(folder string, c plan.Configuration, lock []byte) ([]string, error) {
	found, err := export.Load(folder)
	if err != nil {
		return nil, err
	}
	planned := c.Files
	if lock != nil {
		if planned, err = planned.With(flake.LockFile, lock); err != nil {
			return nil, err
		}
	}
	var problems []error
	var paths []string
	for _, f := range planned.Files {
		text, ok := found.Get(f.Path)
		if !ok || string(text) != string(f.Text) {
			problems = append(problems, fmt.Errorf("%s is not as it was reviewed", f.Path))
		}
		paths = append(paths, filepath.Join(folder, filepath.FromSlash(f.Path)))
	}
	wanted := c.Hash
	if lock != nil {
		wanted = planned.Hash()
	}
	if c.Own == nil && len(problems) == 0 && found.Hash() != wanted {
		problems = append(problems, errors.New("it holds files that were not reviewed"))
	}
	return paths, errors.Join(problems...)
}

// parsed lets Nix read the syntax. Where Nix itself does not work, as with a full temporary folder, nothing is said against the files, which are
// as they were reviewed.
func parsed(ctx context.Context, tools tool.Runner, files []string) Check {
	const name, by = "syntax of the configuration", "nix-instantiate --parse"
	unchecked := func(why string) Check { return Check{Name: name, Status: NotRehearsed, Detail: why, By: by} }
	nix, err := tool.NewNix(tools)
	if err != nil {
		return unchecked(err.Error())
	}
	defer nix.Close()
	if !nix.Available() {
		return unchecked("Nix is not installed here")
	}
	var sources []string
	for _, f := range files {
		if strings.HasSuffix(f, ".nix") {
			sources = append(sources, f)
		}
	}
	err = nix.Parse(ctx, sources...)
	if err != nil && context.Cause(ctx) == nil {
		if broken := nix.Works(ctx); broken != nil && context.Cause(ctx) == nil {
			return unchecked(broken.Error())
		}
	}
	return result(name, by, fmt.Sprintf("%d files parse", len(sources)), err)
}
