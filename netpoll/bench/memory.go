//go:build linux

package main

import "net"

// memoryRow is one server. Slope is bytes for each connection between the two readings.
type memoryRow struct {
	Server    string
	Few, Many int
	AtFew     facts
	AtMany    facts
	Slope     float64
}

var pairs = []string{"nethttp", "gin", "echo", "fasthttp", "tls"}

func memory(_, scale int, only string) (any, error) {
	var rows []memoryRow
	for _, base := range pairs {
		if only != "" && only != base {
			continue
		}
		for _, kind := range []string{base, "netpoll-" + base} {
			row, err := weigh(kind, 2000/scale, 19000/scale)
			if err != nil {
				return nil, err
			}
			rows = append(rows, row)
		}
	}
	return rows, nil
}

func weigh(kind string, few, many int) (row memoryRow, err error) {
	p, err := start(kind)
	if err != nil {
		return row, err
	}
	defer p.stop()
	row = memoryRow{Server: kind, Few: few, Many: many}
	conns, err := p.fill(nil, 64) // the pools fill first
	for _, c := range conns {
		c.Close()
	}
	if err != nil {
		return row, err
	}
	conns, err = p.fill([]net.Conn{}, few)
	if err != nil {
		return row, err
	}
	if row.AtFew, err = p.settled(); err != nil {
		return row, err
	}
	if conns, err = p.fill(conns, many); err != nil {
		return row, err
	}
	defer func() {
		for _, c := range conns {
			c.Close()
		}
	}()
	if row.AtMany, err = p.settled(); err != nil {
		return row, err
	}
	row.Slope = float64(row.AtMany.RssAnon-row.AtFew.RssAnon) / float64(many-few)
	return row, nil
}
