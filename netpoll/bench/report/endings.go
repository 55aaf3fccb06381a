package main

import (
	"bytes"
	"fmt"
)

func shutdowns(b *bytes.Buffer) {
	rows := load[struct {
		Server               string
		Conns                int
		ReturnedMs, ClosedMs []float64
	}]("shutdown")
	fmt.Fprintf(b, "`http.Server.Shutdown` with %d idle connections, the client on the same cores: `go run . shutdown`. \"floor\" is a bare "+
		"close(2) of as many that nothing else holds, on both cores.\n\n", rows[0].Conns)
	fmt.Fprintf(b, "| server | rounds | ms until it returned | ms until the client had seen all end | |\n|---|---|---|---|---|\n")
	for _, r := range rows {
		note := ""
		if r.Server == "netpoll-nethttp" {
			low, high := bounds(r.ReturnedMs)
			note = "bar < 100 ms: " + within(low, high, 100, false)
		}
		fmt.Fprintf(b, "| %s | %d | %s | %s | %s |\n", r.Server, len(r.ReturnedMs), spread(r.ReturnedMs), spread(r.ClosedMs), note)
	}
	fmt.Fprintln(b)
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
