//go:build linux

package main

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"time"
)

// ending is what 18,000 parked connections cost when they end.
type ending struct {
	Conns      int
	ClosedMs   []float64 // http.Server.Shutdown until the client, on the same cores, has seen all connections end
	ReturnedMs []float64 // and until it returned
	SweepCPU   []float64 // µs of CPU in each second while none is due
	ExpireCPU  float64   // µs of CPU for each connection that a timeout ends
	PlainSweep []float64 // the same of net/http
}

func endings(_, scale int, _ string) (any, error) {
	e := ending{Conns: 18000 / scale}
	for range 3 {
		closed, returned, err := shutdown(e.Conns)
		if err != nil {
			return nil, err
		}
		e.ClosedMs = append(e.ClosedMs, float64(closed.Microseconds())/1000)
		e.ReturnedMs = append(e.ReturnedMs, float64(returned.Microseconds())/1000)
	}
	var err error
	if e.SweepCPU, e.ExpireCPU, err = sweep("netpoll-nethttp", e.Conns); err != nil {
		return nil, err
	}
	e.PlainSweep, _, err = sweep("nethttp", e.Conns)
	return e, err
}

// shutdown is called by a handler, so with a request in flight.
func shutdown(n int) (closed, returned time.Duration, err error) {
	p, err := start("netpoll-nethttp", "-park-after", "1ms")
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	conns, err := p.fill(nil, n)
	defer closeAll(conns)
	if err != nil {
		return 0, 0, err
	}
	time.Sleep(500 * time.Millisecond)
	last, err := p.dial(0)
	if err != nil {
		return 0, 0, err
	}
	defer last.Close()
	io.WriteString(last, "GET /shutdown HTTP/1.1\r\nHost: x\r\n\r\n")
	began := time.Now()
	for i, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			return 0, 0, fmt.Errorf("connection %d is not closed by Shutdown: %w", i, err)
		}
	}
	closed = time.Since(began)
	line, err := p.out.ReadString('\n')
	if err != nil {
		return 0, 0, err
	}
	returned, err = time.ParseDuration(strings.TrimSpace(line))
	return closed, returned, err
}

func sweep(kind string, n int) (each []float64, expire float64, err error) {
	p, err := start(kind, "-park-after", "1ms", "-idle-timeout", "20s")
	if err != nil {
		return nil, 0, err
	}
	defer p.stop()
	began := time.Now()
	conns, err := p.fill(nil, n)
	defer closeAll(conns)
	if err != nil {
		return nil, 0, err
	}
	filled := time.Now()
	time.Sleep(time.Second)
	for range 5 {
		before, err := p.facts("/cpu")
		if err != nil {
			return nil, 0, err
		}
		at := time.Now()
		time.Sleep(time.Second)
		after, err := p.facts("/cpu")
		if err != nil {
			return nil, 0, err
		}
		each = append(each, float64(after.CPU-before.CPU)/time.Since(at).Seconds())
	}
	before, err := p.facts("/cpu")
	if err != nil || time.Since(began) > 19*time.Second {
		return each, 0, errors.Join(err, errors.New("filling took too long"))
	}
	time.Sleep(time.Until(filled.Add(21 * time.Second)))
	after, err := p.facts("/cpu")
	return each, float64(after.CPU-before.CPU) / float64(n), err
}

func closeAll(conns []net.Conn) {
	for _, c := range conns {
		c.Close()
	}
}
