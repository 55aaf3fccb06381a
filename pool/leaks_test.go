package pool

import "testing"

// Leaks are in the order of their Gets, also beyond what an int of 32 bits counts.
func TestLeaksAreInOrder(t *testing.T) {
	w := watch{out: make(map[*trace]struct{})}
	for _, id := range []uint64{5 << 40, 1, 1<<31 + 5, 1 << 32} {
		w.out[&trace{id: id}] = struct{}{}
	}
	last := uint64(0)
	for _, l := range w.leaks() {
		if l.ID < last {
			t.Errorf("leak %d comes after %d", l.ID, last)
		}
		last = l.ID
	}
}
