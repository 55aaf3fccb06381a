//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// echoRow is one server under so many connections that each send 64 bytes and wait for them, round by round.
type echoRow struct {
	Server         string
	Conns          int
	OpsPerSec, CPU []float64 // CPU is the server's, in microseconds for each message
}

var echoKinds = []string{"netpoll", "epoll", "gnet", "cloudwego", "goroutine"}

// echoes measures each server once a round, another first each time.
func echoes(rounds, scale int, _ string) (any, error) {
	var rows []*echoRow
	for _, conns := range []int{64, 512} {
		var group []*echoRow
		for _, kind := range echoKinds {
			group = append(group, &echoRow{Server: kind, Conns: conns})
		}
		for i := range rounds {
			for j := range group {
				r := group[(i+j)%len(group)]
				ops, cpu, err := echoRound(r.Server, conns, 500*time.Millisecond/time.Duration(scale))
				if err != nil {
					return nil, fmt.Errorf("%s, %d connections: %w", r.Server, conns, err)
				}
				r.OpsPerSec, r.CPU = append(r.OpsPerSec, ops), append(r.CPU, cpu)
			}
		}
		rows = append(rows, group...)
	}
	return rows, nil
}

func echoRound(kind string, conns int, d time.Duration) (opsPerSec, cpu float64, err error) {
	p, err := start("echo-" + kind)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	var wg sync.WaitGroup
	var ops atomic.Int64
	var stop atomic.Bool
	for range conns {
		c, err := dialSoon(p.addr)
		if err != nil {
			return 0, 0, err
		}
		defer c.Close()
		wg.Go(func() {
			var b [64]byte
			for !stop.Load() {
				c.Write(b[:])
				if _, err := io.ReadFull(c, b[:]); err != nil {
					return
				}
				ops.Add(1)
			}
		})
	}
	time.Sleep(d / 5)
	n, used, began := ops.Load(), p.cpu(), time.Now()
	time.Sleep(d)
	n, used = ops.Load()-n, p.cpu()-used
	took := time.Since(began)
	stop.Store(true)
	wg.Wait()
	if n == 0 {
		return 0, 0, fmt.Errorf("nothing was echoed")
	}
	return float64(n) / took.Seconds(), float64(used.Nanoseconds()) / 1e3 / float64(n), nil
}

// dialSoon waits for a server that listens only after it has printed its address.
func dialSoon(addr string) (c net.Conn, err error) {
	for range 200 {
		if c, err = net.Dial("tcp", addr); err == nil {
			return c, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, err
}

// cpu is what the process's threads have run; in nanoseconds, unlike /proc/PID/stat.
func (p *process) cpu() (sum time.Duration) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", p.cmd.Process.Pid))
	for _, f := range tasks {
		b, _ := os.ReadFile(f)
		var ns int64
		fmt.Sscan(string(b), &ns)
		sum += time.Duration(ns)
	}
	return sum
}
