package keep

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Result is what was kept, or copied again.
type Result struct {
	Copies []Done   `json:"copies"`
	Change Change   `json:"change"`
	Notes  []string `json:"notes,omitempty"`
	// Rebuild is the command to run now; "" where nothing waits for one.
	Rebuild string `json:"rebuild"`
}

// Done is one verified copy at its place.
type Done struct {
	Pending
	// Aside is where in the persist tree something that nobody declared was moved to, "" for nothing.
	Aside string `json:"aside,omitempty"`
}

// Torn lists files whose copies may be torn, because they changed at each try: programs that write them should be ended, and the
// copy repeated.
func (r Result) Torn() []string {
	var list []string
	for _, d := range r.Copies {
		for _, c := range d.Changed {
			list = append(list, under(d.Path, c))
		}
	}
	return list
}

// under names something below a path that was copied.
func under(name, inside string) string {
	if inside == "." {
		return name
	}
	return name + "/" + inside
}

// Keep does what a plan says, if it would still say the same. Each path is copied, verified and put into the persist tree; then
// all are declared at once. When a copy fails nothing is declared, and the copies before it stay where they are for the next
// call. Progress may be nil.
func Keep(ctx context.Context, p Place, plan Plan, progress func(Progress)) (result Result, err error) {
	if len(plan.Items) == 0 {
		return Result{}, errors.New("cannot keep nothing: name a path")
	}
	s, err := open(p)
	if err != nil {
		return Result{}, err
	}
	defer s.close()
	r, err := openRepo(s.Repo)
	if err != nil {
		return Result{}, err
	}
	defer r.close()
	st, err := lockState(s.persist)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, st.unlock()) }()
	if err := st.sweep(s.persist); err != nil {
		return Result{}, err
	}
	if plan, err = s.asReviewed(ctx, r, st.record, plan); err != nil {
		return Result{}, err
	}
	result.Rebuild = s.Rebuild()
	for _, item := range plan.Items {
		done, err := s.copy(ctx, st, item.Entry, progress)
		if err != nil {
			return result, fmt.Errorf("cannot keep %q: %w; nothing was declared", clip(item.Path), err)
		}
		result.Copies = append(result.Copies, done)
		result.Notes = append(result.Notes, item.Notes...)
	}
	notes, err := r.apply(plan.Change)
	if err != nil {
		return result, err
	}
	result.Change, result.Notes = plan.Change, append(result.Notes, notes...)
	for i := range result.Copies {
		result.Copies[i].Declared = true
		st.put(result.Copies[i].Pending)
	}
	return result, st.save()
}

// asReviewed plans again and compares what would be written.
func (s *site) asReviewed(ctx context.Context, r *repo, rec record, plan Plan) (Plan, error) {
	var paths []string
	for _, item := range plan.Items {
		paths = append(paths, item.Path)
	}
	now, err := s.planKeep(ctx, r, rec, paths)
	if err != nil {
		return Plan{}, err
	}
	if now.Change.Before != plan.Change.Before || now.Change.After != plan.Change.After {
		return Plan{}, errors.New("cannot keep as it was shown: the configuration or the owner of a path has changed since; look at it again")
	}
	return now, nil
}

// copy makes one verified copy and puts it in place: of an earlier copy that the system does not show yet, or of nothing.
func (s *site) copy(ctx context.Context, st *state, e Entry, progress func(Progress)) (done Done, err error) {
	b, err := newBench(s, st, e.Path)
	if err != nil {
		return Done{}, err
	}
	defer func() { err = errors.Join(err, b.close()) }()
	done = Done{Pending: Pending{Entry: e, Snapshot: time.Now().UTC(), Boot: s.boot}}
	var report func(string, int, int64)
	if progress != nil {
		report = func(stage string, entries int, bytes int64) { progress(Progress{e.Path, stage, entries, bytes}) }
	}
	if done.Copied, err = b.copy(ctx, e.Path, report); err != nil {
		return Done{}, err
	}
	there, err := b.there()
	if err != nil {
		return Done{}, err
	}
	exchange := false
	if there {
		if exchange, err = s.replaceable(st.record, e.Path); err != nil {
			return Done{}, err
		}
	}
	if there && !exchange {
		date, err := s.freshDate(done.Snapshot)
		if err != nil {
			return Done{}, err
		}
		if done.Aside, err = s.moveAside(st, e.Path, date); err != nil {
			return Done{}, err
		}
	}
	if err := b.place(exchange); err != nil {
		return Done{}, err
	}
	if i := st.find(e.Path); i >= 0 {
		done.Declared = st.Copies[i].Declared
	}
	done.Placed = time.Now().UTC()
	time.Sleep(tick) // what anybody changes from here on has a later time
	st.put(done.Pending)
	return done, st.save()
}

// Sync copies again what waits for a rebuild: the given paths, or all. What the system shows by now is left alone, and no longer
// pending. So is what was copied before the last start of the system: its source is gone, and what is there now is something else.
func Sync(ctx context.Context, p Place, paths []string, progress func(Progress)) (result Result, err error) {
	s, err := open(p)
	if err != nil {
		return Result{}, err
	}
	defer s.close()
	st, err := lockState(s.persist)
	if err != nil {
		return Result{}, err
	}
	defer func() { err = errors.Join(err, st.unlock()) }()
	if err := st.sweep(s.persist); err != nil {
		return Result{}, err
	}
	if len(paths) == 0 {
		for _, c := range st.Copies {
			paths = append(paths, c.Path)
		}
	}
	for _, name := range paths {
		i := st.find(name)
		if i < 0 {
			return result, fmt.Errorf("cannot copy %q again: it is not pending; keep it first", clip(name))
		}
		if s.bound(name) {
			st.drop(name)
			result.Notes = append(result.Notes, noteOf(noteKept, name))
			continue
		}
		if st.Copies[i].Boot != s.boot {
			result.Notes = append(result.Notes, noteOf(noteLeft, name))
			result.Rebuild = s.Rebuild()
			continue
		}
		done, err := s.copy(ctx, st, st.Copies[i].Entry, progress)
		if err != nil {
			return result, fmt.Errorf("cannot copy %q again: %w; the copy from before is as it was", clip(name), err)
		}
		result.Copies = append(result.Copies, done)
		result.Rebuild = s.Rebuild()
	}
	return result, st.save()
}

// PlanSync lists what [Sync] would copy again.
func PlanSync(p Place, paths []string) ([]Pending, error) {
	waiting, err := Waiting(p)
	if err != nil || len(paths) == 0 {
		return waiting, err
	}
	var list []Pending
	for _, name := range paths {
		found := false
		for _, w := range waiting {
			if w.Path == name {
				list, found = append(list, w), true
			}
		}
		if !found {
			return nil, fmt.Errorf("cannot copy %q again: it is not pending; keep it first", clip(name))
		}
	}
	return list, nil
}

// WaitsIn gives the one of the copies that a path lies in, or is.
func WaitsIn(waiting []Pending, name string) (Pending, bool) {
	for _, p := range waiting {
		if name == p.Path || below(name, p.Path) {
			return p, true
		}
	}
	return Pending{}, false
}

// Waiting lists the copies that the running system does not show yet. It writes nothing.
func Waiting(p Place) ([]Pending, error) {
	s, err := open(p)
	if err != nil {
		return nil, err
	}
	defer s.close()
	rec, err := readRecord(s.persist)
	if err != nil {
		return nil, err
	}
	var list []Pending
	for _, c := range rec.Copies {
		if !s.bound(c.Path) {
			list = append(list, c)
		}
	}
	return list, nil
}
