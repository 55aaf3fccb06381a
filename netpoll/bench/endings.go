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

// shutdownRow is how long 18,000 idle connections take to end, in milliseconds.
type shutdownRow struct {
	Server     string
	Conns      int
	ReturnedMs []float64 // http.Server.Shutdown until it returned
	ClosedMs   []float64 `json:",omitempty"` // and until the client, on the same cores, has seen all connections end
}

// shutdowns has, besides ours and net/http's own, "floor": close(2) of as many that nothing else holds, on every core.
func shutdowns(rounds, scale int, _ string) (any, error) {
	rows := []*shutdownRow{{Server: "netpoll-nethttp"}, {Server: "nethttp"}, {Server: "floor"}}
	for range rounds {
		for _, r := range rows {
			r.Conns = 18000 / scale
			closed, returned, err := shutdown(r.Server, r.Conns)
			if err != nil {
				return nil, err
			}
			r.ReturnedMs = append(r.ReturnedMs, float64(returned.Microseconds())/1000)
			r.ClosedMs = append(r.ClosedMs, float64(closed.Microseconds())/1000)
		}
	}
	return rows, nil
}

// faraways has the same servers with their clients behind a link that keeps what it is given until Shutdown has returned. On
// the loopback each close(2) of the server also runs what the client's kernel makes of its FIN.
func faraways(rounds, scale int, _ string) (any, error) {
	rows := []*shutdownRow{{Server: "netpoll-nethttp"}, {Server: "nethttp"}, {Server: "floor"}}
	for range rounds {
		for _, r := range rows {
			r.Conns = 18000 / scale
			returned, err := farShutdown(r.Server, r.Conns)
			if err != nil {
				return nil, err
			}
			r.ReturnedMs = append(r.ReturnedMs, float64(returned.Microseconds())/1000)
		}
	}
	return rows, nil
}

func farShutdown(kind string, n int) (returned time.Duration, err error) {
	l, err := newLink()
	if err != nil {
		return 0, err
	}
	defer l.remove()
	p, err := startIn(l, kind, "-park-after", "1ms", "-listen", near+":0")
	if err != nil {
		return 0, err
	}
	defer p.stop()
	h, err := p.hold(n)
	if err != nil {
		return 0, err
	}
	defer h.release()
	time.Sleep(500 * time.Millisecond)
	if err := l.slow(); err != nil {
		return 0, err
	}
	if err := h.shutdown(); err != nil {
		return 0, err
	}
	return p.returned()
}

const shutdownRequest = "GET /shutdown HTTP/1.1\r\nHost: x\r\n\r\n"

// returned is what a server says of its Shutdown.
func (p *process) returned() (time.Duration, error) {
	line, err := p.out.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return time.ParseDuration(strings.TrimSpace(line))
}

// sweepRow is what an idle timeout of 18,000 connections costs.
type sweepRow struct {
	Server    string
	Conns     int
	SweepCPU  []float64 // µs of CPU in each second while none is due
	ExpireCPU float64   // µs of CPU for each connection that it ends
}

func sweeps(_, scale int, _ string) (any, error) {
	rows := []*sweepRow{{Server: "netpoll-nethttp"}, {Server: "nethttp"}}
	for _, r := range rows {
		var err error
		r.Conns = 18000 / scale
		if r.SweepCPU, r.ExpireCPU, err = sweep(r.Server, r.Conns); err != nil {
			return nil, err
		}
	}
	return rows, nil
}

// shutdown is called by a handler, so with a request in flight.
func shutdown(kind string, n int) (closed, returned time.Duration, err error) {
	p, err := start(kind, "-park-after", "1ms")
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
	io.WriteString(last, shutdownRequest)
	began := time.Now()
	for i, c := range conns {
		if _, err := c.Read(make([]byte, 1)); err != io.EOF {
			return 0, 0, fmt.Errorf("connection %d is not closed by Shutdown: %w", i, err)
		}
	}
	closed = time.Since(began)
	returned, err = p.returned()
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
