//go:build linux

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"sync"
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
func echoes(rounds, scale int, only string) (any, error) {
	var rows []*echoRow
	for _, conns := range []int{64, 512} {
		if only != "" && only != fmt.Sprint(conns) {
			continue
		}
		var group []*echoRow
		for _, kind := range echoKinds {
			if *kindOnly != "" && *kindOnly != kind {
				continue
			}
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
	var clients []*echoClient
	var running sync.WaitGroup
	failed := make(chan error, runtime.GOMAXPROCS(0))
	defer func() {
		for _, c := range clients {
			c.stop.Store(true)
		}
		running.Wait()
		for _, c := range clients {
			c.close()
		}
	}()
	for range runtime.GOMAXPROCS(0) {
		c, err := dialEchoes(p.addr, conns/runtime.GOMAXPROCS(0))
		if err != nil {
			return 0, 0, err
		}
		clients = append(clients, c)
	}
	ops := func() (n int64) {
		for _, c := range clients {
			n += c.ops.Load()
		}
		return n
	}
	for _, c := range clients {
		running.Go(func() {
			if err := c.run(); err != nil {
				failed <- err
			}
		})
	}
	time.Sleep(d / 5)
	n, used, began := ops(), p.cpu(), time.Now()
	time.Sleep(d)
	n, used = ops()-n, p.cpu()-used
	took := time.Since(began)
	select {
	case err := <-failed:
		return 0, 0, err
	default:
	}
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
