package main

import (
	"fmt"
	"slices"
	"strings"
)

// bars of the answers of net/http, by the number of orders in the body: codec
// against json.Marshal, and against serving the bytes as they are.
var bars = map[string][2]float64{"1": {1.9, 0.8}, "20": {2.9, 0}}

func httpTable(b *strings.Builder, rows []row) {
	b.WriteString("\n### net/http, requests per second\n\n| body |")
	i := slices.IndexFunc(rows, func(r row) bool { return r.Doc != rows[0].Doc })
	for _, r := range rows[:i] {
		fmt.Fprintf(b, " %s |", r.Peer)
	}
	b.WriteString(" codec against json.Marshal ² | codec against static ² |\n|---|" + strings.Repeat("---|", i) + "---|---|\n")
	for rows := range slices.Chunk(rows, i) {
		cell := map[string]row{}
		fmt.Fprintf(b, "| %d B |", rows[0].Bytes)
		for _, r := range rows {
			cell[r.Peer] = r
			fmt.Fprintf(b, " %.0f |", median(r.Rates))
		}
		bar := bars[rows[0].Doc]
		fmt.Fprintf(b, " %s | %s |\n", against(cell["codec"], cell["json.Marshal"], bar[0]), against(cell["codec"], cell["static"], bar[1]))
	}
}

func against(ours, other row, bar float64) string {
	ratio, low, high := bootstrap(ours.Rates, other.Rates)
	s := fmt.Sprintf("%.2f (%.2f to %.2f)", ratio, low, high)
	switch {
	case bar == 0:
		return s
	case low >= bar:
		return fmt.Sprintf("%s, bar %.1f **met**", s, bar)
	case high < bar:
		return fmt.Sprintf("%s, bar %.1f missed", s, bar)
	}
	return fmt.Sprintf("%s, bar %.1f undecided", s, bar)
}
