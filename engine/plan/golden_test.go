package plan_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"lethe/engine/layout"
)

var update = flag.Bool("update", false, "write the golden files anew")

func TestGolden(t *testing.T) {
	for name, p := range plans(t) {
		t.Run(name, func(t *testing.T) {
			text, err := p.JSON()
			if err != nil {
				t.Fatal(err)
			}
			golden(t, name+".json", text)
			golden(t, name+".sh", []byte(p.Script()))
			golden(t, name+".txt", []byte(p.Text(p.Layout.Map(80, layout.MapStyle{}))))
		})
	}
}

// golden compares with a file of testdata.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs (write it anew with -update); got\n%s", path, got)
	}
}
