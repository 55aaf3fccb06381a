// Command report writes the table in ../README.md from results/raw.txt, the
// output of ../measure: the medians, and the bars with their verdicts.
package main

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"strings"
)

const begin, end = "<!-- measured: begin -->", "<!-- measured: end -->"

func main() {
	data, err := read("results/raw.txt")
	if err == nil {
		err = write("../README.md", data.peers()+data.bars()+data.sweep())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// key is what was measured; its values are in the order of the rounds.
type key struct{ group, name, unit string }

type results map[key][]float64

func read(file string) (results, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := results{}
	for lines := bufio.NewScanner(f); lines.Scan(); {
		part := strings.Split(lines.Text(), " | ")
		if len(part) != 4 {
			continue
		}
		v, err := strconv.ParseFloat(part[3], 64)
		if err != nil {
			return nil, err
		}
		k := key{part[0], part[1], part[2]}
		r[k] = append(r[k], v)
	}
	return r, nil
}

func median(v []float64) float64 {
	v = slices.Sorted(slices.Values(v))
	n := len(v)
	if n == 0 {
		return 0
	}
	return (v[(n-1)/2] + v[n/2]) / 2
}

// interval is the median of v and its 95 % bootstrap interval.
func interval(v []float64) (lo, mid, hi float64) {
	r := rand.New(rand.NewPCG(1, 1))
	again := make([]float64, 2000)
	pick := make([]float64, len(v))
	for i := range again {
		for j := range pick {
			pick[j] = v[r.IntN(len(v))]
		}
		again[i] = median(pick)
	}
	slices.Sort(again)
	return again[50], median(v), again[1949]
}

const (
	one, idle, ten, turn = "64 workers, one host", "1,000 idle connections", "10 backends", "turn-over"
	std, tuned, tuned16  = "http.DefaultTransport", "http.Transport, MaxIdleConnsPerHost", "http.Transport, MaxConnsPerHost 16"
	own, turning         = "keepalive.Transport", "keepalive.Transport, MaxRequests 2"
	perCPU, perSecond    = "requests/client CPU s", "requests/s"
)

func (r results) peers() string {
	var b strings.Builder
	units := []string{perCPU, perSecond, "dials", "allocations/request"}
	fmt.Fprintf(&b, "\n| %s | %s |\n|---|%s\n", one, strings.Join(units, " | "), strings.Repeat("---|", len(units)))
	for _, name := range []string{std, tuned, tuned16, own} {
		fmt.Fprintf(&b, "| %s |", name)
		for _, u := range units {
			fmt.Fprintf(&b, " %.0f |", median(r[key{one, name, u}]))
		}
		fmt.Fprintln(&b)
	}
	fmt.Fprintf(&b, "\n| %s | bytes each, client side | goroutines each |\n|---|---|---|\n", idle)
	for _, name := range []string{tuned, own} {
		fmt.Fprintf(&b, "| %s | %.0f | %.1f |\n", name, median(r[key{idle, name, "bytes/connection"}]), median(r[key{idle, name, "goroutines/connection"}]))
	}
	return b.String()
}

// bar is a promise: what was measured, divided by what base measured in the
// same round if there is a base, is at least or at most limit.
type bar struct {
	text, group, name, base, unit string
	least                         bool
	limit                         float64
}

func bars() []bar {
	return []bar{
		{"requests for each client CPU second, against http.DefaultTransport", one, own, std, perCPU, true, 1.9},
		{"… against http.Transport with MaxIdleConnsPerHost", one, own, tuned, perCPU, true, 1.1},
		{"… and with MaxConnsPerHost 16 as well", one, own, tuned16, perCPU, true, 1.1},
		{"dials for 64 workers", one, own, "", "dials", false, 64},
		{"bytes for each idle connection", idle, own, "", "bytes/connection", false, 4096},
		{"goroutines for each idle connection", idle, own, "", "goroutines/connection", false, 1},
		{"10 backends: max/mean of their requests", ten, own, "", "max/mean", false, 1.05},
		{"turn-over by MaxRequests, connections each second", turn, turning, "", "dials/s", true, 5000},
		{"… requests failed", turn, turning, "", "failed", false, 0},
	}
}

func (r results) bars() string {
	var b strings.Builder
	fmt.Fprint(&b, "\n| promise | limit | measured (95 % interval) | verdict |\n|---|---|---|---|\n")
	for _, p := range bars() {
		v := slices.Clone(r[key{p.group, p.name, p.unit}])
		if p.base != "" {
			base := r[key{p.group, p.base, p.unit}]
			for i := range v {
				v[i] /= base[i]
			}
		}
		if len(v) == 0 {
			continue
		}
		lo, mid, hi := interval(v)
		sign, good, bad := "≤", hi <= p.limit, lo > p.limit
		if p.least {
			sign, good, bad = "≥", lo >= p.limit, hi < p.limit
		}
		fmt.Fprintf(&b, "| %s | %s %g | %.4g (%.4g … %.4g) | %s |\n", p.text, sign, p.limit, mid, lo, hi, verdict(good, bad))
	}
	return b.String()
}

func verdict(good, bad bool) string {
	switch {
	case good:
		return "met"
	case bad:
		return "**missed**"
	}
	return "undecided"
}

func write(file, text string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, rest, ok := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no place for the table", file)
	}
	return os.WriteFile(file, []byte(head+begin+"\n"+text+"\n"+end+tail), 0o644)
}
