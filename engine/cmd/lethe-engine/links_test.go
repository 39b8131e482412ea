package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)|(?:src|href)="([^"]+)"`)
	outside = regexp.MustCompile(`^[a-z]+:`)
	heading = regexp.MustCompile(`^#{1,6} (.+)$`)
	dropped = regexp.MustCompile(`[^\p{L}\p{N} _-]`)
)

// anchors are the headings of a page as forges make them into fragments.
func anchors(passages []passage) []string {
	var list []string
	for _, p := range passages {
		if found := heading.FindStringSubmatch(p.text); found != nil && !p.fenced {
			list = append(list, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(found[1]), ""), " ", "-"))
		}
	}
	return list
}

// follow tells whether a link leads to a file of the repository, and to a heading of it where it names one.
func follow(from, to string) error {
	path, fragment, _ := strings.Cut(to, "#")
	target := filepath.Join(filepath.Dir(from), path)
	if path == "" {
		target = from
	}
	if !filepath.IsLocal(target) {
		return fmt.Errorf("%s is not in the repository", target)
	}
	info, err := fs.Stat(os.DirFS(repository), filepath.ToSlash(target))
	if err != nil || fragment == "" {
		return err
	}
	if info.IsDir() {
		return fmt.Errorf("%s is a folder and has no headings", target)
	}
	text, err := os.ReadFile(filepath.Join(repository, target))
	if err == nil && !slices.Contains(anchors(readPassages(string(text))), fragment) {
		err = fmt.Errorf("%s has no heading for #%s", target, fragment)
	}
	return err
}

// TestManualLinks follows every link that stays inside the repository.
func TestManualLinks(t *testing.T) {
	followed := 0
	for _, p := range readPages(t) {
		for _, passage := range p.passages {
			if passage.fenced {
				continue
			}
			for _, found := range link.FindAllStringSubmatch(codeSpan.ReplaceAllString(passage.text, ""), -1) {
				to := found[1] + found[2]
				if outside.MatchString(to) {
					continue
				}
				followed++
				if err := follow(p.path, to); err != nil {
					t.Errorf("%s:%d: %v", p.path, passage.line, err)
				}
			}
		}
	}
	if followed < 30 {
		t.Errorf("only %d links were found", followed)
	}
	for _, wrong := range []string{"nowhere.md", "testing.md#nowhere", "../../outside", "screenshots#x"} {
		if follow("docs/faq.md", wrong) == nil {
			t.Errorf("%s was found", wrong)
		}
	}
}
