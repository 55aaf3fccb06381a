// Command report writes the tables of results/run.json into the README, between its markers.
package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"

	"github.com/hotpath-go/hotpath/middleware/bench"
)

// bars are what was promised: our row on a case, and the highest ratio to the best rival, or to one that is named.
var bars = []struct {
	kase, ours, rival string
	most              float64
}{
	{"GitHub API", "hotpath, Func", "", 1}, {"GitHub API", "hotpath, Func", "", 0.55},
	{"20 parameters", "hotpath, Func", "", 1}, {"20 parameters", "hotpath, Func", "", 0.7},
	{"10,000 routes", "hotpath, Func", "", 1}, {"10,000 routes", "hotpath, Func", "", 0.5},
	{"replacement", "1,000 swaps a second", "no replacement", 1.05}, {"replacement", "1,000 new tables a second", "no replacement", 1.05},
	{"wrapper", "hotpath, Wrap", "httpsnoop.Wrap", 1},
	{"full stack", "hotpath", "", 1. / 8}, {"full stack", "hotpath, without deadline, the client sends an id", "", 1. / 8},
	{"metrics", "hotpath, two threads", "hotpath", 1},
	{"rate limit, 1,000 clients", "hotpath, Rate.Allow", "httprate, OnLimit", 1},
	{"100000 prefixes", "hotpath, Allows", "", 1}, {"1000000 prefixes", "hotpath, Allows", "", 1}, {"1000000 prefixes", "hotpath, Allows", "", 0.6},
}

// prices are what was promised in nanoseconds: how much more our row may take than the one without.
var prices = []struct {
	kase, ours, without string
	most                float64
}{
	{"wrapper", "hotpath, Wrap", "no wrapper", 25},
	{"access log", "hotpath", "no log", 200}, {"access log", "hotpath, ring", "no log", 200},
	{"metrics", "hotpath", "no metrics", 20},
}

func main() {
	var res bench.Results
	raw, err := os.ReadFile("results/run.json")
	if err == nil {
		err = json.Unmarshal(raw, &res)
	}
	if err == nil {
		err = splice("../README.md", text(res))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func splice(name, text string) error {
	const begin, end = "<!-- bench:begin -->\n", "<!-- bench:end -->"
	b, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(b), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return fmt.Errorf("%s has no markers", name)
	}
	return os.WriteFile(name, []byte(before+begin+text+end+after), 0o644)
}

func text(res bench.Results) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Medians of %d alternating rounds of %s on a %d-core Linux 6.18 VM, %s, %s. Each handler reads the last wildcard by name.\nThe machine is shared, and rounds differ by up to 4 ×: bars compare rows round by round, not the medians above them.\n`cd bench && go run ./run -rounds %d -slice %s >results/run.json && go run ./report`\n\n",
		res.Rounds, res.Slice, res.CPUs, res.Go, res.OS, res.Rounds, res.Slice)
	for _, kase := range cases(res) {
		rows := of(res, kase)
		slices.SortStableFunc(rows, func(a, b *bench.Row) int { return int(100 * (median(a.Nanos) - median(b.Nanos))) })
		fmt.Fprintf(&b, "| %s | ns | bytes | allocations |\n|---|---|---|---|\n", kase)
		for _, r := range rows {
			fmt.Fprintf(&b, "| %s | %.1f | %.0f | %.2f |\n", r.Name, median(r.Nanos), r.Bytes, r.Allocs)
		}
		b.WriteString("\n")
	}
	b.WriteString("| bar | ratio (95 % interval) | verdict |\n|---|---|---|\n")
	for _, bar := range bars {
		ours, rival := find(res, bar.kase, bar.ours), find(res, bar.kase, bar.rival)
		if rival == nil {
			rival = best(res, bar.kase)
		}
		ratio, low, high := compare(ours.Nanos, rival.Nanos, func(a, b float64) float64 { return a / b })
		fmt.Fprintf(&b, "| %s: %s ≤ %.3g × %s | %.2f (%.2f–%.2f) | %s |\n", bar.kase, bar.ours, bar.most, rival.Name, ratio, low, high, verdict(low, high, bar.most))
	}
	b.WriteString("\n| price | ns (95 % interval) | verdict |\n|---|---|---|\n")
	for _, p := range prices {
		price, low, high := compare(find(res, p.kase, p.ours).Nanos, find(res, p.kase, p.without).Nanos, func(a, b float64) float64 { return a - b })
		fmt.Fprintf(&b, "| %s: %s ≤ %.0f ns over %s | %.0f (%.0f–%.0f) | %s |\n", p.kase, p.ours, p.most, p.without, price, low, high, verdict(low, high, p.most))
	}
	return b.String()
}

func verdict(low, high, most float64) string {
	switch {
	case high <= most:
		return "met"
	case low > most:
		return "missed"
	}
	return "undecided"
}

func cases(res bench.Results) (names []string) {
	for _, r := range res.Rows {
		if !slices.Contains(names, r.Case) {
			names = append(names, r.Case)
		}
	}
	return names
}

func of(res bench.Results, kase string) (rows []*bench.Row) {
	for _, r := range res.Rows {
		if r.Case == kase {
			rows = append(rows, r)
		}
	}
	return rows
}

func find(res bench.Results, kase, name string) *bench.Row {
	for _, r := range of(res, kase) {
		if r.Name == name {
			return r
		}
	}
	return nil
}

func best(res bench.Results, kase string) (b *bench.Row) {
	for _, r := range of(res, kase) {
		if !r.Ours && (b == nil || median(r.Nanos) < median(b.Nanos)) {
			b = r
		}
	}
	return b
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// compare takes what how makes of two rows round by round, since what is measured in one round met the same disturbance, and
// resamples the rounds: the percentiles of the medians are the interval.
func compare(ours, rival []float64, how func(a, b float64) float64) (mid, low, high float64) {
	rounds := make([]float64, len(ours))
	for i := range ours {
		rounds[i] = how(ours[i], rival[i])
	}
	rnd := rand.New(rand.NewPCG(1, 1))
	all, draw := make([]float64, 4000), make([]float64, len(rounds))
	for i := range all {
		for j := range draw {
			draw[j] = rounds[rnd.IntN(len(rounds))]
		}
		all[i] = median(draw)
	}
	slices.Sort(all)
	return median(rounds), all[100], all[3899]
}
