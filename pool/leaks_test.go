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

// A trace knows the owner before, and not all there ever were.
func TestTraceKnowsTwoOwners(t *testing.T) {
	var p Local[int]
	defer p.Watch()()
	var c *cell
	for range 3 {
		i := p.Get()
		c = i.c
		i.Put()
	}
	if poisonBuild { // reuses nothing
		return
	}
	before := c.trace.before.Load()
	if before == nil || before.before.Load() != nil {
		t.Error("want the owner before, and none before that")
	}
}

// The fast cell is in use again after Trim.
func TestLocalIsFastAfterTrim(t *testing.T) {
	var p Local[int]
	p.Get().Put()
	p.Trim(0)
	i := p.Get()
	if i.c != &p.first {
		t.Error("the first value after Trim is not in the first cell")
	}
	i.Put()
}
