//go:build !race

package gentest_test

// raceEnabled makes the random tests shorter.
const raceEnabled = false
