package secret

import (
	"bytes"
	"testing"

	"pgregory.net/rapid"
)

func TestMarkKnowsItsSecretOnly(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SliceOfN(rapid.Byte(), 0, Most).Draw(t, "secret")
		other := rapid.OneOf(rapid.SliceOfN(rapid.Byte(), 0, Most), rapid.Just(append(bytes.Clone(text), 0)), rapid.Just(bytes.Clone(text))).Draw(t, "other")
		same := bytes.Equal(text, other)
		s, o := New(text), New(other)
		defer s.Wipe()
		defer o.Wipe()
		mark, err := s.Mark()
		if err != nil {
			t.Fatal(err)
		}
		if mark.Fits(o) != same || !mark.Fits(s) {
			t.Fatalf("fits another: %t, itself: %t", mark.Fits(o), mark.Fits(s))
		}
		mark.Wipe()
		if mark.Fits(s) {
			t.Fatal("a wiped mark fits")
		}
	})
}

func TestMarkOutlivesItsSecret(t *testing.T) {
	s, again := New([]byte("correct horse")), New([]byte("correct horse"))
	mark, err := s.Mark()
	if err != nil {
		t.Fatal(err)
	}
	s.Wipe()
	if !mark.Fits(again) || mark.Fits(s) {
		t.Error("the mark is not that of the words")
	}
	if _, err := s.Mark(); err == nil {
		t.Error("a wiped secret has a mark")
	}
}

func TestTwoMarksOfOneSecretDiffer(t *testing.T) {
	s := New([]byte("correct horse"))
	a, errA := s.Mark()
	b, errB := s.Mark()
	if errA != nil || errB != nil || bytes.Equal(a.sum.Bytes(), b.sum.Bytes()) {
		t.Errorf("marks can be compared with each other: %v %v", errA, errB)
	}
}

func TestCloneIsASecretOfItsOwn(t *testing.T) {
	s := New([]byte("correct horse"))
	c, err := s.Clone()
	if err != nil {
		t.Fatal(err)
	}
	s.Wipe()
	if string(c.Bytes()) != "correct horse" || c.Locked() != New([]byte("x")).Locked() {
		t.Errorf("the clone holds %q", c.Bytes())
	}
	if _, err := s.Clone(); err == nil {
		t.Error("a wiped secret was cloned")
	}
}

func TestRandomSecretsDiffer(t *testing.T) {
	a, errA := Random(64)
	b, errB := Random(64)
	if errA != nil || errB != nil || len(a.Bytes()) != 64 || bytes.Equal(a.Bytes(), b.Bytes()) || bytes.Equal(a.Bytes()[:32], a.Bytes()[32:]) {
		t.Errorf("%v %v", errA, errB)
	}
}
