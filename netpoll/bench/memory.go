//go:build linux

package main

import (
	"fmt"
	"time"
)

// memoryRow is one server, weighed in a process of its own each time.
type memoryRow struct {
	Server   string
	Conns    []int     // held at each reading; before the first 64 were served and closed
	Readings [][]facts // of each run
	Slope    []float64 // of each run, bytes for each connection from the second reading to the last
	Absolute []float64 // the same from the first
}

var pairs = []string{"nethttp", "gin", "echo", "fasthttp", "tls"}

// memory weighs the servers under netpoll once a round and the others, which hardly differ from run to run, only once.
func memory(rounds, scale int, only string) (any, error) {
	var rows []memoryRow
	for _, base := range pairs {
		if only != "" && only != base {
			continue
		}
		runs := rounds
		counts := []int{0, *most * 4 / 38 / scale, *most * 21 / 38 / scale, *most / scale}
		plain, err := weigh(base, 1, counts...)
		if err != nil {
			return nil, err
		}
		parked, err := weigh("netpoll-"+base, runs, counts...)
		if err != nil {
			return nil, err
		}
		rows = append(rows, plain, parked)
	}
	return rows, nil
}

func weigh(kind string, runs int, conns ...int) (memoryRow, error) {
	row := memoryRow{Server: kind, Conns: conns}
	last := len(conns) - 1
	for range runs {
		f, err := weighOnce(kind, conns)
		if err != nil {
			return row, err
		}
		row.Readings = append(row.Readings, f)
		each := func(i int) float64 { return float64(f[last].RssAnon-f[i].RssAnon) / float64(conns[last]-conns[i]) }
		row.Slope = append(row.Slope, each(1))
		row.Absolute = append(row.Absolute, each(0))
	}
	return row, nil
}

func weighOnce(kind string, counts []int) (readings []facts, err error) {
	p, err := start(kind, "-peak", fmt.Sprint("-only-crypto-tls=", *onlyCrypto))
	if err != nil {
		return nil, err
	}
	defer p.stop()
	if err := p.warm(); err != nil {
		return nil, err
	}
	conns, err := p.fill(nil, 0)
	defer func() { closeAll(conns) }()
	for _, n := range counts {
		if conns, err = p.fill(conns, n); err != nil {
			return nil, err
		}
		f, err := p.settled()
		if err != nil {
			return nil, err
		}
		readings = append(readings, f)
	}
	return readings, nil
}

// warm fills the pools, which hold the first MB of any server.
func (p *process) warm() error {
	conns, err := p.fill(nil, 64)
	closeAll(conns)
	return err
}

// settled waits until what is idle is parked, which fasthttp's idle workers outlive. It reads eight times and returns the last.
// Each collection gives back some of what the load has left, the first most of it: after two of them full servers of 18,000
// connections still held up to 15 bytes for each, and empty ones gained 10 by reading, more here and less there.
func (p *process) settled() (f facts, err error) {
	time.Sleep(p.settle)
	for range 8 {
		if f, err = p.facts("/facts"); err != nil {
			return f, err
		}
		time.Sleep(200 * time.Millisecond)
	}
	return f, nil
}
