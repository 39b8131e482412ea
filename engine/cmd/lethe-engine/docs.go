package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"
)

// newDocs writes what packages install beside the program.
func newDocs(s streams) *cobra.Command {
	return &cobra.Command{
		Use:   "docs FOLDER",
		Short: "Write man pages and shell completions, for packages",
		Long: `Write man pages and shell completions into FOLDER, laid out as in a system's share folder.

The pages bear the date in SOURCE_DATE_EPOCH (seconds since 1970), else that of today.`,
		Args:   cobra.ExactArgs(1),
		Hidden: true,
		RunE: func(_ *cobra.Command, args []string) error {
			date, err := pageDate(os.Getenv("SOURCE_DATE_EPOCH"))
			if err != nil {
				return refused(err)
			}
			// A tree of its own: running a command adds cobra's completion command to it, whose text is not ours.
			if err := writeDocs(newRoot(s), args[0], date); err != nil {
				return fmt.Errorf("cannot write the documentation: %w", err)
			}
			return nil
		},
	}
}

// pageDate reads SOURCE_DATE_EPOCH, in UTC.
func pageDate(epoch string) (time.Time, error) {
	if epoch == "" {
		return time.Now().UTC(), nil
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("cannot read SOURCE_DATE_EPOCH: %w; set it to seconds since 1970, or not at all", err)
	}
	return time.Unix(seconds, 0).UTC(), nil
}

// writeDocs writes the man pages and completions of a command tree. Files and folders are as open as the umask allows: they are
// for everybody.
func writeDocs(root *cobra.Command, folder string, date time.Time) error {
	name := root.Name()
	for path, text := range map[string]func(*strings.Builder) error{
		"bash-completion/completions/" + name:         func(b *strings.Builder) error { return root.GenBashCompletionV2(b, true) },
		"zsh/site-functions/_" + name:                 func(b *strings.Builder) error { return root.GenZshCompletion(b) },
		"fish/vendor_completions.d/" + name + ".fish": func(b *strings.Builder) error { return root.GenFishCompletion(b, true) },
	} {
		var b strings.Builder
		if err := text(&b); err != nil {
			return err
		}
		if err := writeDoc(filepath.Join(folder, path), b.String()); err != nil {
			return err
		}
	}
	return writePages(root, filepath.Join(folder, "man", "man1"), date)
}

// writePages writes the page of a command and those of what is below it.
func writePages(c *cobra.Command, folder string, date time.Time) error {
	if err := writeDoc(filepath.Join(folder, pageName(c)+".1"), manPage(c, date)); err != nil {
		return err
	}
	for _, child := range c.Commands() {
		if child.IsAvailableCommand() {
			if err := writePages(child, folder, date); err != nil {
				return err
			}
		}
	}
	return nil
}

func writeDoc(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil { //nolint:gosec // documentation, for everybody
		return err
	}
	return os.WriteFile(path, []byte(text), 0o644) //nolint:gosec // documentation, for everybody
}
