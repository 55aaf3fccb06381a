package pool

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// A ring is a slice that is added to at either end and taken from in front.
func TestRing(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 1))
		var got ring[int]
		var want []int
		for n := range 1000 {
			switch k := r.IntN(9); {
			case k < 2:
				got.push(n)
				want = append(want, n)
			case k < 5:
				got.unpop(n)
				want = slices.Insert(want, 0, n)
			case len(want) > 0:
				if v := got.pop(); v != want[0] {
					t.Fatalf("popped %d, want %d", v, want[0])
				}
				want = want[1:]
			}
			if got.len() != len(want) {
				t.Fatalf("%d items, want %d", got.len(), len(want))
			}
			for i, v := range want {
				if got.at(i) != v {
					t.Fatalf("item %d is %d, want %d", i, got.at(i), v)
				}
			}
		}
	}
}
