//go:build !race

package flood_test

// underRace tells that the race detector is built in.
const underRace = false
