// Package interval says how sure a median is.
package interval

import (
	"math/rand/v2"
	"slices"
)

// Of returns the median and the middle 95 % of the medians of 10,000 resamples.
func Of(x []float64) (median, low, high float64) {
	rnd := rand.New(rand.NewPCG(1, 2)) // the same readings give the same interval
	medians := make([]float64, 10000)
	draw := make([]float64, len(x))
	for i := range medians {
		for j := range draw {
			draw[j] = x[rnd.IntN(len(x))]
		}
		medians[i] = middle(draw)
	}
	slices.Sort(medians)
	return middle(slices.Clone(x)), medians[250], medians[9749]
}

// middle sorts x.
func middle(x []float64) float64 {
	slices.Sort(x)
	n := len(x)
	return (x[(n-1)/2] + x[n/2]) / 2
}
