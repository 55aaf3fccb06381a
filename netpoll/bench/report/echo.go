package main

import (
	"bytes"
	"fmt"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

type echoRow struct {
	Server         string
	Conns          int
	OpsPerSec, CPU []float64
}

func echo(b *bytes.Buffer) {
	fmt.Fprintf(b, "64 bytes sent back by a process of its own, the client a bare epoll loop for each core on the same cores, "+
		"the servers side by side and asked in turn, for 60 ms each: `go run . echo`. Ratios are netpoll's `Server` to the row's, slice by "+
		"slice; %d slices.\n\n", len(load[echoRow]("echo")[0].CPU))
	versus(b, "messages", load[echoRow]("echo"))
	beside(b)
	fmt.Fprintf(b, "The same for connections that send one message and end, eight at a time: `go run . accept`. \"reuseport\" is the "+
		"`Server` with a listener and an acceptor for each core in place of one for all.\n\n")
	versus(b, "connections", load[echoRow]("accept"))
}

// versus compares each server with ours, round by round.
func versus(b *bytes.Buffer, what string, rows []echoRow) {
	fmt.Fprintf(b, "| server | conns | server CPU µs each | %s/s | CPU, ratio (95 %% interval) | %[1]s/s, ratio | |\n|---|---|---|---|---|---|---|\n", what)
	for _, r := range rows {
		ours := oursOf(rows, r.Conns)
		if r.Server == ours.Server {
			fmt.Fprintf(b, "| **netpoll** | %d | %.2f | %.0f | | | |\n", r.Conns, median(r.CPU), median(r.OpsPerSec))
			continue
		}
		cpu, cpuLow, cpuHigh := interval.Of(ratios(ours.CPU, r.CPU))
		ops, opsLow, opsHigh := interval.Of(ratios(ours.OpsPerSec, r.OpsPerSec))
		fmt.Fprintf(b, "| %s | %d | %.2f | %.0f | %.3f (%.3f–%.3f) | %.3f (%.3f–%.3f) | %s |\n", r.Server, r.Conns, median(r.CPU),
			median(r.OpsPerSec), cpu, cpuLow, cpuHigh, ops, opsLow, opsHigh, note(r.Server, what, cpuLow, cpuHigh, opsLow, opsHigh))
	}
	fmt.Fprintln(b)
}

// beside says what the rest of the process has of its processors.
func beside(b *bytes.Buffer) {
	rows := load[struct {
		Server      string
		Conns       int
		Median, P99 []float64
	}]("beside")
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "What a connection that a plain goroutine of the same process serves waits for its answer meanwhile, beside %d such "+
		"connections: `go run . beside`, %d rounds.\n\n| server | ms, median | ms, 99th percentile |\n|---|---|---|\n", rows[0].Conns, len(rows[0].P99))
	for _, r := range rows {
		m, mlow, mhigh := interval.Of(r.Median)
		p, plow, phigh := interval.Of(r.P99)
		fmt.Fprintf(b, "| %s | %.2f (%.2f–%.2f) | %.1f (%.1f–%.1f) |\n", r.Server, m, mlow, mhigh, p, plow, phigh)
	}
	fmt.Fprintln(b)
}

// note judges the echo's bars; there is none for accepting.
func note(server, what string, cpuLow, cpuHigh, opsLow, opsHigh float64) string {
	switch {
	case what != "messages":
		return ""
	case server == "epoll":
		return "aim ≤ 1.05× CPU: " + within(cpuLow, cpuHigh, 1.05, false)
	}
	return fmt.Sprintf("bar: ahead; CPU %s, messages/s %s", within(cpuLow, cpuHigh, 1, false), within(opsLow, opsHigh, 1, true))
}

func oursOf(rows []echoRow, conns int) echoRow {
	for _, r := range rows {
		if r.Server == "netpoll" && r.Conns == conns {
			return r
		}
	}
	return echoRow{}
}

func ratios(x, y []float64) []float64 {
	out := make([]float64, min(len(x), len(y)))
	for i := range out {
		out[i] = x[i] / y[i]
	}
	return out
}
