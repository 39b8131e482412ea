package session

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// spelled are letters that are written with others where they cannot be typed.
var spelled = strings.NewReplacer("ä", "ae", "ö", "oe", "ü", "ue", "ß", "ss", "æ", "ae", "ø", "oe", "å", "aa", "œ", "oe", "ł", "l", "đ", "d", "ð", "d", "þ", "th", "ı", "i")

// UserName makes the name of a user of the first of the names that a person has; "" where that has no letter to make one of.
func UserName(full string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(norm.NFC.String(full)), " ")
	var b strings.Builder
	for _, r := range norm.NFD.String(spelled.Replace(strings.ToLower(first))) {
		letter := r >= 'a' && r <= 'z'
		if letter || b.Len() > 0 && (r >= '0' && r <= '9' || r == '-' || r == '_') {
			b.WriteRune(r)
		} else if unicode.IsLetter(r) {
			return "" // half a name is nobody's
		}
	}
	name := b.String()
	return name[:min(len(name), mostUserName)]
}

// mostUserName is how long the name of a user may be, in bytes.
const mostUserName = 31

// SetFullName takes what a person is called; the name of the user follows it until that was chosen, be it the same one by chance.
func (s *State) SetFullName(user int, full string) {
	u, a := &s.Draft.Wishes.Users[user], &s.Draft.Accounts[user]
	if u.Name == "" || u.Name == a.made {
		u.Name, a.made = UserName(full), UserName(full)
	}
	u.FullName = full
}
