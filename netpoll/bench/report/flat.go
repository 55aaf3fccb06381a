package main

import (
	"bytes"
	"fmt"
	"os"
	"slices"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

// flat compares the bytes for each connection in the second half of a run with those in the first, and of processes side
// by side.
func flat(b *bytes.Buffer) {
	var halves []float64
	for _, r := range load[memoryRow]("memory-nethttp") {
		if r.Server != "netpoll-nethttp" {
			continue
		}
		for _, f := range r.Readings {
			each := func(i int) float64 { return float64(f[i+1].RssAnon-f[i].RssAnon) / float64(r.Conns[i+1]-r.Conns[i]) }
			halves = append(halves, each(2)-each(1))
		}
	}
	if len(halves) > 0 {
		m, low, high := interval.Of(halves)
		fmt.Fprintf(b, "Is the slope flat? A connection above 10,500 costs %+.0f (%+.0f to %+.0f) bytes against one below, where net/http's costs 19,400.\n", m, low, high)
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
