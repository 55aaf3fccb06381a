package main

import (
	"fmt"
	"slices"
)

func verdict(ok bool) string {
	if ok {
		return "met"
	}
	return "missed"
}

// within is undecided where the interval holds the bar.
func within(low, high, bar float64, atLeast bool) string {
	switch {
	case atLeast && low >= bar, !atLeast && high <= bar:
		return "met"
	case atLeast && high < bar, !atLeast && low > bar:
		return "missed"
	}
	return "undecided"
}

func median(x []float64) float64 {
	if len(x) == 0 {
		return 0
	}
	x = slices.Sorted(slices.Values(x))
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

func show(x []float64) string {
	m := median(x)
	if m > 1000 {
		return fmt.Sprintf("%.0f", m)
	}
	return fmt.Sprintf("%.1f", m)
}
