//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"sync"
	"time"
)

// besideRow is how long a connection of a plain goroutine waits for its answer while other connections keep the same process
// busy, in milliseconds: the median and the 99th percentile of each round.
type besideRow struct {
	Server      string
	Conns       int
	Median, P99 []float64
}

func besides(rounds, scale int, _ string) (any, error) {
	var rows []*besideRow
	for _, kind := range []string{"netpoll", "gnet", "goroutine"} {
		rows = append(rows, &besideRow{Server: kind, Conns: 64})
	}
	for i := range rounds {
		for j := range rows {
			r := rows[(i+j)%len(rows)]
			if err := r.round(500 * time.Millisecond / time.Duration(scale)); err != nil {
				return nil, fmt.Errorf("%s: %w", r.Server, err)
			}
		}
	}
	return rows, nil
}

func (r *besideRow) round(d time.Duration) error {
	p, err := start("echo-" + r.Server)
	if err != nil {
		return err
	}
	defer p.stop()
	plain, err := p.out.ReadString('\n')
	if err != nil {
		return err
	}
	busy, err := dialEchoes(p.addr, r.Conns)
	if err != nil {
		return err
	}
	defer busy.close()
	c, err := dialSoon(strings.TrimSpace(plain))
	if err != nil {
		return err
	}
	defer c.Close()
	var running sync.WaitGroup
	var failed error
	until := time.Now().Add(d)
	running.Go(func() { _, failed = busy.run(until) })
	time.Sleep(d / 10)
	waits, err := pings(c, until.Add(-d/10))
	running.Wait()
	if failed != nil || err != nil {
		return errors.Join(failed, err)
	}
	r.Median, r.P99 = append(r.Median, waits[len(waits)/2]), append(r.P99, waits[len(waits)*99/100])
	return nil
}

// pings asks with pauses, and returns what the answers took in ascending order.
func pings(c net.Conn, until time.Time) (ms []float64, err error) {
	b := make([]byte, echoSize)
	for len(ms) == 0 || time.Now().Before(until) {
		at := time.Now()
		if _, err := c.Write(b); err != nil {
			return nil, err
		}
		if _, err := io.ReadFull(c, b); err != nil {
			return nil, err
		}
		ms = append(ms, float64(time.Since(at).Nanoseconds())/1e6)
		time.Sleep(200 * time.Microsecond)
	}
	slices.Sort(ms)
	return ms, nil
}

// servePlain says where a goroutine for each connection serves beside the loops.
func servePlain() error {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println(ln.Addr())
	go goroutines(ln)
	return nil
}
