package strength

import (
	"maps"
	"slices"
	"strings"

	"github.com/ccojocar/zxcvbn-go/adjacency"
)

// mostReadings bounds the ways to read signs as letters.
const mostReadings = 64

// readings gives the ways to read signs and digits as the letters that they look like. In one reading a sign stands for one letter, and
// a letter is written by one sign.
func readings(text string) (read []string) {
	letters := map[string][]string{} // that a sign of the text can stand for
	for letter, signs := range adjacency.GraphMap["l33t"].Graph {
		for _, sign := range signs {
			if strings.Contains(text, sign) {
				letters[sign] = append(letters[sign], letter)
			}
		}
	}
	signs := slices.Sorted(maps.Keys(letters))
	var choose func(left []string, sign map[string]string)
	choose = func(left []string, sign map[string]string) {
		if len(read) == mostReadings {
			return
		}
		if len(left) == 0 {
			if len(sign) > 0 {
				read = append(read, replaced(text, sign))
			}
			return
		}
		slices.Sort(letters[left[0]])
		for _, letter := range letters[left[0]] {
			if _, taken := sign[letter]; taken {
				continue
			}
			sign[letter] = left[0]
			choose(left[1:], sign)
			delete(sign, letter)
		}
		choose(left[1:], sign) // it stands for itself
	}
	choose(signs, map[string]string{})
	return read
}

// replaced writes letters in place of their signs.
func replaced(text string, sign map[string]string) string {
	var pairs []string
	for letter, s := range sign {
		pairs = append(pairs, s, letter)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}
