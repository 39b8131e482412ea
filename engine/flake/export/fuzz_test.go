package export

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"io"
	"path"
	"strings"
	"testing"
	"time"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"

	"lethe/engine/flake"
)

// FuzzArchive packs below any name: nothing in an archive leads out of the folder that it is unpacked in, on any system.
func FuzzArchive(f *testing.F) {
	for _, seed := range []string{"nixos.zip", "...zip", "..tar.gz", `..\..\x.zip`, "/a/b/.zip", "c:x.TGZ", "\u202ezip.exe.zip", "a\n.zip", ". .zip", "\xff.zip", strings.Repeat("a", 300) + ".zip"} {
		f.Add(seed)
	}
	files := []flake.File{{Path: "flake.nix", Text: []byte("{ }\n")}, {Path: "a/b.nix", Text: nil}}
	f.Fuzz(func(t *testing.T, target string) {
		folder := folderName(target)
		var zipped, tarred bytes.Buffer
		if err := zipPack(t.Context(), &zipped, folder, files, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		if err := tarPack(t.Context(), &tarred, folder, files, time.Unix(0, 0)); err != nil {
			t.Fatal(err)
		}
		z, err := zip.NewReader(bytes.NewReader(zipped.Bytes()), int64(zipped.Len()))
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		for _, entry := range z.File {
			names = append(names, entry.Name)
		}
		gz, err := gzip.NewReader(&tarred)
		if err != nil {
			t.Fatal(err)
		}
		for r := tar.NewReader(gz); ; {
			header, err := r.Next()
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			names = append(names, header.Name)
		}
		if len(names) != 2*len(files) {
			t.Errorf("%q", names)
		}
		for i, name := range names {
			inside, below := strings.CutPrefix(name, folder+"/")
			if !below || inside != files[i%len(files)].Path || path.Clean(name) != name || strings.ContainsAny(name, "\\:\x00\n") || folder == ".." || strings.Contains(folder, "/") {
				t.Errorf("%q is packed as %q", target, name)
			}
		}
	})
}

// FuzzIgnore matches paths with a .gitignore of anything, in bounded time.
func FuzzIgnore(f *testing.F) {
	f.Add("/result\nresult-*\n!keep\n# no\n**/x/**", "a/x/b")
	f.Add(strings.Repeat("**/", 20)+"z", strings.Repeat("a/", 20)+"y")
	f.Add(strings.Repeat("*a", 30)+"b", strings.Repeat("a", 200))
	f.Add("[a-\n[!]\n\\\n\xff", "\xff/[")
	f.Fuzz(func(t *testing.T, text, name string) {
		if len(text) > 4096 || len(name) > 4096 {
			return
		}
		var patterns []gitignore.Pattern
		for _, line := range strings.Split(text, "\n") {
			if strings.TrimSpace(line) != "" && !strings.HasPrefix(line, "#") {
				patterns = append(patterns, gitignore.ParsePattern(line, nil))
			}
		}
		begun := time.Now()
		gitignore.NewMatcher(patterns).Match(strings.Split(name, "/"), false)
		if took := time.Since(begun); took > 5*time.Second {
			t.Errorf("%q takes %s with %q", name, took, text)
		}
	})
}
