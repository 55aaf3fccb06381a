package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/keepalive/bench"
)

// leastShare is what nothing set must reach of the best constant.
const leastShare = 0.9

// sweep compares nothing set with the constants, cell by cell.
func (r results) sweep() string {
	var b strings.Builder
	fmt.Fprint(&b, "\n| nothing set, requests/s | against the best constant | best of | limit | measured (95 % interval) | verdict |\n|---|---|---|---|---|---|\n")
	for _, c := range bench.Sweep() {
		ours := r[key{c.Group(), own, perSecond}]
		if len(ours) == 0 {
			continue
		}
		var all [][]float64
		var medians []float64
		for _, n := range c.Constants {
			v := r[key{c.Group(), bench.Limited(n), perSecond}]
			all, medians = append(all, v), append(medians, median(v))
		}
		lo, mid, hi := share(ours, all)
		best := c.Constants[slices.Index(medians, slices.Max(medians))]
		fmt.Fprintf(&b, "| %s | %d | %s | ≥ %g | %.4g (%.4g … %.4g) | %s |\n", c.Group(), best,
			strings.Trim(fmt.Sprint(c.Constants), "[]"), leastShare, mid, lo, hi, verdict(lo >= leastShare, hi < leastShare))
	}
	return b.String()
}

// share is the median of ours over the median of whichever constant has the
// greatest, and its 95 % bootstrap interval: whole rounds are drawn again, and
// the best constant is chosen anew each time.
func share(ours []float64, constants [][]float64) (lo, mid, hi float64) {
	of := func(rounds []int) float64 {
		best := 0.0
		for _, v := range constants {
			best = max(best, median(at(v, rounds)))
		}
		return median(at(ours, rounds)) / best
	}
	rounds := make([]int, len(ours))
	for i := range rounds {
		rounds[i] = i
	}
	mid = of(rounds)
	r := rand.New(rand.NewPCG(1, 1))
	again := make([]float64, 2000)
	for i := range again {
		for j := range rounds {
			rounds[j] = r.IntN(len(rounds))
		}
		again[i] = of(rounds)
	}
	slices.Sort(again)
	return again[50], mid, again[1949]
}

func at(v []float64, rounds []int) []float64 {
	out := make([]float64, len(rounds))
	for i, n := range rounds {
		out[i] = v[n]
	}
	return out
}
