package wire

import (
	"math"
	"math/rand/v2"
	"testing"
)

// shortestLong says what shortest says, or declines; and it rarely does.
func TestShortestLongAgrees(t *testing.T) {
	rnd := rand.New(rand.NewPCG(8, 9))
	tried, declined := 0, 0
	check := func(f float64) {
		if f = math.Abs(f); !(f > 0 && f <= math.MaxFloat64) {
			return
		}
		tried++
		d, k, ok := shortestLong(f)
		if !ok {
			declined++
			return
		}
		wantD, wantK := shortest(f)
		for ; k < wantK && d%10 == 0; k++ {
			d /= 10
		}
		if d != wantD || k != wantK {
			t.Fatalf("%v: %de%d, want %de%d", f, d, k, wantD, wantK)
		}
	}
	for range 300_000 {
		check(math.Float64frombits(rnd.Uint64()))
		check(rnd.NormFloat64() * 180)
		check(float64(rnd.IntN(1e9)) / math.Pow10(rnd.IntN(12)))
	}
	if declined > tried/100 {
		t.Errorf("declined %d of %d", declined, tried)
	}
	// Between two decimals, and at powers of two and ten.
	for e := -1074; e < 1024; e++ {
		f := math.Ldexp(1, e)
		for range 8 {
			check(f)
			check(f * 1.5)
			f = math.Nextafter(f, 0)
		}
	}
	for n := range 10_000 {
		check(1<<52 + float64(n)/2)
		check(1<<51 + float64(n)/4)
	}
}
