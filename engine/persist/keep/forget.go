package keep

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"lethe/engine/flake"
)

// ForgetPlan is what forgetting some paths would do. Making it writes nothing.
type ForgetPlan struct {
	Items  []ForgetItem `json:"items"`
	Change Change       `json:"change"`
	// Rebuild is the command to run afterwards; "" where nothing is declared any longer.
	Rebuild string `json:"rebuild"`
}

// ForgetItem is one path of it.
type ForgetItem struct {
	Path string `json:"path"`
	// Declared tells that the data file names it.
	Declared bool `json:"declared"`
	// Stored tells that something is at its place in the persist tree, which is moved; Size is that.
	Stored bool `json:"stored"`
	Size   Size `json:"size"`
	// Notes are sentences for the user.
	Notes []string `json:"notes,omitempty"`
}

// ForgetResult is what was done.
type ForgetResult struct {
	// Date is the name of the folder in [ForgottenFolder]; "" when there was nothing to move.
	Date    string   `json:"date"`
	Moved   []string `json:"moved"`
	Change  Change   `json:"change"`
	Notes   []string `json:"notes,omitempty"`
	Rebuild string   `json:"rebuild"`
}

// PlanForget says what forgetting the paths would do, or why it cannot be.
func PlanForget(ctx context.Context, p Place, paths ...string) (ForgetPlan, error) {
	s, err := open(p)
	if err != nil {
		return ForgetPlan{}, err
	}
	defer s.close()
	r, err := s.repoFor()
	if err != nil {
		return ForgetPlan{}, err
	}
	defer r.close()
	return s.planForget(ctx, r, paths)
}

// repoFor opens the repository; one that reads no data file declares nothing in it, and orphans can be forgotten without.
func (s *site) repoFor() (*repo, error) {
	r, err := openRepo(s.Repo)
	if errors.Is(err, ErrNotRead) {
		folder, err := openRoot(s.Repo)
		return &repo{folder: folder, at: ""}, err
	}
	return r, err
}

func (s *site) planForget(ctx context.Context, r *repo, paths []string) (ForgetPlan, error) {
	var plan ForgetPlan
	if r.at != "" {
		before, err := r.data()
		if err != nil {
			return plan, err
		}
		if plan.Change, err = Drop(before, s.homes, paths...); err != nil {
			return plan, err
		}
	}
	if !plan.Change.Empty() {
		plan.Rebuild = s.Rebuild()
	}
	declared, err := s.declared()
	if err != nil {
		return plan, fmt.Errorf("cannot tell what is kept: %w", err)
	}
	if r.at != "" {
		l, err := Decode([]byte(plan.Change.Before))
		if err != nil {
			return plan, err
		}
		for _, e := range l.entries(s.homes) {
			declared = append(declared, e.Path)
		}
	}
	declared = slices.DeleteFunc(declared, func(name string) bool {
		return slices.ContainsFunc(plan.Change.Drops, func(e Entry) bool { return e.Path == name })
	})
	for _, name := range paths {
		item, err := s.forgetItem(ctx, plan.Change, declared, name)
		if err != nil {
			return plan, err
		}
		plan.Items = append(plan.Items, item)
	}
	return plan, nil
}

func (s *site) forgetItem(ctx context.Context, change Change, declared []string, name string) (ForgetItem, error) {
	item := ForgetItem{Path: name}
	if !path.IsAbs(name) || path.Clean(name) != name || name == "/" || strings.ContainsRune(name, 0) {
		return item, fmt.Errorf("cannot forget %q: it is not an absolute path in its shortest form; name it as the running system shows it", clip(name))
	}
	for part := range strings.SplitSeq(relative(name), "/") {
		if part == StateFolder || part == ForgottenFolder {
			return item, fmt.Errorf("cannot forget %q: it is Lethe's own; to delete what was forgotten, use --delete", clip(name))
		}
	}
	for _, kept := range declared {
		switch {
		case kept == name, below(name, kept):
			return item, fmt.Errorf("cannot forget %q: the running system keeps %q, and not by %s; take it out of %s, which is yours, rebuild, and forget it then",
				clip(name), clip(kept), flake.AddedFile, flake.PersistFile)
		case below(kept, name):
			return item, fmt.Errorf("cannot forget %q: %q in it is kept; forget that first, or only the other parts", clip(name), clip(kept))
		}
	}
	item.Declared = slices.ContainsFunc(change.Drops, func(e Entry) bool { return e.Path == name })
	folder, base, err := split(s.persist, name)
	if err == nil {
		defer folder.Close()
		var n *node
		if n, err = look(folder, base, false); err == nil {
			item.Stored = true
			defer n.Close()
			if item.Size, err = survey(ctx, folder, base, true); err != nil {
				return item, fmt.Errorf("cannot read all of %q in %s: %w; run this as root", clip(name), s.Persist, err)
			}
		}
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return item, fmt.Errorf("cannot forget %q: %w", clip(name), err)
	}
	if !item.Declared && !item.Stored {
		return item, fmt.Errorf("cannot forget %q: %s does not name it, and nothing is at its place in %s; check the spelling", clip(name), flake.AddedFile, s.Persist)
	}
	if at, yes := s.boundBelow(name); yes && item.Stored {
		item.Notes = append(item.Notes, noteOf(noteShown, at))
	}
	return item, nil
}

// Forget takes paths out of the data file and moves what is stored of them to [ForgottenFolder], if a plan made now would say
// what the given one says. It deletes nothing.
func Forget(ctx context.Context, p Place, plan ForgetPlan) (result ForgetResult, err error) {
	if len(plan.Items) == 0 {
		return ForgetResult{}, errors.New("cannot forget nothing: name a path")
	}
	s, err := open(p)
	if err != nil {
		return ForgetResult{}, err
	}
	defer s.close()
	r, err := s.repoFor()
	if err != nil {
		return ForgetResult{}, err
	}
	defer r.close()
	st, err := lockState(s.persist)
	if err != nil {
		return ForgetResult{}, err
	}
	defer func() { err = errors.Join(err, st.unlock()) }()
	if err := st.sweep(s.persist); err != nil {
		return ForgetResult{}, err
	}
	var paths []string
	for _, item := range plan.Items {
		paths = append(paths, item.Path)
	}
	now, err := s.planForget(ctx, r, paths)
	if err != nil {
		return ForgetResult{}, err
	}
	if now.Change.Before != plan.Change.Before || now.Change.After != plan.Change.After {
		return ForgetResult{}, errors.New("cannot forget as it was shown: the configuration has changed since; look at it again")
	}
	return s.forget(r, st, now)
}

func (s *site) forget(r *repo, st *state, plan ForgetPlan) (ForgetResult, error) {
	result := ForgetResult{Change: plan.Change, Rebuild: plan.Rebuild}
	if !plan.Change.Empty() {
		notes, err := r.apply(plan.Change)
		if err != nil {
			return result, err
		}
		result.Notes = notes
	}
	date, err := s.freshDate(time.Now())
	if err != nil {
		return result, err
	}
	for _, item := range plan.Items {
		result.Notes = append(result.Notes, item.Notes...)
		st.drop(item.Path)
		if !item.Stored {
			continue
		}
		if _, err := s.moveAside(st, item.Path, date); err != nil {
			return result, err
		}
		result.Date = date
		result.Moved = append(result.Moved, item.Path)
	}
	return result, st.save()
}
