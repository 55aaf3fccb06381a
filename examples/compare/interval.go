package main

import (
	"math"
	"math/rand/v2"
	"slices"
)

// resamples: with 4,000 the bounds of a 95 % interval move by about 1 % of its
// width from seed to seed, and the seed is fixed anyway.
const resamples = 4000

// fewRounds: below six pairs no 95 % statement can be made (even if all agree,
// chance does that once in 2^(n-1) runs); the range of the rounds is given instead.
const fewRounds = 6

// Interval is hot over plain: the ratio of the medians, with its bounds.
type Interval struct {
	Ratio  float64 `json:"ratio"`
	Low    float64 `json:"low"`
	High   float64 `json:"high"`
	Rounds int     `json:"rounds"`
}

// bootstrap resamples rounds, not values: round i of both variants ran within the
// same seconds and shares the machine's mood, so the pairs stay together. It
// reports false when there is nothing to divide.
func bootstrap(plain, hot []float64) (Interval, bool) {
	n := len(plain)
	if n == 0 || n != len(hot) || slices.Min(plain) <= 0 || slices.Min(hot) < 0 {
		return Interval{}, false
	}
	iv := Interval{Ratio: median(hot) / median(plain), Rounds: n}
	var ratios []float64
	if n < fewRounds {
		for i := range plain {
			ratios = append(ratios, hot[i]/plain[i])
		}
		iv.Low, iv.High = slices.Min(ratios), slices.Max(ratios)
		return iv, true
	}
	rng := rand.New(rand.NewPCG(1, 2))
	p, h := make([]float64, n), make([]float64, n)
	for range resamples {
		for i := range n {
			j := rng.IntN(n)
			p[i], h[i] = plain[j], hot[j]
		}
		ratios = append(ratios, median(h)/median(p))
	}
	slices.Sort(ratios)
	iv.Low, iv.High = ratios[resamples*25/1000], ratios[resamples*975/1000-1]
	return iv, true
}

// verdict is decided only by an interval that leaves 1 outside.
func (iv Interval) verdict(higherIsBetter bool) string {
	switch {
	case iv.Rounds < 2 || iv.Low <= 1 && iv.High >= 1:
		return "undecided"
	case (iv.Low > 1) == higherIsBetter:
		return "better"
	default:
		return "worse"
	}
}

// median of a copy; NaN when empty.
func median(v []float64) float64 {
	if len(v) == 0 {
		return math.NaN()
	}
	s := slices.Sorted(slices.Values(v))
	m := len(s) / 2
	if len(s)%2 == 1 {
		return s[m]
	}
	return (s[m-1] + s[m]) / 2
}
