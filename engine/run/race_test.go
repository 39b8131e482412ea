//go:build race

package run_test

// underRace tells that the race detector is built in.
const underRace = true
