package session

import (
	"maps"
	"strings"

	"lethe/engine/persist"
)

// Seek is what a scan looks for anew: entries that were counted and not kept apart. They are those of a folder, or those that a search is about.
type Seek struct {
	folder string // "" for a search
	ask    Ask
	words  []string
	called map[persist.Owner]string
	listed map[string]struct{} // entries of the folder that are listed already
	left   int
	found  []persist.Finding
}

// mostSought is how many entries of a folder come with each step.
const mostSought = 10_000

// BeginSeek says what to look for in a folder, or for the search where it is "". ok is false while a scan runs or something is looked for already.
func (e *Explore) BeginSeek(folder string) (s *Seek, ok bool) {
	if e.Seeking || e.Phase == ExploreScanning {
		return nil, false
	}
	e.Seeking, e.Error = true, ""
	s = &Seek{folder: folder, ask: e.Ask(), left: mostSought, called: map[persist.Owner]string{}}
	if folder == "" {
		s.words, s.left = wordsOf(s.ask.Text), mostFound
	}
	return s, true
}

// EndSeek takes what came of it: an error, or nothing.
func (e *Explore) EndSeek(s *Seek, err string) {
	e.Seeking, e.Error = false, err
	if err == "" && s.folder == "" {
		e.sought = s.ask
	}
	e.flatten()
}

// StopSeek is for one that was given up: what it was about can be asked for again.
func (e *Explore) StopSeek() { e.Seeking = false }

// searchedAll tells that everything was looked at for the search that is shown.
func (e *Explore) searchedAll() bool {
	return e.sought.Text == e.Text && maps.Equal(e.sought.Marks, e.marks)
}

// Begin notes what of the folder is listed already. It may take long, and is called from any goroutine but Fyne's, as are the others.
func (s *Seek) Begin(tree *persist.Tree) {
	if s.folder == "" {
		return
	}
	rows, _ := tree.Children(s.folder, nil)
	s.listed = make(map[string]struct{}, len(rows))
	for i := range rows {
		s.listed[rows[i].Path] = struct{}{}
	}
}

// Take keeps what it looks for of a parcel, and nothing of the parcel's memory. It tells whether it looks for more.
func (s *Seek) Take(parcel []persist.Finding) bool {
	for i := range parcel {
		if s.left > 0 && s.wants(&parcel[i]) {
			s.left--
			f := parcel[i]
			f.Path, f.Owner.Suggest = strings.Clone(f.Path), strings.Clone(f.Owner.Suggest)
			s.found = append(s.found, f)
		}
	}
	return s.left > 0
}

// End puts what was found into the tree.
func (s *Seek) End(tree *persist.Tree) { tree.Recall(s.found) }

func (s *Seek) wants(f *persist.Finding) bool {
	if !s.ask.Marks[MarkOf(f)] {
		return false
	}
	folder := f.Path[:max(strings.LastIndexByte(f.Path, '/'), 1)]
	if s.folder != "" {
		_, listed := s.listed[f.Path]
		return folder == s.folder && !listed
	}
	if contains(folder, s.words) { // then the folder is a match, with all that is in it
		return false
	}
	owner := f.Owner
	owner.Suggest = ""
	name, ok := s.called[owner]
	if !ok {
		name = s.ask.called(owner)
		s.called[owner] = name
	}
	return contains(f.Path+" "+name, s.words)
}

// MarkOf is the mark of a finding.
func MarkOf(f *persist.Finding) Mark {
	switch {
	case f.Kind == persist.Kept:
		return MarkKept
	case f.Noise != "":
		return MarkNoise
	case f.Kind == persist.Missing:
		return MarkLost
	case f.Kind == persist.Differs:
		return MarkDiffers
	}
	return MarkOrphan
}
