package keep

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var datePattern = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}-[0-9]{2}-[0-9]{2}\.[0-9]{3}Z)?$`)

// freshDate names the folder of one act of forgetting, which no other act has.
func (s *site) freshDate(moment time.Time) (string, error) {
	for ; ; moment = moment.Add(time.Millisecond) {
		date := moment.UTC().Format("2006-01-02T15-04-05.000Z")
		n, err := look(s.persist, path.Join(ForgottenFolder, date), false)
		if errors.Is(err, fs.ErrNotExist) {
			return date, nil
		}
		if err != nil {
			return "", fmt.Errorf("cannot look at what was forgotten: %w", err)
		}
		if err := n.Close(); err != nil {
			return "", err
		}
	}
}

// moveAside renames what is stored of a path into the folder of a date, and says where it is now, below the persist tree.
func (s *site) moveAside(st *state, name, date string) (string, error) {
	at, err := s.rename(name, date)
	if err != nil {
		return "", fmt.Errorf("cannot move %q out of the way: %w", clip(name), err)
	}
	i := slices.IndexFunc(st.record.Forgotten, func(f Forgotten) bool { return f.Date == date })
	if i < 0 {
		i = len(st.record.Forgotten)
		st.record.Forgotten = append(st.record.Forgotten, Forgotten{Date: date})
	}
	st.record.Forgotten[i].Paths = append(st.record.Forgotten[i].Paths, name)
	return at, st.save()
}

func (s *site) rename(name, date string) (string, error) {
	from, base, err := split(s.persist, name)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := private(s.persist, ForgottenFolder)
	if err != nil {
		return "", err
	}
	for part := range strings.SplitSeq(relative(path.Join(date, path.Dir(name))), "/") {
		next, err := private(to, part)
		if err = errors.Join(err, to.Close()); err != nil {
			return "", err
		}
		to = next
	}
	defer to.Close()
	if err := unix.Renameat2(int(from.Fd()), base, int(to.Fd()), base, unix.RENAME_NOREPLACE); err != nil {
		return "", &fs.PathError{Op: "rename", Path: name, Err: err}
	}
	return path.Join(ForgottenFolder, date, name), errors.Join(syncFolder(from), syncFolder(to))
}

// ListForgotten tells what was forgotten and not yet deleted. It writes nothing.
func ListForgotten(p Place) ([]Forgotten, error) {
	persist, _, err := openPlace(p.withDefaults().Persist)
	if err != nil {
		return nil, fmt.Errorf("cannot look at the persist tree: %w; name it with --persist", err)
	}
	defer persist.Close()
	dates, err := datesIn(persist)
	if err != nil {
		return nil, err
	}
	rec, err := readRecord(persist)
	if err != nil {
		return nil, err
	}
	var list []Forgotten
	for _, date := range dates {
		f := Forgotten{Date: date}
		if i := slices.IndexFunc(rec.Forgotten, func(f Forgotten) bool { return f.Date == date }); i >= 0 {
			f = rec.Forgotten[i]
		}
		list = append(list, f)
	}
	return list, nil
}

func datesIn(persist *os.File) ([]string, error) {
	folder, err := openFolder(persist, ForgottenFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot look at what was forgotten: %w; run this as root", err)
	}
	defer folder.Close()
	names, err := namesOf(folder)
	return slices.DeleteFunc(names, func(n string) bool { return !datePattern.MatchString(n) }), err
}

// Delete is the second act: it deletes for good what was forgotten at a date, or on a day ("2026-11-23"), and lists that.
func Delete(p Place, date string) (deleted []Forgotten, err error) {
	if !datePattern.MatchString(date) {
		return nil, fmt.Errorf("cannot delete %q: it is no date as --list shows them", clip(date))
	}
	s, err := open(p)
	if err != nil {
		return nil, err
	}
	defer s.close()
	st, err := lockState(s.persist)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, st.unlock()) }()
	list, err := ListForgotten(p)
	if err != nil {
		return nil, err
	}
	if list = Of(list, date); len(list) == 0 {
		return nil, fmt.Errorf("cannot delete what was forgotten at %s: there is nothing of that date; look with --list", date)
	}
	for _, f := range list {
		if at, yes := s.boundBelow("/" + ForgottenFolder + "/" + f.Date); yes {
			return deleted, fmt.Errorf("cannot delete what was forgotten at %s: %q still shows some of it; rebuild or restart first", f.Date, clip(at))
		}
		if err := s.delete(f.Date); err != nil {
			return deleted, fmt.Errorf("cannot delete what was forgotten at %s: %w", f.Date, err)
		}
		deleted = append(deleted, f)
		st.record.Forgotten = slices.DeleteFunc(st.record.Forgotten, func(o Forgotten) bool { return o.Date == f.Date })
		if err := st.save(); err != nil {
			return deleted, err
		}
	}
	return deleted, nil
}

// Of gives what was forgotten at a date, or on a day.
func Of(list []Forgotten, date string) []Forgotten {
	return slices.DeleteFunc(slices.Clone(list), func(f Forgotten) bool { return f.Date != date && !strings.HasPrefix(f.Date, date+"T") })
}

func (s *site) delete(date string) error {
	folder, err := openFolder(s.persist, ForgottenFolder)
	if err != nil {
		return err
	}
	defer folder.Close()
	if err := remove(folder, date); err != nil {
		return err
	}
	return syncFolder(folder)
}
