package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"

	"lethe/engine"
)

// TestMetadata compares what the program says of itself with what packages and desktops read.
func TestMetadata(t *testing.T) {
	type details struct {
		Icon, Name, ID, Version string
		Build                   int
	}
	var file struct{ Details details }
	if _, err := toml.DecodeFile(filepath.Join("..", "FyneApp.toml"), &file); err != nil {
		t.Fatal(err)
	}
	m := metadata()
	if diff := cmp.Diff(file.Details, details{"assets/icon.png", m.Name, m.ID, m.Version, m.Build}); diff != "" {
		t.Errorf("FyneApp.toml and metadata() differ: %s", diff)
	}
	if m.Version != engine.Release {
		t.Errorf("the window is %s and its engine %s", m.Version, engine.Release)
	}
	icon, err := os.ReadFile(filepath.Join("..", filepath.FromSlash(file.Details.Icon)))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(icon, m.Icon.Content()) {
		t.Error("the program has another icon than FyneApp.toml names")
	}
}
