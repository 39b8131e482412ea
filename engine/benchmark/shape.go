package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// shape is how the two trees of a measurement stand to each other.
type shape struct {
	name  string
	plant func(root, persist string, files int) error
	cold  bool // also measured with nothing of the disk in memory
}

// shapes are the worst case, in which each file must be looked at twice, and the usual one: what an installed system keeps is mounted on its
// root, where no scan enters, so that the two have next to nothing in common.
var shapes = []shape{
	{"each in both trees", twins, true},
	{"on the root alone", strangers, false},
}

// twins makes two trees of so many files each, alike but for what differs, is missing and is orphaned: one in fifty of each.
func twins(root, persist string, files int) error {
	old := time.Now().Add(-24 * time.Hour)
	return grow(files, func(folder string) error {
		for _, tree := range []string{root, persist} {
			if err := os.MkdirAll(filepath.Join(tree, folder), 0o700); err != nil {
				return err
			}
		}
		return nil
	}, func(file string, n int) error {
		if n%50 != 1 {
			if err := plantFile(filepath.Join(root, file), old, n%50 == 2); err != nil {
				return err
			}
		}
		if n%50 == 3 {
			return nil
		}
		return plantFile(filepath.Join(persist, file), old, false)
	})
}

// strangers makes a root of so many files that the persist tree lacks, and a tenth as many in the persist tree at places of its own.
func strangers(root, persist string, files int) error {
	old := time.Now().Add(-24 * time.Hour)
	for tree, n := range map[string]int{root: files, filepath.Join(persist, "var/lib/service"): files / 10} {
		err := grow(n, func(folder string) error { return os.MkdirAll(filepath.Join(tree, folder), 0o700) },
			func(file string, _ int) error { return plantFile(filepath.Join(tree, file), old, false) })
		if err != nil {
			return err
		}
	}
	return nil
}

// grow names folders and so many files in them. Folders have 8 to 119 files, and lie up to six deep.
func grow(files int, folder func(name string) error, file func(name string, n int) error) error {
	for n, number := 0, 0; n < files; number++ {
		name := filepath.Join(fmt.Sprintf("home/user-%d", number%3), fmt.Sprintf(".local/share/program-%02d", number%31), fmt.Sprintf("section-%03d", number/31%101),
			fmt.Sprintf("folder-%04d", number))
		if err := folder(name); err != nil {
			return err
		}
		for range min(8+number*37%112, files-n) {
			if err := file(filepath.Join(name, fmt.Sprintf("some file %07d.data", n)), n); err != nil {
				return err
			}
			n++
		}
	}
	return nil
}

// plantFile makes a small file.
func plantFile(name string, modified time.Time, longer bool) error {
	text := "x"
	if longer {
		text = "longer"
	}
	if err := os.WriteFile(name, []byte(text), fs.FileMode(0o600)); err != nil {
		return err
	}
	return os.Chtimes(name, modified, modified)
}
