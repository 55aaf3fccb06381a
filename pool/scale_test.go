package pool_test

import (
	"os"
	"testing"
)

// scaled is how often a test repeats what may go wrong: fewer times on slow
// machines (-short), fifty times as often when HOTPATH_SOAK is set.
func scaled(t *testing.T, n int) int {
	switch {
	case os.Getenv("HOTPATH_SOAK") != "":
		t.Logf("soak: %s, %d rounds", t.Name(), 50*n)
		return 50 * n
	case testing.Short():
		return max(1, n/10)
	}
	return n
}
