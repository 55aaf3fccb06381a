package pool

import "testing"

// A Put that met a borrower who has gone by the time it looks again resets the
// value itself: nobody else does.
func TestPutAfterTheLastBorrower(t *testing.T) {
	resets := 0
	p := Pool[int]{Reset: func(*int) { resets++ }}
	i := p.Get()
	i.putBorrowed()
	if resets != 1 || i.live() {
		t.Errorf("%d resets, want one, and the item put", resets)
	}
}
