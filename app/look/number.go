package look

import (
	"regexp"
	"strings"

	"fyne.io/fyne/v2/lang"
)

// measure is a number with a point and a unit. One without a unit may be a version, in which the point is none of a number.
var measure = regexp.MustCompile(`^\d+\.\d+ ?([KMGTP]iB|s|%)$`)

// Number writes a size or a time, such as "23.5 GiB", as the language does. Anything else stays as it is.
func Number(text string) string {
	if !measure.MatchString(text) {
		return text
	}
	return strings.Replace(text, ".", lang.X("decimal point", "."), 1)
}
