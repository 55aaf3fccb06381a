//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"sync/atomic"

	"golang.org/x/sys/unix"
)

const echoSize = 64

// echoClient keeps one message under way on each of its connections, in one thread and with as little as possible: what a
// client of goroutines costs on the same cores hides what the servers differ in.
type echoClient struct {
	epfd int
	fds  map[int]*echoed
	ops  atomic.Int64
	stop atomic.Bool
}

type echoed struct{ got int }

func dialEchoes(addr string, conns int) (*echoClient, error) {
	epfd, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, err
	}
	c := &echoClient{epfd: epfd, fds: make(map[int]*echoed)}
	for range conns {
		if err := c.add(addr); err != nil {
			c.close()
			return nil, err
		}
	}
	return c, nil
}

func (c *echoClient) add(addr string) error {
	nc, err := dialSoon(addr)
	if err != nil {
		return err
	}
	defer nc.Close()
	fd, err := ownFD(nc)
	if err != nil {
		return err
	}
	c.fds[fd] = new(echoed)
	return unix.EpollCtl(c.epfd, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(fd)})
}

// run ends when stop is set, or when the server closes a connection.
func (c *echoClient) run() error {
	runtime.LockOSThread() // ends with its goroutine
	var b [echoSize]byte
	for fd := range c.fds {
		unix.Write(fd, b[:])
	}
	events := make([]unix.EpollEvent, 256)
	for !c.stop.Load() {
		n, err := unix.EpollWait(c.epfd, events, 100)
		if err != nil && err != unix.EINTR {
			return err
		}
		for _, ev := range events[:max(n, 0)] {
			if err := c.turn(int(ev.Fd), b[:]); err != nil {
				return err
			}
		}
	}
	return nil
}

func (c *echoClient) turn(fd int, b []byte) error {
	e := c.fds[fd]
	n, err := unix.Read(fd, b[:echoSize-e.got])
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return nil
	case err != nil:
		return err
	case n == 0:
		return io.ErrUnexpectedEOF
	}
	if e.got += n; e.got < echoSize {
		return nil
	}
	e.got = 0
	c.ops.Add(1)
	_, err = unix.Write(fd, b)
	return err
}

func (c *echoClient) close() {
	for fd := range c.fds {
		unix.Close(fd)
	}
	unix.Close(c.epfd)
}

// ownFD is a non-blocking duplicate outside the runtime's poller.
func ownFD(nc net.Conn) (fd int, err error) {
	raw, err := nc.(*net.TCPConn).SyscallConn()
	if err != nil {
		return -1, err
	}
	cerr := raw.Control(func(old uintptr) { fd, err = unix.FcntlInt(old, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil || cerr != nil {
		return -1, fmt.Errorf("no duplicate: %w, %w", err, cerr)
	}
	return fd, nil
}
