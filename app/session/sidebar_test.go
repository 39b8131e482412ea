package session_test

import (
	"testing"

	"lethe/app/session"
)

// BenchmarkSidebar asks what a window asks after every key: which pages open, and what the page has to say.
func BenchmarkSidebar(b *testing.B) {
	s := rehearsal()
	s.Page, s.Furthest = session.PageSystem, session.PageReview
	for b.Loop() {
		for _, p := range session.Pages() {
			s.CanGo(p)
		}
		s.Problems(s.Page)
		s.Choices()
	}
}
