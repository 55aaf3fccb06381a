package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

// flat compares what a connection costs in all among many with what it costs among fewer, and processes side by side.
func flat(b *bytes.Buffer) {
	var growth []float64
	for _, r := range load[memoryRow]("memory-nethttp") {
		if r.Server != "netpoll-nethttp" {
			continue
		}
		for _, f := range r.Readings {
			each := func(i int) float64 { return float64(f[i].RssAnon-f[0].RssAnon) / float64(r.Conns[i]) }
			growth = append(growth, each(3)/each(2))
		}
	}
	if len(growth) > 0 {
		m, low, high := interval.Of(growth)
		fmt.Fprintf(b, "Does a connection cost more among more of them? In all, each of 19,000 costs %.2f (%.2f–%.2f) times what each of 10,500 "+
			"does in the same run, under netpoll; bar, not more than 10 %% above: %s. It is less than 1 because what was awake at once is paid once.\n",
			m, low, high, within(low, high, 1.1, false))
	}
	if _, err := os.Stat("results/processes.json"); err != nil {
		fmt.Fprintln(b)
		return
	}
	type crowd struct {
		Conns int
		Each  float64
	}
	var each []float64
	conns := 0
	for _, r := range load[crowd]("processes") {
		each, conns = append(each, r.Each), conns+r.Conns
	}
	m, low, high := median(each), slices.Min(each), slices.Max(each)
	fmt.Fprintf(b, "%d servers at the same time, %d connections in all, `go run . processes`: %.0f bytes in all for each, %.0f to %.0f; bar ±10 %%: %s.\n\n",
		len(each), conns, m, low, high, verdict(low >= 0.9*m && high <= 1.1*m))
}
