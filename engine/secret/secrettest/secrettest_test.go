package secrettest_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"compress/zlib"
	"encoding/base64"
	"encoding/hex"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/iotest"

	"lethe/engine/secret/secrettest"
)

const canary = "kanarienvogel-7Qx$2pZ"

var needles = secrettest.NewNeedles(map[string]string{"passphrase": canary})

func TestEveryFormIsFound(t *testing.T) {
	contents := map[string][]byte{
		"raw": []byte("x" + canary + "y"), "hex": []byte(hex.EncodeToString([]byte(canary))),
		"UTF-16": secrettest.Forms(canary)["UTF-16"], "UTF-16BE": append([]byte{0}, secrettest.Forms(canary)["UTF-16BE"]...),
	}
	for shift := range 3 {
		contents["base64"+strings.Repeat("+", shift)] = []byte(base64.StdEncoding.EncodeToString([]byte(strings.Repeat("y", shift) + canary + "tail")))
	}
	for name, content := range contents {
		if found := needles.In(content); len(found) == 0 {
			t.Errorf("%s is not found", name)
		}
		far := append(bytes.Repeat([]byte{0}, 1<<20-5), content...)
		if found, err := needles.Stream(iotest.HalfReader(bytes.NewReader(far))); err != nil || len(found) == 0 {
			t.Errorf("%s is not found across the edge of two reads: %v", name, err)
		}
	}
	if found := needles.In([]byte("kanarienvogel-7Qx$2p")); len(found) != 0 {
		t.Errorf("found %v in what does not hold it", found)
	}
}

func TestPackedContentIsSearched(t *testing.T) {
	folder := t.TempDir()
	var object, archive, zipped bytes.Buffer
	z := zlib.NewWriter(&object)
	_, _ = z.Write([]byte("blob 21\x00" + canary))
	_ = z.Close()
	g := gzip.NewWriter(&archive)
	tw := tar.NewWriter(g)
	_ = tw.WriteHeader(&tar.Header{Name: "object", Mode: 0o600, Size: int64(object.Len())})
	_, _ = tw.Write(object.Bytes())
	_, _ = tw.Close(), g.Close()
	zw := zip.NewWriter(&zipped)
	w, _ := zw.Create("file")
	_, _ = w.Write([]byte(canary))
	_ = zw.Close()
	for name, content := range map[string][]byte{"object": object.Bytes(), "archive": archive.Bytes(), "zip": zipped.Bytes(), "plain": []byte("nothing")} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	found, files, err := needles.Below(folder, nil)
	if err != nil || files != 4 || len(found) != 3 {
		t.Errorf("%d files, %q, %v", files, found, err)
	}
	found, files, err = needles.Below(folder, func(path string) bool { return filepath.Base(path) != "plain" })
	if err != nil || files != 1 || len(found) != 0 {
		t.Errorf("%d files, %q, %v", files, found, err)
	}
}
