package strength

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/ccojocar/zxcvbn-go/adjacency"
	"github.com/ccojocar/zxcvbn-go/entropy"
	"github.com/ccojocar/zxcvbn-go/match"
)

// shortest is the least length of a run, a repetition or a sequence.
const shortest = 3

// runs finds characters whose keys lie side by side.
func runs(text string) (found []match.Match) {
	for _, name := range []string{"qwerty", "dvorak", "keypad", "macKeypad"} {
		keys := adjacency.GraphMap[name]
		for i := 0; i < len(text)-1; {
			end, turns, shifted := run(text, i, keys)
			if end-i >= shortest {
				m := match.Match{Pattern: "spatial", I: i, J: end - 1, Token: text[i:end], DictionaryName: keys.Name}
				m.Entropy = entropy.SpatialEntropy(m, turns, shifted)
				found = append(found, m)
			}
			i = end
		}
	}
	return found
}

// run follows neighbouring keys from a character on: to where, with how many turns, and how many characters need shift.
func run(text string, from int, keys adjacency.Graph) (end, turns, shifted int) {
	way := -1
	for end = from + 1; end < len(text); end++ {
		direction, shift := neighbour(keys, text[end-1], text[end])
		if direction < 0 {
			break
		}
		if shift {
			shifted++
		}
		if direction != way {
			turns++
			way = direction
		}
	}
	return end, turns, shifted
}

// neighbour tells in which direction of a key another one lies, -1 for none, and whether the character needs shift there.
func neighbour(keys adjacency.Graph, of, b byte) (direction int, shift bool) {
	for direction, key := range keys.Graph[string(rune(of))] {
		if at := strings.IndexByte(key, b); at >= 0 {
			return direction, at == 1
		}
	}
	return -1, false
}

// repetitions finds one character several times, in either case.
func repetitions(text string) (found []match.Match) {
	for i := 0; i < len(text); {
		end := i + 1
		for end < len(text) && strings.EqualFold(text[end:end+1], text[i:i+1]) {
			end++
		}
		if end-i >= shortest {
			m := match.Match{Pattern: "repeat", I: i, J: end - 1, Token: text[i:end]}
			m.Entropy = entropy.RepeatEntropy(m)
			found = append(found, m)
		}
		i = end
	}
	return found
}

// sequences finds neighbours in the alphabet and among the digits, forward and backward.
func sequences(text string) (found []match.Match) {
	for i := 0; i < len(text); {
		end := i + 1
		for _, alphabet := range []string{"abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"} {
			step := stride(alphabet, text, i)
			if step != 1 && step != -1 {
				continue
			}
			for end++; end < len(text) && stride(alphabet, text, end-1) == step; end++ {
			}
			if end-i >= shortest {
				m := match.Match{Pattern: "sequence", I: i, J: end - 1, Token: text[i:end]}
				m.Entropy = entropy.SequenceEntropy(m, len(alphabet), step == 1)
				found = append(found, m)
			}
			break
		}
		i = end
	}
	return found
}

// stride is how far apart in an alphabet a character and the next one are; 0 where one of them is not in it.
func stride(alphabet, text string, i int) int {
	if i+1 >= len(text) {
		return 0
	}
	a, b := strings.IndexByte(alphabet, text[i]), strings.IndexByte(alphabet, text[i+1])
	if a < 0 || b < 0 {
		return 0
	}
	return b - a
}

// Days come before or after their year, with signs between them or without.
var (
	yearLast  = regexp.MustCompile(`(\d{1,2})[\s\-/\\_.](\d{1,2})[\s\-/\\_.](?:(?:19|20)\d{2}|\d{2})`)
	yearFirst = regexp.MustCompile(`(?:(?:19|20)\d{2}|\d{2})[\s\-/\\_.](\d{1,2})[\s\-/\\_.](\d{1,2})`)
	bareLast  = regexp.MustCompile(`(\d{2})(\d{2})(?:19|20)\d{2}`)
	bareFirst = regexp.MustCompile(`(?:(?:19|20)\d{2}|\d{2})(\d{2})(\d{2})`)
)

// dates finds days of a year. A year of four digits counts as one of a hundred: who attacks a person knows the likely ones.
func dates(text string) (found []match.Match) {
	for _, form := range []*regexp.Regexp{yearLast, yearFirst, bareLast, bareFirst} {
		for _, at := range form.FindAllStringSubmatchIndex(text, -1) {
			token := text[at[0]:at[1]]
			if !isDay(text[at[2]:at[3]], text[at[4]:at[5]]) {
				continue
			}
			date := match.DateMatch{Pattern: "date"}
			if form == yearLast || form == yearFirst {
				date.Separator = "-"
			}
			found = append(found, match.Match{Pattern: "date", I: at[0], J: at[1] - 1, Token: token, Entropy: entropy.DateEntropy(date)})
		}
	}
	return found
}

// isDay tells that two numbers are a day and a month, in either order.
func isDay(a, b string) bool {
	x, _ := strconv.Atoi(a) // digits by their form
	y, _ := strconv.Atoi(b)
	return 1 <= min(x, y) && min(x, y) <= 12 && max(x, y) <= 31
}
