package main

import (
	"fmt"
	"strings"
)

// buildTable has one line for each measure of what generated code costs before
// it runs; the bar is easyjson's.
func buildTable(b *strings.Builder, rows []row) {
	ours, other := rows[0], rows[1]
	fmt.Fprintf(b, "\n### Generated code for the types of all documents\n\n| | %s | %s | codec against easyjson ² |\n|---|---|---|---|\n", ours.Peer, other.Peer)
	line := func(what string, a, c int) {
		word := "**met**"
		if a > c {
			word = "missed"
		}
		fmt.Fprintf(b, "| %s | %d | %d | %.2f, bar 1 %s |\n", what, a, c, float64(a)/float64(c), word)
	}
	line("source, bytes", ours.Source, other.Source)
	line("source, lines", ours.Lines, other.Lines)
	line("machine code of the package, bytes", ours.Code, other.Code)
	ratio, low, high := bootstrap(ours.Nanos, other.Nanos)
	word := "undecided"
	if high <= 1 {
		word = "**met**"
	} else if low > 1 {
		word = "missed"
	}
	fmt.Fprintf(b, "| go build of the package, its dependencies built | %.0f ms | %.0f ms | %.2f (%.2f to %.2f), bar 1 %s |\n",
		median(ours.Nanos)/1e6, median(other.Nanos)/1e6, ratio, low, high, word)
}
