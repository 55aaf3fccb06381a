//go:build linux

package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/hotpath-go/hotpath/netpoll"
)

var acceptKinds = []string{"netpoll", "reuseport", "gnet", "goroutine"}

// accepts measures connections that send one message and end, eight at a time. "reuseport" is netpoll's Server on a listener
// for each core, all on one port. Its rows' operations are connections.
func accepts(rounds, scale int, _ string) (any, error) {
	var group []*echoRow
	for _, kind := range acceptKinds {
		group = append(group, &echoRow{Server: kind, Conns: 8})
	}
	for i := range rounds {
		for j := range group {
			r := group[(i+j)%len(group)]
			ops, cpu, err := acceptRound(r.Server, r.Conns, 500*time.Millisecond/time.Duration(scale))
			if err != nil {
				return nil, fmt.Errorf("%s: %w", r.Server, err)
			}
			r.OpsPerSec, r.CPU = append(r.OpsPerSec, ops), append(r.CPU, cpu)
		}
	}
	return group, nil
}

func acceptRound(kind string, atOnce int, d time.Duration) (perSec, cpu float64, err error) {
	p, err := start("echo-" + kind)
	if err != nil {
		return 0, 0, err
	}
	defer p.stop()
	var n atomic.Int64
	var stop atomic.Bool
	failed := make(chan error, atOnce)
	var running sync.WaitGroup
	for range atOnce {
		running.Go(func() {
			for !stop.Load() {
				if err := callOnce(p.addr); err != nil {
					failed <- err
					return
				}
				n.Add(1)
			}
		})
	}
	time.Sleep(d / 5)
	before, used, began := n.Load(), p.cpu(), time.Now()
	time.Sleep(d)
	for n.Load() == before && len(failed) == 0 { // a machine that is busy elsewhere may give nobody a turn within d
		time.Sleep(time.Millisecond)
	}
	done, used := n.Load()-before, p.cpu()-used
	took := time.Since(began)
	stop.Store(true)
	running.Wait()
	select {
	case err := <-failed:
		return 0, 0, err
	default:
	}
	return float64(done) / took.Seconds(), float64(used.Nanoseconds()) / 1e3 / float64(done), nil
}

// callOnce leaves no port in TIME_WAIT.
func callOnce(addr string) error {
	c, err := dialSoon(addr)
	if err != nil {
		return err
	}
	defer c.Close()
	if err := c.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return err
	}
	var b [echoSize]byte
	if _, err := c.Write(b[:]); err != nil {
		return err
	}
	if _, err := io.ReadFull(c, b[:]); err != nil {
		return err
	}
	return c.(*net.TCPConn).SetLinger(0)
}

// reuseport takes the place of ln.
func reuseport(v *netpoll.Server, ln net.Listener) error {
	addr := ln.Addr().String()
	ln.Close()
	lc := net.ListenConfig{Control: func(_, _ string, raw syscall.RawConn) (err error) {
		cerr := raw.Control(func(fd uintptr) { err = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1) })
		if cerr != nil {
			return cerr
		}
		return err
	}}
	failed := make(chan error)
	for range runtime.GOMAXPROCS(0) {
		ln, err := lc.Listen(context.Background(), "tcp", addr)
		if err != nil {
			return err
		}
		go func() { failed <- v.Serve(ln) }()
	}
	fmt.Println(addr)
	return <-failed
}
