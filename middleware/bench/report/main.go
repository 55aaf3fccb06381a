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

// prices are what was promised in nanoseconds: how much more our row may take than the one without. The nanoseconds of two machines, or of
// two runs on one that is shared, do not compare; what rivals add in the same rounds does.
var prices = []struct {
	kase, ours, without string
	most                float64
	rivals              []string
}{
	{"wrapper", "hotpath, Wrap", "no wrapper", 25, []string{"embedding, hides all interfaces", "httpsnoop.Wrap"}},
	{"access log", "hotpath", "no log", 200, []string{"zerolog", "zap", "slog"}},
	{"access log", "hotpath, ring", "no log", 200, []string{"zerolog", "zap", "slog"}},
	{"metrics", "hotpath", "no metrics", 20, []string{"client_golang, one bound Histogram", "client_golang, HistogramVec.WithLabelValues"}},
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
		ratio, low, high := resample(len(ours.Nanos), func(rounds []int) float64 {
			return medianOf(rounds, func(i int) float64 { return ours.Nanos[i] / rival.Nanos[i] })
		})
		fmt.Fprintf(&b, "| %s: %s ≤ %.3g × %s | %.2f (%.2f–%.2f) | %s |\n", bar.kase, bar.ours, bar.most, rival.Name, ratio, low, high, verdict(low, high, bar.most))
	}
	b.WriteString("\n| price | ns (95 % interval) | verdict | of what a rival adds in the same rounds |\n|---|---|---|---|\n")
	for _, p := range prices {
		added := func(name string) func([]int) float64 {
			row, without := find(res, p.kase, name).Nanos, find(res, p.kase, p.without).Nanos
			return func(rounds []int) float64 {
				return medianOf(rounds, func(i int) float64 { return row[i] - without[i] })
			}
		}
		ours := added(p.ours)
		price, low, high := resample(res.Rounds, ours)
		fmt.Fprintf(&b, "| %s: %s ≤ %.0f ns over %s | %.0f (%.0f–%.0f) | %s |", p.kase, p.ours, p.most, p.without, price, low, high, verdict(low, high, p.most))
		for i, name := range p.rivals {
			rival := added(name)
			ratio, low, high := resample(res.Rounds, func(rounds []int) float64 { return ours(rounds) / rival(rounds) })
			fmt.Fprintf(&b, "%s %.2f (%.2f–%.2f) of %s", strings.Repeat(",", min(i, 1)), ratio, low, high, name)
		}
		b.WriteString(" |\n")
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

// medianOf takes what how makes of the rows round by round, since what is measured in one round met the same disturbance.
func medianOf(rounds []int, how func(i int) float64) float64 {
	v := make([]float64, len(rounds))
	for i, round := range rounds {
		v[i] = how(round)
	}
	return median(v)
}

// resample returns what of says of all rounds, and between which values 95 % of what it says of random draws of them are.
func resample(rounds int, of func(rounds []int) float64) (mid, low, high float64) {
	rnd := rand.New(rand.NewPCG(1, 1))
	all, draw := make([]float64, 4000), make([]int, rounds)
	for i := range all {
		for j := range draw {
			draw[j] = rnd.IntN(rounds)
		}
		all[i] = of(draw)
	}
	slices.Sort(all)
	for j := range draw {
		draw[j] = j
	}
	return of(draw), all[100], all[3899]
}
