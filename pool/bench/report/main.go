// Command report writes the tables in ../README.md from results/raw.txt, the
// output of ../measure: the medians, and the bars with their verdicts.
package main

import (
	"bufio"
	"fmt"
	"math"
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
		err = write("../README.md", data.tables()+data.bars())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "report:", err)
		os.Exit(1)
	}
}

// key is what was measured; its values are in the order of the rounds.
type key struct{ group, name, unit string }

type results struct {
	order  []key
	values map[key][]float64
}

func read(file string) (*results, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	r := &results{values: map[key][]float64{}}
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
		if r.values[k] == nil {
			r.order = append(r.order, k)
		}
		r.values[k] = append(r.values[k], v)
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

func number(v float64) string {
	switch {
	case v == 0:
		return "0"
	case v < 10:
		return fmt.Sprintf("%.2g", v)
	case v < 100:
		return fmt.Sprintf("%.1f", v)
	}
	return fmt.Sprintf("%.0f", v)
}

// tables has a table for each group, the fastest first.
func (r *results) tables() string {
	var b strings.Builder
	var done []string
	for _, k := range r.order {
		if slices.Contains(done, k.group) {
			continue
		}
		done = append(done, k.group)
		r.table(&b, k.group)
	}
	return b.String()
}

func (r *results) table(b *strings.Builder, group string) {
	var names, units []string
	for _, k := range r.order {
		if k.group == group {
			if !slices.Contains(names, k.name) {
				names = append(names, k.name)
			}
			if !slices.Contains(units, k.unit) {
				units = append(units, k.unit)
			}
		}
	}
	slices.SortStableFunc(names, func(x, y string) int {
		if r.mid(group, x, units[0]) < r.mid(group, y, units[0]) {
			return -1
		}
		return 1
	})
	fmt.Fprintf(b, "\n| %s | %s |\n|---|%s\n", group, strings.Join(units, " | "), strings.Repeat("---|", len(units)))
	for _, name := range names {
		fmt.Fprintf(b, "| %s |", name)
		for _, unit := range units {
			fmt.Fprintf(b, " %s |", number(r.mid(group, name, unit)))
		}
		fmt.Fprintln(b)
	}
}

func (r *results) mid(group, name, unit string) float64 {
	return median(r.values[key{group, name, unit}])
}

// bar is a promise: what was measured is at most limit, divided by what per
// measured in the same round if there is a per, or less that if per has a minus.
// Some only show what a step costs.
type bar struct {
	text             string
	group, name, per string
	unit             string
	limit            float64
}

var none = math.Inf(1)

const value, small, mixed = "value of 1 KiB", "bytes of 1 KiB", "bytes of 64 B to 1 MiB"

var promises = []bar{
	{"`Unchecked` against `sync.Pool`", value, "Unchecked", "sync.Pool", "ns/op", 1.05},
	{"`Pool` against `sync.Pool`", value, "Pool", "sync.Pool", "ns/op", 1.6},
	{"`Local`, ns", value, "Local", "", "ns/op", 3},
	{"`Bytes` against mcache, 1 KiB", small, "Bytes", "mcache", "ns/op", 1},
	{"`Bytes` against mcache, mixed", mixed, "Bytes", "mcache", "ns/op", 1},
	{"`Buffer` against mcache, mixed", mixed, "Buffer", "mcache", "ns/op", 1},
	{"`UncheckedBytes` against mcache, 1 KiB", small, "UncheckedBytes", "mcache", "ns/op", 1},
	{"`UncheckedBytes` against mcache, mixed", mixed, "UncheckedBytes", "mcache", "ns/op", 1},
	{"what classes add to a `sync.Pool`, mixed, ns", mixed, "UncheckedBytes", "-sync.Pool of bytes.Buffer", "ns/op", none},
	{"what the check adds to that: `Bytes`", mixed, "Bytes", "-UncheckedBytes", "ns/op", none},
	{"what a handle adds to that: `Buffer`", mixed, "Buffer", "-Bytes", "ns/op", none},
	{"`Bytes`, allocations, mixed", mixed, "Bytes", "", "allocs/op", 0},
	{"waste of `Bytes`, %", "waste", "Bytes", "", "%", 10},
	{"`Bytes` after a burst, MiB", "after a burst", "Bytes", "", "MiB", 1},
	{"HTTP allocations, with against without", "http", "with", "without", "allocs/request", 1. / 8},
	{"HTTP bytes allocated, with against without", "http", "with", "without", "bytes/request", 1. / 16},
	{"HTTP p99, with against without, the same load: 4000 requests/s", "4000 requests/s", "with", "without", "p99 ms", 0.6},
	{"HTTP p99, each as fast as it goes, the faster one under more load", "http", "with", "without", "p99 ms", 0.6},
	{"… and if no work were left", "http", "no work", "without", "p99 ms", none},
	{"counting for `Stats`, ns", "counting", "with", "-without", "ns/op", 1},
	{"misuses not caught under pooldebug", "use after put", "under pooldebug", "", "not caught", 0},
	{"empty task, ns", "empty task", "Workers", "", "ns/op", 80},
	{"empty task, against `go`", "empty task", "Workers", "go", "ns/op", 1},
	{"empty task, against gopool", "empty task", "Workers", "gopool", "ns/op", 1},
	{"empty task, against ants", "empty task", "Workers", "ants", "ns/op", 1},
	{"empty task, against pond", "empty task", "Workers", "pond", "ns/op", 1},
	{"16 KiB of stack, ns", "16 KiB of stack", "Workers", "", "ns/op", 350},
	{"16 KiB of stack, against `go`", "16 KiB of stack", "Workers", "go", "ns/op", 1},
	{"16 KiB of stack, against gopool", "16 KiB of stack", "Workers", "gopool", "ns/op", 1},
	{"16 KiB of stack, against ants", "16 KiB of stack", "Workers", "ants", "ns/op", 1},
	{"16 KiB of stack, against pond", "16 KiB of stack", "Workers", "pond", "ns/op", 1},
}

func (r *results) bars() string {
	var b strings.Builder
	fmt.Fprint(&b, "\n| promise | at most | measured (95 % interval) | verdict |\n|---|---|---|---|\n")
	for _, p := range promises {
		v := slices.Clone(r.values[key{p.group, p.name, p.unit}])
		per, minus := strings.CutPrefix(p.per, "-")
		base := r.values[key{p.group, per, p.unit}]
		for i := range base {
			if minus {
				v[i] -= base[i]
			} else {
				v[i] /= base[i]
			}
		}
		if len(v) == 0 {
			continue
		}
		lo, mid, hi := interval(v)
		limit, verdict := fmt.Sprintf("%.3g", p.limit), "undecided"
		switch {
		case p.limit == none:
			limit, verdict = "", ""
		case hi <= p.limit:
			verdict = "met"
		case lo > p.limit:
			verdict = "**missed**"
		}
		fmt.Fprintf(&b, "| %s | %s | %.3g (%.3g … %.3g) | %s |\n", p.text, limit, mid, lo, hi, verdict)
	}
	return b.String()
}

func write(file, text string) error {
	page, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	head, rest, ok1 := strings.Cut(string(page), begin)
	_, tail, ok2 := strings.Cut(rest, end)
	if !ok1 || !ok2 {
		return fmt.Errorf("%s has no %s … %s", file, begin, end)
	}
	return os.WriteFile(file, []byte(head+begin+"\n"+text+"\n"+end+tail), 0o644)
}
