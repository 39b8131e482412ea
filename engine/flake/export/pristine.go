package export

import (
	"github.com/go-git/go-git/v5"
)

// Pristine tells whether a folder is just what [Write] made: one commit, and nothing changed since. Anything else may be
// somebody's work.
func Pristine(folder string) bool {
	r, err := git.PlainOpen(folder)
	if err != nil {
		return false
	}
	head, err := r.Head()
	if err != nil {
		return false
	}
	commit, err := r.CommitObject(head.Hash())
	if err != nil || commit.NumParents() != 0 {
		return false
	}
	work, err := r.Worktree()
	if err != nil {
		return false
	}
	status, err := work.Status()
	return err == nil && status.IsClean()
}
