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

// sweep compares nothing set with the constants, cell by cell and round by round.
func (r results) sweep() string {
	var b strings.Builder
	fmt.Fprint(&b, "\n| nothing set, requests/s | against the best constant | best of | limit | measured (95 % interval) | verdict |\n|---|---|---|---|---|---|\n")
	for _, c := range bench.Sweep() {
		ours := r[key{c.Group(), own, perSecond}]
		if len(ours) == 0 {
			continue
		}
		var all [][]float64
		for _, n := range c.Constants {
			base := r[key{c.Group(), bench.Limited(n), perSecond}]
			ratios := make([]float64, len(ours))
			for i := range ours {
				ratios[i] = ours[i] / base[i]
			}
			all = append(all, ratios)
		}
		lo, mid, hi, best := worst(all)
		fmt.Fprintf(&b, "| %s | %d | %s | ≥ %g | %.4g (%.4g … %.4g) | %s |\n", c.Group(), c.Constants[best],
			strings.Trim(fmt.Sprint(c.Constants), "[]"), leastShare, mid, lo, hi, verdict(lo >= leastShare, hi < leastShare))
	}
	return b.String()
}

// worst is the least of the medians of the constants' ratios, whose it is, and
// its 95 % bootstrap interval: whole rounds are drawn again, and the constant
// is chosen anew each time.
func worst(ratios [][]float64) (lo, mid, hi float64, which int) {
	of := func(rounds []int) (float64, int) {
		var medians []float64
		for _, v := range ratios {
			medians = append(medians, median(at(v, rounds)))
		}
		least := slices.Min(medians)
		return least, slices.Index(medians, least)
	}
	rounds := make([]int, len(ratios[0]))
	for i := range rounds {
		rounds[i] = i
	}
	mid, which = of(rounds)
	r := rand.New(rand.NewPCG(1, 1))
	again := make([]float64, 2000)
	for i := range again {
		for j := range rounds {
			rounds[j] = r.IntN(len(rounds))
		}
		again[i], _ = of(rounds)
	}
	slices.Sort(again)
	return again[50], mid, again[1949], which
}

func at(v []float64, rounds []int) []float64 {
	out := make([]float64, len(rounds))
	for i, n := range rounds {
		out[i] = v[n]
	}
	return out
}
