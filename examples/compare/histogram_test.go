package main

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// The oracle is the sorted list: the quantile must be the value at its rank, or
// above it by no more than a bucket's width.
func TestHistogramOracle(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range []int{1, 2, 3, 10, 100, 101, 9999} {
		var h Histogram
		all := make([]time.Duration, n)
		for i := range all {
			all[i] = time.Duration(rng.Int64N(1 << (1 + rng.IntN(40))))
			h.Record(all[i])
		}
		slices.Sort(all)
		for _, q := range []float64{0, 0.5, 0.9, 0.99, 0.999, 1} {
			rank := 1 // the smallest with rank/n >= q
			for float64(rank) < q*float64(n)-1e-6 {
				rank++
			}
			want, got := all[rank-1], h.Quantile(q)
			if got < want || float64(got) > float64(want)*(1+1.0/(1<<subBits)) {
				t.Errorf("n %d, q %v: got %d, want %d", n, q, got, want)
			}
		}
	}
}

// Each value lies in its bucket: not above the ceiling, not at or below the one before.
func FuzzHistogramBucket(f *testing.F) {
	for _, v := range []uint64{0, 1, 63, 64, 127, 128, 1 << 40, 1<<63 - 1} {
		f.Add(v)
	}
	f.Fuzz(func(t *testing.T, v uint64) {
		i := bucket(v)
		if i < 0 || i >= octaves<<subBits {
			t.Fatalf("bucket(%d) = %d", v, i)
		}
		if i == octaves<<subBits-1 {
			return // the last one takes everything above
		}
		if uint64(ceiling(i)) < v || i > 0 && uint64(ceiling(i-1)) >= v {
			t.Errorf("%d in bucket %d, which holds %d to %d", v, i, ceiling(i-1)+1, ceiling(i))
		}
	})
}

func TestHistogramEdges(t *testing.T) {
	var empty, h, sum Histogram
	if s := empty.Summary(); s != (Summary{}) {
		t.Errorf("empty: %+v", s)
	}
	h.Record(-time.Second)
	h.Record(1 << 62)
	sum.Add(&h)
	sum.Add(&h)
	if s := sum.Summary(); s.Count != 4 || s.Max != 1<<62 || s.P50 != 0 {
		t.Errorf("merged: %+v", s)
	}
}

func TestHistogramAllocs(t *testing.T) {
	var h Histogram
	if n := testing.AllocsPerRun(100, func() { h.Record(12345) }); n != 0 {
		t.Errorf("Record allocates %v times", n)
	}
}
