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

// echo compares each server with ours, round by round.
func echo(b *bytes.Buffer) {
	rows := load[echoRow]("echo")
	if len(rows) == 0 {
		return
	}
	fmt.Fprintf(b, "64 bytes sent back by a process of its own, the client a bare epoll loop for each core on the same cores, "+
		"rounds alternated: `go run . echo`. Ratios are netpoll's `Server` to the row's, round by round.\n\n")
	fmt.Fprintf(b, "| server | conns | server CPU µs/op | messages/s | CPU, ratio (95 %% interval) | messages/s, ratio | |\n|---|---|---|---|---|---|---|\n")
	for _, r := range rows {
		ours := oursOf(rows, r.Conns)
		if r.Server == ours.Server {
			fmt.Fprintf(b, "| **netpoll** | %d | %.2f | %.0f | | | |\n", r.Conns, median(r.CPU), median(r.OpsPerSec))
			continue
		}
		cpu, cpuLow, cpuHigh := interval.Of(ratios(ours.CPU, r.CPU))
		ops, opsLow, opsHigh := interval.Of(ratios(ours.OpsPerSec, r.OpsPerSec))
		fmt.Fprintf(b, "| %s | %d | %.2f | %.0f | %.3f (%.3f–%.3f) | %.3f (%.3f–%.3f) | %s |\n", r.Server, r.Conns, median(r.CPU),
			median(r.OpsPerSec), cpu, cpuLow, cpuHigh, ops, opsLow, opsHigh, echoNote(r.Server, cpuLow, cpuHigh, opsLow, opsHigh))
	}
	fmt.Fprintln(b)
}

func echoNote(server string, cpuLow, cpuHigh, opsLow, opsHigh float64) string {
	if server == "epoll" {
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
