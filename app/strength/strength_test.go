package strength

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ccojocar/zxcvbn-go"
	"github.com/ccojocar/zxcvbn-go/scoring"
	"pgregory.net/rapid"
)

// TestAgainstLibrary compares with zxcvbn-go itself, bit for bit. Dates are left out: the library takes a date to be one character
// longer than it is. Signs stand apart from it as well: it reads the same letter of two signs in fewer ways.
// beyondFirst is where the library goes on behind the first character of an alphabet: what is in no alphabet stands at -1 for it, one
// before "a", so that "ba;" is a sequence.
var beyondFirst = regexp.MustCompile(`ba[^a-z]|BA[^A-Z]|10[^0-9]`)

func TestAgainstLibrary(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		piece := rapid.OneOf(
			rapid.SampledFrom([]string{"password", "dragon", "correct", "Horse", "BATTERY", "staple", "smith", "Anna", "tyrannosaurus", "lethe"}),
			rapid.SampledFrom([]string{"qwerty", "asdfgh", "zxcvb", "mju7", "QWE", "uiop", "aoeu", "snth"}),
			rapid.SampledFrom([]string{"aaaa", "ZZZ", "---", "abcdef", "ponm", "XYZ", "Ll"}),
			rapid.SampledFrom([]string{"p4ssword", "dr@gon", "c0rrect", "stap!e"}),
			rapid.StringMatching(`[a-zA-Z?;=]{1,5}`),
		)
		text := rapid.Custom(func(t *rapid.T) string {
			return strings.Join(rapid.SliceOfN(piece, 1, 4).Draw(t, "pieces"), rapid.SampledFrom([]string{"", " "}).Draw(t, "between"))
		}).Filter(func(text string) bool { return !beyondFirst.MatchString(text) }).Draw(t, "text")
		known := []string{"lethe", "ada"}
		mine := scoring.MinimumEntropyMatchSequence(text, matches(text, known))
		theirs := zxcvbn.PasswordStrength(text, known)
		if mine.Entropy != theirs.Entropy || Score(text, known) != theirs.Score {
			t.Fatalf("%q: entropy %v and score %d, zxcvbn says %v and %d", text, mine.Entropy, mine.Score, theirs.Entropy, theirs.Score)
		}
	})
}

func TestScore(t *testing.T) {
	for text, want := range map[string]int{
		"":                             0,
		"password":                     0,
		"P4$$w0rd":                     0,
		"qwertyuiop":                   0,
		"aaaaaaaaaaaaaaaa":             0,
		"abcdefghijklmnop":             0,
		"12.05.1987":                   0,
		"1987-05-12":                   0,
		"12051987":                     0,
		"19870512":                     0,
		"870512":                       0,
		"ada":                          0,
		"correct horse battery staple": 4,
		"\u00e4\u00f6\u00fc\u00df\u00e9\u4e2d\u6587\u20ac\u00f1": 4,
	} {
		if got := Score(text, []string{"ada"}); got != want {
			t.Errorf("%q is %d, wanted %d", text, got, want)
		}
	}
}

// TestLong holds that a passphrase of the length that cryptsetup takes ends the search, also where every character has many readings.
func TestLong(t *testing.T) {
	for _, text := range []string{strings.Repeat("1!|7@4$5", 64), strings.Repeat("x", 512), strings.Repeat("\u4e2d", 512)} {
		Score(text, nil)
		if n := len(plain(text)); n != mostLooked {
			t.Errorf("%d characters are looked at", n)
		}
		if n := len(readings(plain(text))); n > mostReadings {
			t.Errorf("%d readings", n)
		}
	}
}

func TestSequences(t *testing.T) {
	for text, want := range map[string]string{"xcba;": "cba", "ba;": "", "ab": "", "yzabc": "abc", "321/": "321", "aBc": ""} {
		var got []string
		for _, m := range sequences(text) {
			got = append(got, m.Token)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q holds the sequences %q, wanted %q", text, got, want)
		}
	}
}

func TestReadings(t *testing.T) {
	got := readings("1@")
	for _, want := range []string{"ia", "la", "1a", "i@", "l@"} {
		if !slices.Contains(got, want) {
			t.Errorf("1@ is not read as %s: %v", want, got)
		}
	}
	if got := readings("plain"); len(got) != 0 {
		t.Errorf("letters are read as %v", got)
	}
}
