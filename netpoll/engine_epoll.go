//go:build linux && !portable

package netpoll

import (
	"net"
	"os"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// engine is a Server's loops.
type engine struct {
	loops []*loop
	done  sync.WaitGroup
	room  headroom
}

func (e *engine) start(v *Server) error {
	n := v.Loops
	if n == 0 {
		n = runtime.GOMAXPROCS(0)
	}
	for range n {
		l, err := newLoop()
		if err != nil {
			e.stop()
			e.wait()
			e.loops = nil
			return err
		}
		e.loops = append(e.loops, l)
		e.done.Go(l.run)
	}
	return nil
}

func (e *engine) stop() {
	for _, l := range e.loops {
		l.stop()
	}
}

func (e *engine) wait() { e.done.Wait() }

// accept takes connections from ln's descriptor, so that no net.Conn is made. One goroutine gives them to the loop that has
// fewest. With SO_REUSEPORT, a listener and an acceptor for each loop, accepting cost the same: see bench, accept.
func (e *engine) accept(v *Server, ln net.Listener) (handled bool, err error) {
	tcp := false
	switch ln.(type) {
	case *net.TCPListener:
		tcp = true
	case *net.UnixListener:
	default:
		return false, nil
	}
	raw, err := ln.(syscall.Conn).SyscallConn()
	if err != nil {
		return true, err
	}
	p, err := NewPoller()
	if err != nil {
		return true, err
	}
	defer p.Close()
	w, err := p.watch(target{raw: raw}, nil)
	if err != nil {
		return true, err
	}
	defer w.Stop()
	for pause := time.Duration(0); ; {
		if err := e.await(v, w); err != nil {
			return true, err
		}
		var failed error
		if err := raw.Control(func(fd uintptr) { failed = e.acceptAll(v, int(fd), tcp, &pause) }); err != nil {
			return true, err
		}
		if failed != nil && !atLimit(failed) {
			return true, os.NewSyscallError("accept4", failed)
		} else if failed != nil {
			pause = min(2*pause+5*time.Millisecond, time.Second)
			time.Sleep(pause)
		}
	}
}

// await returns when there is something to accept. It looks once a second whether somebody else has closed the listener,
// of which epoll tells nothing.
func (e *engine) await(v *Server, w *Watch) error {
	look := time.NewTimer(time.Second)
	defer look.Stop()
	for {
		if err := w.Once(Readable); err != nil {
			return err
		}
		select {
		case <-w.C:
			return nil
		case <-v.stopping:
			return net.ErrClosed
		case <-look.C:
			look.Reset(time.Second)
		}
	}
}

// acceptAll returns nil when there is nothing left, or the Server ends: while it runs, the listener is not really closed,
// and clients may come faster than they are refused.
func (e *engine) acceptAll(v *Server, fd int, tcp bool, pause *time.Duration) error {
	for {
		nfd, sa, err := unix.Accept4(fd, unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC)
		switch err {
		case nil:
			*pause = 0
			e.room.grow(int64(nfd), nfd) // the lowest free number, so as many are in use
			if tcp {
				unix.SetsockoptInt(nfd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1)
				unix.SetsockoptInt(nfd, unix.SOL_SOCKET, unix.SO_KEEPALIVE, 1)
			}
			if !e.take(v, nfd, sa) {
				return nil
			}
		case unix.EAGAIN:
			return nil
		case unix.EINTR, unix.ECONNABORTED:
		default:
			return err
		}
	}
}

func (e *engine) take(v *Server, fd int, sa unix.Sockaddr) bool {
	l := e.loops[0]
	for _, other := range e.loops[1:] {
		if other.open.Load() < l.open.Load() {
			l = other
		}
	}
	w := &fdWire{l: l, fd: fd, remote: netAddr(sa)}
	w.srv, w.wire = v, w
	if !v.enter(&w.Stream) {
		unix.Close(fd)
		return false
	}
	l.open.Add(1)
	w.kick()
	return true
}

func netAddr(sa unix.Sockaddr) net.Addr {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return &net.TCPAddr{IP: a.Addr[:], Port: a.Port}
	case *unix.SockaddrInet6:
		zone := ""
		if a.ZoneId != 0 {
			if i, err := net.InterfaceByIndex(int(a.ZoneId)); err == nil {
				zone = i.Name
			}
		}
		return &net.TCPAddr{IP: a.Addr[:], Port: a.Port, Zone: zone}
	case *unix.SockaddrUnix:
		return &net.UnixAddr{Name: a.Name, Net: "unix"}
	}
	return nil
}
