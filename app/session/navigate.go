package session

// NeedsFacts tells that the root side must read the machine before the disk page can be left: ask it, then call [State.UseFacts].
func (s *State) NeedsFacts() bool { return !s.Rehearsal && s.Facts == nil }

// CanNext tells whether the button Next works: nothing on the page stops it.
func (s *State) CanNext() bool {
	return s.Page != PageDone && (s.Page != PageExplore || s.before == "") && !s.blocked(s.Page)
}

// Next opens the next page and tells whether it did. It does not leave the disk page while [State.NeedsFacts], and begins the
// installation page from the review page; starting the run is the main program's.
func (s *State) Next() bool {
	if !s.CanNext() || s.Page == PageDisk && s.NeedsFacts() {
		return false
	}
	s.open(pages[s.Page.at()+1])
	return true
}

// CanBack tells whether the button Back works: not while the disk is worked on, and not once it is done.
func (s *State) CanBack() bool {
	if s.Page == PageExplore {
		return s.before != ""
	}
	return s.Page.at() > 0 && !s.locked()
}

// Back opens the page before, keeping everything.
func (s *State) Back() bool {
	switch {
	case !s.CanBack():
		return false
	case s.Page == PageExplore:
		s.Page = s.before
	default:
		s.open(pages[s.Page.at()-1])
	}
	return true
}

// OpenExplore opens the page that shows what the next boot would forget, from which Back leads to where one was. As the first page it
// is the way to the installer's, by Next. It is not opened over a run.
func (s *State) OpenExplore(first bool) bool {
	if s.Page == PageExplore || s.locked() {
		return false
	}
	s.before = s.Page
	if first {
		s.before = ""
	}
	s.Page = PageExplore
	return true
}

// CanGo tells whether the sidebar may open a page: it was open before, and nothing before it stops. The pages of the run are
// reached by Next alone.
func (s *State) CanGo(p Page) bool {
	if p == s.Page {
		return true
	}
	return !s.locked() && p.at() >= 0 && p.at() <= s.Furthest.at() && p.at() < PageInstall.at() && s.stopBefore(p) == p
}

// Go opens a page, or the first one before it that stops the way there, and tells whether it is the one that was asked for.
func (s *State) Go(p Page) bool {
	if p == s.Page {
		return true
	}
	if s.locked() || p.at() < 0 || p.at() > s.Furthest.at() || p.at() >= PageInstall.at() {
		return false
	}
	s.open(s.stopBefore(p))
	return s.Page == p
}

// Retry goes back to the review after a run that failed or was cancelled. The seed must be new: a second attempt must not give the
// partitions the numbers that an unfinished first one gave them. The plan has to be made anew.
func (s *State) Retry(seed [32]byte) bool {
	if !s.Run.Ended() || s.Run.Outcome == OutcomeDone {
		return false
	}
	s.seed, s.Run, s.Plan, s.Consent, s.Watching = seed, Run{}, nil, "", false
	if !s.Rehearsal {
		s.Facts = nil // the disk is no longer as it was read
		s.open(PageDisk)
		return true
	}
	s.open(PageReview)
	return true
}

// locked tells that the pages before the run are closed.
func (s *State) locked() bool {
	return s.Page == PageDone || s.Page == PageInstall && s.Run.Outcome != OutcomeNone
}

// stopBefore gives the first page before p that cannot be left, or p.
func (s *State) stopBefore(p Page) Page {
	for _, q := range pages[:p.at()] {
		if s.blocked(q) || q == PageDisk && s.NeedsFacts() {
			return q
		}
	}
	return p
}

func (s *State) open(p Page) {
	s.Page = p
	if p.at() > s.Furthest.at() {
		s.Furthest = p
	}
}

// blocked tells that something on a page stops Next.
func (s *State) blocked(p Page) bool {
	for _, problem := range s.Problems(p) {
		if problem.Blocks {
			return true
		}
	}
	return false
}
