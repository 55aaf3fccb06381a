package main

import (
	"bytes"
	"fmt"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

type shutdownRow struct {
	Server               string
	Conns                int
	ReturnedMs, ClosedMs []float64
}

func shutdowns(b *bytes.Buffer) {
	far, rows := load[shutdownRow]("faraway"), load[shutdownRow]("shutdown")
	fmt.Fprintf(b, "`http.Server.Shutdown` with %d idle connections. Behind a link, `go run . faraway`: server and clients in a network namespace each, what "+
		"is sent to the clients waits in a queue (tbf, 4 kbit/s) until Shutdown has returned, as on a network that is longer than that. On the loopback, "+
		"`go run . shutdown`: the client on the same cores, and what its kernel makes of each FIN run by the server's close(2). \"floor\" is a "+
		"bare close(2) of as many that nothing else holds, on both cores.\n\n", rows[0].Conns)
	fmt.Fprintf(b, "| server | clients | rounds | ms until it returned | ms until the client had seen all end | |\n|---|---|---|---|---|---|\n")
	endings(b, "behind a link", far)
	endings(b, "on the loopback", rows)
	fmt.Fprintln(b)
}

func endings(b *bytes.Buffer, where string, rows []shutdownRow) {
	for _, r := range rows {
		note, seen := "", ""
		if r.Server == "netpoll-nethttp" {
			low, high := bounds(r.ReturnedMs)
			m, mlow, mhigh := interval.Of(ratios(r.ReturnedMs, rows[len(rows)-1].ReturnedMs))
			note = fmt.Sprintf("bar < 100 ms: %s; %.2f (%.2f–%.2f) of the floor", within(low, high, 100, false), m, mlow, mhigh)
		}
		if len(r.ClosedMs) > 0 {
			seen = spread(r.ClosedMs)
		}
		fmt.Fprintf(b, "| %s | %s | %d | %s | %s | %s |\n", r.Server, where, len(r.ReturnedMs), spread(r.ReturnedMs), seen, note)
	}
}

func sweeps(b *bytes.Buffer) {
	rows := load[struct {
		Server    string
		Conns     int
		SweepCPU  []float64
		ExpireCPU float64
	}]("sweep")
	fmt.Fprintf(b, "An idle timeout of %d connections, `go run . sweep`: %s µs of the server's CPU in each second before it ends any (net/http %s µs), "+
		"bar < 1 %% of a core: %s; then %.1f µs for each it ends.\n\n",
		rows[0].Conns, show(rows[0].SweepCPU), show(rows[1].SweepCPU), verdict(median(rows[0].SweepCPU) < 10000), rows[0].ExpireCPU)
}
