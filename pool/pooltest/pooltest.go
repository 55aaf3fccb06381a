// Package pooltest checks in a test that what was taken from a pool was put
// back, as goleak does for goroutines.
//
//	func TestHandler(t *testing.T) {
//		pooltest.VerifyNone(t, &sessions, &buffers)
//		…
//	}
package pooltest

import (
	"slices"
	"testing"

	"github.com/hotpath-go/hotpath/pool"
)

// A Pool is safe for concurrent use if its type is: [pool.Pool] and [pool.Bytes]
// are, and [pool.Local] is for the goroutine that uses it. It is what
// [VerifyNone] needs of them.
type Pool interface {
	Watch() (stop func())
	Leaks() []pool.Leak
	Check() error
}

// VerifyNone watches the pools until the end of the test, and then fails it if
// something that was taken meanwhile is still out, naming the Get. In a
// pooldebug build it also fails if something was written to after its Put.
//
// Call it first: cleanups run last to first, and those registered later may
// still put. Tests that use one pool must not run in parallel with it.
func VerifyNone(t testing.TB, pools ...Pool) {
	t.Helper()
	if len(pools) == 0 || slices.Contains(pools, nil) {
		t.Fatalf("pooltest: VerifyNone without a pool, or with a nil one, checks nothing; name those of the test: VerifyNone(t, &sessions)")
	}
	for _, p := range pools {
		stop := p.Watch()
		before := make(map[uint64]bool)
		for _, l := range p.Leaks() {
			before[l.ID] = true
		}
		t.Cleanup(func() {
			t.Helper()
			defer stop()
			for _, l := range p.Leaks() {
				if !before[l.ID] {
					t.Errorf("pooltest: not put back: %s", l)
				}
			}
			if err := p.Check(); err != nil {
				t.Errorf("pooltest: %v", err)
			}
		})
	}
}
