//go:build linux && !portable

package wire

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Supported says whether idle connections can be looked at here. Without the
// look, bytes that a peer sent out of turn would be taken for the next answer.
const Supported = true

// Lookable says it of this connection.
func (c *Conn) Lookable() bool { return c.raw != nil }

// attach takes the descriptor of a bare socket only: any other connection's
// bytes are not the socket's bytes.
func (c *Conn) attach() {
	switch nc := c.nc.(type) {
	case *net.TCPConn:
		c.raw, _ = nc.SyscallConn()
	case *net.UnixConn:
		c.raw, _ = nc.SyscallConn()
	}
	if c.raw == nil {
		return
	}
	c.step = c.advance
	c.base, c.RTT = Start(c.raw)
}

// first looks, writes and waits in one call. The runtime forgets an older
// readiness when RawConn.Read begins, so nothing that arrives after the look
// is missed; the step itself never blocks.
func (c *Conn) first(p []byte) (int, error) {
	if c.raw == nil {
		return c.firstPortable(p)
	}
	c.in = p
	if err := c.raw.Read(c.step); err != nil {
		return 0, err // the deadline, or closed by us
	}
	c.in = nil
	return c.n, c.err
}

func (c *Conn) advance(fd uintptr) bool {
	n, err := read(fd, c.in)
	if c.phase == look {
		c.phase = listen
		switch {
		case err == unix.EAGAIN:
		case n > 0 && c.start == 0 && !c.rested:
			// A peer that speaks first on a new connection is refusing it
			// (408, 503): that is the answer, whatever becomes of the request.
		case n > 0:
			c.err = errUnsolicited
			return true
		default:
			c.err = errClosedBefore
			return true
		}
		if c.err = c.send(fd); c.err != nil || n > 0 {
			c.n = max(n, 0)
			return true
		}
		return false
	}
	switch {
	case err == unix.EAGAIN:
		return false
	case err != nil:
		c.err = c.opError("read", err)
	case n == 0:
		c.err = io.EOF
	default:
		c.n = n
	}
	return true
}

// send hands the kernel what it takes now; a goroutine sees to the rest, so
// that an early answer is read while the request is still being sent.
func (c *Conn) send(fd uintptr) error {
	if c.out.stream != nil {
		c.out.stream.Started()
		c.spawn(c.stream)
		return nil
	}
	b := *c.out.buf
	n, err := write(fd, b)
	if n > 0 {
		c.sent.Add(uint64(n))
	}
	switch {
	case n == len(b):
		return nil
	case err != nil && err != unix.EAGAIN:
		return c.opError("write", err)
	}
	c.lend(b[max(n, 0):])
	return nil
}

func (c *Conn) opError(op string, err error) error {
	a := c.nc.RemoteAddr()
	return &net.OpError{Op: op, Net: a.Network(), Source: c.nc.LocalAddr(), Addr: a, Err: os.NewSyscallError(op, err)}
}

func read(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Read(int(fd), p)
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

func write(fd uintptr, p []byte) (int, error) {
	for {
		n, err := unix.Write(int(fd), p)
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// Ending is how many bytes the peer's TCP has acknowledged, its SYN included (0
// where that is not known, which proves nothing), and whether the peer's FIN
// has come, even if a reset came after it.
//
// That a read finds the end does not say so: once somebody has been told of a
// reset, reads find the end as well. But the kernel calls a reset EPIPE where a
// FIN had come before (tcp_reset in net/ipv4/tcp_input.c), and keeps that for
// the first who asks: here, or a writer, and then it is unknown.
func Ending(raw syscall.RawConn) (acked uint64, fin bool) {
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return
		}
		acked, fin = info.Bytes_acked, info.State == tcpCloseWait
		if info.State == tcpClose {
			e, err := unix.GetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_ERROR)
			fin = err == nil && syscall.Errno(e) == unix.EPIPE
		}
	})
	return acked, fin
}

// Start is how many bytes a new connection's peer has acknowledged (as Ending
// counts them), and how long a packet and its acknowledgement take.
func Start(raw syscall.RawConn) (acked uint64, rtt time.Duration) {
	_ = raw.Control(func(fd uintptr) {
		if info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); err == nil {
			acked, rtt = info.Bytes_acked, time.Duration(info.Rtt)*time.Microsecond
		}
	})
	return acked, rtt
}

// Quiet is how long ago the peer's last bytes came, however late they were
// read here; 0 where that is not known. ended means that the peer has closed,
// ago before, negative if unknown; its last bytes are TLS's alert then.
func Quiet(raw syscall.RawConn) (d time.Duration, ended bool, ago time.Duration) {
	ago = -1
	_ = raw.Control(func(fd uintptr) {
		info, err := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
		if err != nil {
			return
		}
		d = time.Duration(info.Last_data_recv) * time.Millisecond
		if ended = info.State == tcpCloseWait || info.State == tcpClose; info.State == tcpCloseWait {
			ago = time.Duration(info.Last_ack_recv) * time.Millisecond
		}
	})
	return d, ended, ago
}

// unseen reports whether the kernel says that the peer had ended its side when
// no byte of this request was acknowledged.
func (c *Conn) unseen() bool {
	if c.raw == nil || c.base == 0 {
		return false
	}
	acked, fin := Ending(c.raw)
	return fin && acked >= c.base && acked-c.base <= c.start
}

// Idle looks at the connection while it carries no request, as [Idle] does.
func (c *Conn) Idle() (closed bool, ago time.Duration) {
	if c.raw == nil {
		return false, -1
	}
	return Idle(c.raw)
}

// Idle looks at a connection that carries no request. closed means that it can
// carry none any more; ago is how long the peer's last packet (then: its FIN)
// is back, negative if unknown.
func Idle(raw syscall.RawConn) (closed bool, ago time.Duration) {
	ago = -1
	err := raw.Control(func(fd uintptr) {
		var one [1]byte
		_, _, rerr := unix.Recvfrom(int(fd), one[:], unix.MSG_PEEK|unix.MSG_DONTWAIT)
		if rerr == unix.EAGAIN || rerr == unix.EINTR {
			return
		}
		closed = true
		if info, ierr := unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO); ierr == nil && info.State == tcpCloseWait {
			ago = time.Duration(info.Last_ack_recv) * time.Millisecond
		}
	})
	return closed || err != nil, ago
}

// include/net/tcp_states.h
const (
	tcpClose     = 7
	tcpCloseWait = 8
)
