// Command report turns raw results into the tables of README.md, between its
// markers. Arguments are the result files.
package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
)

type row struct {
	Op, Doc, Peer       string
	Valid               bool
	Bytes               int
	Allocs, AllocBytes  float64
	Nanos, Rates        []float64
	Source, Lines, Code int

	Go, Machine, Command string
	Rounds               int
}

const begin, end = "<!-- begin generated -->", "<!-- end generated -->"

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(files []string) error {
	var b strings.Builder
	for _, name := range files {
		rows, err := read(name)
		if err != nil {
			return err
		}
		section(&b, name, rows)
	}
	readme, err := os.ReadFile("README.md")
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(readme), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("README.md has no markers")
	}
	return os.WriteFile("README.md", []byte(before+begin+"\n"+b.String()+end+after), 0o644)
}

func read(name string) ([]row, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	var rows []row
	for s := bufio.NewScanner(bytes.NewReader(data)); s.Scan(); {
		var r row
		if err := json.Unmarshal(s.Bytes(), &r); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

var titles = map[string]string{
	"append":    "Append to a buffer that is large enough",
	"marshal":   "Marshal into a new slice",
	"unmarshal": "Unmarshal into a new value",
	"reuse":     "Unmarshal into a used value",
}

func section(b *strings.Builder, name string, rows []row) {
	fmt.Fprintf(b, "\n## %s\n\n%s, %s, GOMAXPROCS=1, `%s`. Medians of %d rounds in turn; %s has them all.\n",
		name, rows[0].Go, rows[0].Machine, rows[0].Command, rows[0].Rounds, name)
	for _, docs := range group(rows[1:]) {
		switch docs[0].Op {
		case "http":
			httpTable(b, docs)
		case "build":
			buildTable(b, docs)
		default:
			table(b, docs)
		}
	}
}

// group splits rows by operation, in order.
func group(rows []row) [][]row {
	var out [][]row
	for _, r := range rows {
		if n := len(out); n > 0 && out[n-1][0].Op == r.Op {
			out[n-1] = append(out[n-1], r)
			continue
		}
		out = append(out, []row{r})
	}
	return out
}

func table(b *strings.Builder, rows []row) {
	var peers, docs []string
	cell := map[string]row{}
	for _, r := range rows {
		if !slices.Contains(peers, r.Peer) {
			peers = append(peers, r.Peer)
		}
		if !slices.Contains(docs, r.Doc) {
			docs = append(docs, r.Doc)
		}
		cell[r.Doc+"/"+r.Peer] = r
	}
	fmt.Fprintf(b, "\n### %s\n\n| document |", titles[rows[0].Op])
	for _, p := range peers {
		mark := ""
		if !cell[docs[0]+"/"+p].Valid {
			mark = " ¹"
		}
		fmt.Fprintf(b, " %s%s |", p, mark)
	}
	b.WriteString(" codec against the best other ² | |\n|---|" + strings.Repeat("---|", len(peers)) + "---|---|\n")
	for _, d := range docs {
		fmt.Fprintf(b, "| %s, %s |", d, size(cell[d+"/"+peers[0]].Bytes))
		for _, p := range peers {
			r := cell[d+"/"+p]
			fmt.Fprintf(b, " %s, %.0f |", duration(median(r.Nanos)), r.Allocs)
		}
		verdict(b, d, peers, cell)
	}
}

// verdict compares codec with the fastest peer that validates.
func verdict(b *strings.Builder, d string, peers []string, cell map[string]row) {
	ours := cell[d+"/codec"]
	var best row
	for _, p := range peers {
		if r := cell[d+"/"+p]; p != "codec" && r.Valid && (best.Peer == "" || median(r.Nanos) < median(best.Nanos)) {
			best = r
		}
	}
	ratio, low, high := bootstrap(ours.Nanos, best.Nanos)
	word := "undecided"
	if high < 1 {
		word = "**first**"
	} else if low > 1 {
		word = "lost"
	}
	fmt.Fprintf(b, " %.2f (%.2f to %.2f) of %s | %s |\n", ratio, low, high, best.Peer, word)
}

// bootstrap returns the median of the rounds' ratios with its 95 % interval.
func bootstrap(a, b []float64) (mid, low, high float64) {
	ratios := make([]float64, len(a))
	for i := range a {
		ratios[i] = a[i] / b[i]
	}
	r := rand.New(rand.NewPCG(1, 2))
	medians := make([]float64, 10_000)
	sample := make([]float64, len(ratios))
	for i := range medians {
		for j := range sample {
			sample[j] = ratios[r.IntN(len(ratios))]
		}
		medians[i] = median(sample)
	}
	slices.Sort(medians)
	return median(ratios), medians[len(medians)*25/1000], medians[len(medians)*975/1000]
}

func median(x []float64) float64 {
	s := slices.Sorted(slices.Values(x))
	n := len(s)
	return (s[(n-1)/2] + s[n/2]) / 2
}

func duration(ns float64) string {
	switch {
	case ns < 1e3:
		return fmt.Sprintf("%.0f ns", ns)
	case ns < 1e5:
		return fmt.Sprintf("%.2f µs", ns/1e3)
	}
	return fmt.Sprintf("%.0f µs", ns/1e3)
}

func size(n int) string {
	if n < 10_000 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%d kB", n/1000)
}
