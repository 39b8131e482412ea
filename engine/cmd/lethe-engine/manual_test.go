package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// repository is where README.md is, as seen from here.
const repository = "../../.."

// passage is a line of a page, inside a fenced block or outside of any. Continued lines of a block are one.
type passage struct {
	line   int
	fenced bool
	text   string
}

// page is what people read.
type page struct {
	path     string // below the repository
	passages []passage
}

// readPages reads README.md and everything in docs.
func readPages(t *testing.T) []page {
	t.Helper()
	paths, err := filepath.Glob(filepath.Join(repository, "docs", "*.md"))
	if err != nil || len(paths) == 0 {
		t.Fatal("there is no documentation", err)
	}
	pages := []page{}
	for _, path := range append(paths, filepath.Join(repository, "README.md")) {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, err := filepath.Rel(repository, path)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, page{name, readPassages(string(text))})
	}
	return pages
}

// readPassages tells fenced lines from others. A fence is closed by one that is at least as long, so a block may show a page.
func readPassages(text string) []passage {
	var list []passage
	fence, begun := "", ""
	for i, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		ticks := trimmed[:len(trimmed)-len(strings.TrimLeft(trimmed, "`"))]
		switch {
		case fence == "" && len(ticks) >= 3:
			fence = ticks
		case fence == "":
			list = append(list, passage{i + 1, false, line})
		case len(ticks) >= len(fence) && trimmed == ticks:
			fence = ""
		case strings.HasSuffix(trimmed, `\`):
			begun += strings.TrimSuffix(trimmed, `\`) + " "
		default:
			list = append(list, passage{i + 1, true, begun + trimmed})
			begun = ""
		}
	}
	return list
}

var codeSpan = regexp.MustCompile("`([^`]+)`")

// spans are what a line shows as code.
func spans(line string) []string {
	var list []string
	for _, found := range codeSpan.FindAllStringSubmatch(line, -1) {
		list = append(list, found[1])
	}
	return list
}

var (
	assignment = regexp.MustCompile(`^[A-Z_]+=`)
	comment    = regexp.MustCompile(`(^|\s)#\s.*$`)
	separator  = regexp.MustCompile(`&&|\|\||[|;]`)
)

// calls gives the arguments of each lethe-engine in a line of shell, without prompt, comment, sudo, variables and redirections.
func calls(line string) [][]string {
	var list [][]string
	line = strings.TrimPrefix(strings.TrimPrefix(line, "# "), "$ ")
	for _, part := range separator.Split(comment.ReplaceAllString(line, ""), -1) {
		words := strings.Fields(part)
		for len(words) > 0 && (words[0] == "sudo" || assignment.MatchString(words[0])) {
			words = words[1:]
		}
		if len(words) == 0 || words[0] != "lethe-engine" {
			continue
		}
		if i := slices.IndexFunc(words, func(w string) bool { return strings.HasPrefix(w, ">") || strings.HasPrefix(w, "<") }); i >= 0 {
			words = words[:i]
		}
		list = append(list, words[1:])
	}
	return list
}

// tree is the command tree as a run has it, with what cobra adds.
func tree() *cobra.Command {
	root := newRoot(streams{os.Stdin, os.Stdout, os.Stderr})
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	return root
}

// parse reads arguments as a run would, and runs nothing. In prose a command is named without the arguments that it needs.
func parse(args []string, prose bool) error {
	c, rest, err := tree().Find(args)
	if err != nil {
		return err
	}
	c.InitDefaultHelpFlag()
	c.InitDefaultVersionFlag()
	if err := c.ParseFlags(rest); err != nil {
		return err
	}
	if prose && !c.HasSubCommands() {
		return nil
	}
	return c.ValidateArgs(c.Flags().Args())
}

// TestManualShowsRealCommands parses every lethe-engine that the pages show, in a block or in prose.
func TestManualShowsRealCommands(t *testing.T) {
	seen := 0
	for _, p := range readPages(t) {
		for _, passage := range p.passages {
			check := func(line string, prose bool) {
				for _, args := range calls(line) {
					seen++
					if err := parse(args, prose); err != nil {
						t.Errorf("%s:%d: lethe-engine %s: %v", p.path, passage.line, strings.Join(args, " "), err)
					}
				}
			}
			if passage.fenced {
				check(passage.text, false)
			}
			for _, span := range spans(passage.text) { // also in a block, which may show a page
				check(span, true)
			}
		}
	}
	if seen < 40 {
		t.Errorf("only %d commands were found", seen)
	}
}

// TestManualChecksFindMistakes shows that what the pages are judged by sees what is wrong.
func TestManualChecksFindMistakes(t *testing.T) {
	for line, right := range map[string]bool{
		"$ sudo lethe-engine install wishes.toml --disk /dev/nvme0n1   # comment": true,
		"# lethe-engine wishes > wishes.toml && lethe-engine disks":               true,
		"A=b lethe-engine plan disk.img --script | less":                          true,
		"$ lethe-engine instal": false, "lethe-engine verify": false, "lethe-engine disks --jsn": false,
		"true && lethe-engine verify a b": false, "lethe-engine align --size 1parsec": false,
	} {
		found := calls(line)
		if len(found) == 0 {
			t.Errorf("nothing was found in %q", line)
		}
		var problem error
		for _, args := range found {
			if err := parse(args, false); err != nil {
				problem = err
			}
		}
		if (problem == nil) != right {
			t.Errorf("%q: %v", line, problem)
		}
	}
	if parse([]string{"plan"}, true) != nil || parse([]string{"release"}, true) == nil {
		t.Error("prose is read like a block, or not at all")
	}
	text := "a [b](c.md)\n````md\n```sh\nlethe-engine \\\n  disks\n```\n````\n# D, e & `F`\n"
	want := []passage{{1, false, "a [b](c.md)"}, {3, true, "```sh"}, {5, true, "lethe-engine  disks"}, {6, true, "```"}, {8, false, "# D, e & `F`"}, {9, false, ""}}
	if got := readPassages(text); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := anchors(readPassages(text)); !slices.Equal(got, []string{"d-e--f"}) {
		t.Errorf("anchors %q", got)
	}
}

// forUsers are the pages in which an option that stands alone is one of lethe-engine.
var forUsers = []string{"README.md", "docs/quick-start.md", "docs/tmpfs-root.md", "docs/recovery.md", "docs/security.md", "docs/faq.md"}

// TestManualShowsRealFlags looks for every option that prose names by itself.
func TestManualShowsRealFlags(t *testing.T) {
	known := map[string]bool{"--rehearse": true} // of the window
	var look func(c *cobra.Command)
	look = func(c *cobra.Command) {
		c.InitDefaultHelpFlag()
		c.InitDefaultVersionFlag()
		c.Flags().VisitAll(func(f *pflag.Flag) { known["--"+f.Name] = true })
		for _, child := range c.Commands() {
			look(child)
		}
	}
	look(tree())
	read := 0
	for _, p := range readPages(t) {
		if !slices.Contains(forUsers, p.path) {
			continue
		}
		read++
		for _, passage := range p.passages {
			if passage.fenced {
				continue
			}
			if strings.Count(passage.text, "`")%2 != 0 {
				t.Errorf("%s:%d: code goes on in the next line, and is not checked so", p.path, passage.line)
			}
			for _, span := range spans(passage.text) {
				if !strings.HasPrefix(span, "--") {
					continue
				}
				for word := range strings.FieldsSeq(span) {
					name, _, _ := strings.Cut(word, "=")
					if strings.HasPrefix(name, "--") && !known[name] {
						t.Errorf("%s:%d: there is no %s", p.path, passage.line, name)
					}
				}
			}
		}
	}
	if read != len(forUsers) {
		t.Errorf("%d of %d pages were read", read, len(forUsers))
	}
}

// TestReadmeListsEveryCommand compares the table in README.md with the command tree, both ways.
func TestReadmeListsEveryCommand(t *testing.T) {
	var listed []string
	for _, p := range readPages(t) {
		inside := false
		for _, passage := range p.passages {
			if strings.HasPrefix(passage.text, "## ") {
				inside = p.path == "README.md" && passage.text == "## The commands"
			}
			if !inside || passage.fenced || !strings.HasPrefix(passage.text, "| `") {
				continue
			}
			first := strings.Split(strings.ReplaceAll(passage.text, `\|`, "/"), "|")[1]
			for _, span := range spans(first) {
				listed = append(listed, strings.Fields(span)[0])
			}
		}
	}
	var there []string
	for _, c := range tree().Commands() {
		if c.IsAvailableCommand() && c.Name() != "help" {
			there = append(there, c.Name())
		}
	}
	slices.Sort(listed)
	if diff := cmp.Diff(there, slices.Compact(listed)); diff != "" {
		t.Errorf("the program (-) and the table in README.md (+) differ:\n%s", diff)
	}
}
