package verify

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"lethe/engine/flake/export"
	"lethe/engine/plan"
	"lethe/engine/tool"
)

// Configuration compares the repository in folder with the reviewed one, and lets Nix parse it where Nix is installed.
func Configuration(ctx context.Context, tools tool.Runner, folder string, c plan.Configuration) []Check {
	const name = "NixOS configuration"
	files, err := onDisk(folder, c)
	checks := []Check{result(name, "lethe", fmt.Sprintf("%d files as reviewed, %s", len(files), c.Hash[:12]), err)}
	if err != nil {
		return checks
	}
	return append(checks, parsed(ctx, tools, files))
}

// onDisk makes sure that every file of the plan is in the repository, byte for byte, and for a generated one that
// nothing else is. It gives the Nix files' paths.
func onDisk(folder string, c plan.Configuration) ([]string, error) {
	found, err := export.Load(folder)
	if err != nil {
		return nil, err
	}
	var problems []error
	var paths []string
	for _, f := range c.Files.Files {
		text, ok := found.Get(f.Path)
		if !ok || string(text) != string(f.Text) {
			problems = append(problems, fmt.Errorf("%s is not as it was reviewed", f.Path))
		}
		paths = append(paths, filepath.Join(folder, filepath.FromSlash(f.Path)))
	}
	if c.Own == nil && len(problems) == 0 && found.Hash() != c.Hash {
		problems = append(problems, errors.New("it holds files that were not reviewed"))
	}
	return paths, errors.Join(problems...)
}

// parsed lets Nix read the syntax.
func parsed(ctx context.Context, tools tool.Runner, files []string) Check {
	const name, by = "syntax of the configuration", "nix-instantiate --parse"
	nix, err := tool.NewNix(tools)
	if err != nil {
		return result(name, by, "", err)
	}
	defer nix.Close()
	if !nix.Available() {
		return Check{Name: name, Status: NotRehearsed, Detail: "Nix is not installed here", By: by}
	}
	var sources []string
	for _, f := range files {
		if strings.HasSuffix(f, ".nix") {
			sources = append(sources, f)
		}
	}
	return result(name, by, fmt.Sprintf("%d files parse", len(sources)), nix.Parse(ctx, sources...))
}
