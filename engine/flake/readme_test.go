package flake_test

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"lethe/engine/config"
)

const (
	readme      = "../../README.md"
	exampleFrom = "<!-- A generated repository; `make golden` writes this part. -->\n"
	exampleTo   = "<!-- End of the generated repository. -->\n"
)

// TestReadmeShowsARepository keeps the example in the project's README true, to the byte.
func TestReadmeShowsARepository(t *testing.T) {
	repo := render(t, combination{true, config.SwapRandomKey, "plasma", 1}.input(t))
	var example strings.Builder
	for _, f := range repo.Files {
		kind := "text"
		switch {
		case strings.HasSuffix(f.Path, ".nix"):
			kind = "nix"
		case strings.HasSuffix(f.Path, ".md"):
			kind = "markdown"
		}
		fmt.Fprintf(&example, "<details><summary><code>%s</code></summary>\n\n````%s\n%s````\n\n</details>\n", f.Path, kind, f.Text)
	}
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), exampleFrom)
	_, after, ends := strings.Cut(rest, exampleTo)
	if !begins || !ends {
		t.Fatal("README.md has no place for the example")
	}
	want := before + exampleFrom + "\n" + example.String() + "\n" + exampleTo + after
	if want == string(text) {
		return
	}
	if !*update {
		t.Fatal("README.md shows another repository than the one that is written; run make golden")
	}
	if err := os.WriteFile(readme, []byte(want), 0o644); err != nil {
		t.Fatal(err)
	}
}
