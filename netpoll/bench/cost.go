//go:build linux

package main

import (
	"fmt"
	"net"
	"os/exec"
	"regexp"
	"strconv"

	"github.com/hotpath-go/hotpath/netpoll/bench/interval"
)

// compared is one measure of both sides, round by round: ratios are of the two readings of a round.
type compared struct {
	What             string
	Plain, Netpoll   []float64
	Ratio, Low, High float64 // median ratio netpoll/plain and its 95 % bootstrap interval
}

func (c *compared) sum() {
	r := make([]float64, len(c.Plain))
	for i := range r {
		r[i] = c.Netpoll[i] / c.Plain[i]
	}
	c.Ratio, c.Low, c.High = interval.Of(r)
}

// alternate measures both servers once a round, each side first every second time.
func alternate(rounds int, plain, parked *process, measure func(*process) ([]float64, error), what ...string) ([]compared, error) {
	out := make([]compared, len(what))
	for i := range rounds {
		for j := range 2 {
			p := []*process{plain, parked}[(i+j)%2]
			got, err := measure(p)
			if err != nil {
				return nil, err
			}
			for k, v := range got {
				if out[k].What = what[k]; p == plain {
					out[k].Plain = append(out[k].Plain, v)
				} else {
					out[k].Netpoll = append(out[k].Netpoll, v)
				}
			}
		}
	}
	for k := range out {
		out[k].sum()
	}
	return out, nil
}

func both(base string, args ...string) (plain, parked *process, err error) {
	if plain, err = start(base, args...); err != nil {
		return nil, nil, err
	}
	if parked, err = start("netpoll-"+base, args...); err != nil {
		plain.stop()
	}
	return plain, parked, err
}

// busy drives both with wrk. Its readings are requests per second and server CPU in microseconds for each request.
func busy(rounds, scale int, only string) (any, error) { return busyOf("nethttp", "", rounds, only) }

func busyTLS(rounds, scale int, only string) (any, error) {
	return busyOf("tls", "TLS, ", rounds, only)
}

func busyOf(base, what string, rounds int, only string) (any, error) {
	var rows []compared
	for _, conns := range []string{"64", "512"} {
		if only != "" && only != conns {
			continue
		}
		plain, parked, err := both(base)
		if err != nil {
			return nil, err
		}
		got, err := alternate(rounds, plain, parked, func(p *process) ([]float64, error) { return drive(p, conns) },
			what+"wrk "+conns+" conns, req/s", what+"wrk "+conns+" conns, server CPU µs/req")
		plain.stop()
		parked.stop()
		if err != nil {
			return nil, err
		}
		rows = append(rows, got...)
	}
	return rows, nil
}

var (
	perSecond = regexp.MustCompile(`Requests/sec:\s+([\d.]+)`)
	total     = regexp.MustCompile(`(\d+) requests in`)
)

func drive(p *process, conns string) ([]float64, error) {
	before, err := p.facts("/cpu")
	if err != nil {
		return nil, err
	}
	scheme := "http://"
	if p.tls {
		scheme = "https://"
	}
	out, err := exec.Command("wrk", "-t2", "-c"+conns, "-d1s", scheme+p.addr+"/").Output()
	if err != nil {
		return nil, err
	}
	after, err := p.facts("/cpu")
	if err != nil {
		return nil, err
	}
	rate, n := perSecond.FindSubmatch(out), total.FindSubmatch(out)
	if rate == nil || n == nil {
		return nil, fmt.Errorf("wrk said %s", out)
	}
	rps, _ := strconv.ParseFloat(string(rate[1]), 64)
	requests, _ := strconv.ParseFloat(string(n[1]), 64)
	return []float64{rps, float64(after.CPU-before.CPU) / requests}, nil
}

// parkWake asks 64 connections in turn, so that with a ParkAfter of 1 ns each is parked before its next request: by one
// client, so that the server goes to sleep between any two, and by eight at a time.
func parkWake(rounds, scale int, only string) (any, error) {
	return parkWakeOf("nethttp", "request on a parked connection", rounds, scale, only)
}

func parkWakeTLS(rounds, scale int, only string) (any, error) {
	return parkWakeOf("tls", "TLS, request on a parked connection", rounds, scale, only)
}

func parkWakeOf(base, what string, rounds, scale int, only string) (any, error) {
	var rows []compared
	for _, atOnce := range []int{1, 8} {
		if only != "" && only != strconv.Itoa(atOnce) {
			continue
		}
		got, err := parkWakes(base, what, rounds, 16000/scale/atOnce, atOnce)
		if err != nil {
			return nil, err
		}
		rows = append(rows, got...)
	}
	return rows, nil
}

func parkWakes(base, what string, rounds, n, atOnce int) ([]compared, error) {
	plain, parked, err := both(base, "-park-after", "1ns", fmt.Sprint("-only-crypto-tls=", *onlyCrypto))
	if err != nil {
		return nil, err
	}
	defer plain.stop()
	defer parked.stop()
	conns := map[*process][]net.Conn{}
	for _, p := range []*process{plain, parked} {
		conns[p], err = p.fill(nil, 64*atOnce)
		defer closeAll(conns[p])
		if err != nil {
			return nil, err
		}
	}
	return alternate(rounds, plain, parked, func(p *process) ([]float64, error) {
		before, err := p.facts("/cpu")
		if err != nil {
			return nil, err
		}
		failed := make(chan error, atOnce)
		for j := range atOnce {
			go func() { failed <- askInTurn(conns[p][j*64:][:64], n) }()
		}
		for range atOnce {
			if err := <-failed; err != nil {
				return nil, err
			}
		}
		after, err := p.facts("/cpu")
		return []float64{float64(after.CPU-before.CPU) / float64(n*atOnce)}, err
	}, fmt.Sprintf("%s, %d at a time, server CPU µs/req", what, atOnce))
}

func askInTurn(conns []net.Conn, n int) error {
	for i := range n {
		if _, err := ask(conns[i%len(conns)], "/"); err != nil {
			return err
		}
	}
	return nil
}
