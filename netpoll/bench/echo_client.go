//go:build linux

package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const echoSize = 64

// echoClient keeps one message under way on each of its connections while it runs, in one thread and with as little as possible: what a
// client of goroutines costs on the same cores hides what the servers differ in.
type echoClient struct {
	epfd int
	fds  map[int]*echoed
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

// run sends on every connection until then, and returns how many messages came back once all have.
func (c *echoClient) run(until time.Time) (ops int, err error) {
	runtime.LockOSThread() // ends with its goroutine
	var b [echoSize]byte
	for fd := range c.fds {
		if _, err := unix.Write(fd, b[:]); err != nil {
			return 0, err
		}
	}
	events := make([]unix.EpollEvent, 256)
	for under := len(c.fds); under > 0; {
		n, err := unix.EpollWait(c.epfd, events, 10_000)
		if n == 0 {
			return ops, fmt.Errorf("%d messages did not come back", under)
		} else if err != nil && err != unix.EINTR {
			return ops, err
		}
		more := time.Now().Before(until)
		for _, ev := range events[:max(n, 0)] {
			whole, err := c.turn(int(ev.Fd), b[:], more)
			switch {
			case err != nil:
				return ops, err
			case whole:
				if ops++; !more {
					under--
				}
			}
		}
	}
	return ops, nil
}

// turn reports whether a message was whole, and sends the next where more are wanted.
func (c *echoClient) turn(fd int, b []byte, more bool) (whole bool, err error) {
	e := c.fds[fd]
	n, err := unix.Read(fd, b[:echoSize-e.got])
	switch {
	case err == unix.EAGAIN || err == unix.EINTR:
		return false, nil
	case err != nil:
		return false, err
	case n == 0:
		return false, io.ErrUnexpectedEOF
	}
	if e.got += n; e.got < echoSize {
		return false, nil
	}
	e.got = 0
	if more {
		_, err = unix.Write(fd, b)
	}
	return true, err
}

func (c *echoClient) close() {
	for fd := range c.fds {
		unix.Close(fd)
	}
	unix.Close(c.epfd)
}

// dialSoon waits for a server that listens only after it has printed its address.
func dialSoon(addr string) (c net.Conn, err error) {
	for range 2000 {
		if c, err = net.Dial("tcp", addr); err == nil {
			return c, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, err
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
