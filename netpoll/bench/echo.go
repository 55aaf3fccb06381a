//go:build linux

package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"
)

// echoRow is one server under so many connections that each send 64 bytes and wait for them, slice by slice.
type echoRow struct {
	Server         string
	Conns          int
	OpsPerSec, CPU []float64 // CPU is the server's, in microseconds for each message
}

var echoKinds = []string{"netpoll", "epoll", "gnet", "cloudwego", "goroutine"}

// The servers of a generation live side by side and are asked in turn, for a slice each, so that two slices that are compared
// are a moment apart: what this machine does changes by more than the servers differ, within seconds. A generation gives way
// to the next since one process may be luckier than another.
const (
	echoSlice  = 60 * time.Millisecond
	echoSlices = 25 // of each server in one generation
)

func echoes(generations, scale int, only string) (any, error) {
	var rows []*echoRow
	for _, conns := range []int{64, 512} {
		if only != "" && only != fmt.Sprint(conns) {
			continue
		}
		var group []*echoRow
		for _, kind := range echoKinds {
			if kinds := strings.Split(*kindOnly, ","); *kindOnly == "" || slices.Contains(kinds, kind) {
				group = append(group, &echoRow{Server: kind, Conns: conns})
			}
		}
		for range generations {
			if err := generation(group, max(1, echoSlices/scale)); err != nil {
				return nil, err
			}
		}
		rows = append(rows, group...)
	}
	return rows, nil
}

// generation asks another server first each time.
func generation(group []*echoRow, turns int) error {
	var loads []*echoLoad
	defer func() {
		for _, l := range loads {
			l.end()
		}
	}()
	for _, r := range group {
		l, err := newEchoLoad(r.Server, r.Conns)
		if err != nil {
			return fmt.Errorf("%s, %d connections: %w", r.Server, r.Conns, err)
		}
		loads = append(loads, l)
	}
	for i := -1; i < turns; i++ { // the first is a rehearsal
		for j := range group {
			k := (i + 1 + j) % len(group)
			ops, cpu, err := loads[k].slice()
			if err != nil {
				return fmt.Errorf("%s: %w", group[k].Server, err)
			}
			if i >= 0 {
				group[k].OpsPerSec, group[k].CPU = append(group[k].OpsPerSec, ops), append(group[k].CPU, cpu)
			}
		}
	}
	return nil
}

// echoLoad is one server and its clients, one for each core.
type echoLoad struct {
	server  *process
	clients []*echoClient
}

func newEchoLoad(kind string, conns int) (*echoLoad, error) {
	p, err := start("echo-" + kind)
	if err != nil {
		return nil, err
	}
	l := &echoLoad{server: p}
	for range runtime.GOMAXPROCS(0) {
		c, err := dialEchoes(p.addr, conns/runtime.GOMAXPROCS(0))
		if err != nil {
			l.end()
			return nil, err
		}
		l.clients = append(l.clients, c)
	}
	return l, nil
}

// slice ends with nothing under way, so that the server sleeps before and after and its CPU is known exactly.
func (l *echoLoad) slice() (opsPerSec, cpu float64, err error) {
	used, began := l.server.cpu(), time.Now()
	ops := make([]int, len(l.clients))
	errs := make([]error, len(l.clients))
	var running sync.WaitGroup
	for i, c := range l.clients {
		running.Go(func() { ops[i], errs[i] = c.run(began.Add(echoSlice)) })
	}
	running.Wait()
	took, n := time.Since(began), 0
	time.Sleep(2 * time.Millisecond)
	used = l.server.cpu() - used
	for i := range ops {
		if n += ops[i]; errs[i] != nil {
			return 0, 0, errs[i]
		}
	}
	return math.Round(float64(n) / took.Seconds()), math.Round(float64(used.Nanoseconds())/float64(n)) / 1e3, nil
}

func (l *echoLoad) end() {
	for _, c := range l.clients {
		c.close()
	}
	l.server.stop()
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
