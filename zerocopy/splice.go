package zerocopy

import (
	"io"
	"net"
	"syscall"
)

// Copy copies src to dst until src ends, as io.Copy does, and returns what went
// to dst. Between two sockets the bytes never enter this process: conns of a
// [Listener] or [Dialer], on either side and below an io.LimitedReader, are seen
// through to the socket, so that splice is used where the system has it.
// Everything else is io.Copy. It may be called for both directions of a pair at
// once.
func Copy(dst io.Writer, src io.Reader) (int64, error) {
	if n, handled, err := splice(dst, src); handled {
		return n, err
	}
	switch d := dst.(type) {
	case *tcpConn:
		return d.ReadFrom(src)
	case *unixConn:
		return d.ReadFrom(src)
	}
	return io.Copy(dst, src)
}

// A socket is one end of a splice.
type socket struct {
	raw syscall.RawConn
	nc  net.Conn
	c   *core // nil for a conn that is not ours
}

func socketOf(v any) (s socket, ok bool) {
	switch v := v.(type) {
	case *tcpConn:
		return socket{v.raw, v.nc, v.core}, true
	case *unixConn:
		return socket{v.raw, v.nc, v.core}, true
	case *core:
		return socket{v.raw, v.nc, v}, true
	case *net.TCPConn, *net.UnixConn:
		raw, err := v.(rawConn).SyscallConn()
		return socket{raw, v.(net.Conn), nil}, err == nil
	}
	return socket{}, false
}

// splice declines what is not from socket to socket, and that with none of
// ours: package net does as well there. The header that may wait on either side
// goes first: whoever reads waits for the peer.
func splice(dst any, src io.Reader) (n int64, handled bool, err error) {
	r, limit := below(src)
	to, ok := socketOf(dst)
	if !ok {
		return 0, false, nil
	}
	from, ok := socketOf(r)
	if !ok || !bare(from.nc) || to.c == nil && (from.c == nil || !bare(to.nc)) {
		return 0, false, nil
	}
	counts := to.counters(from)
	p := getPipe(counts)
	if p == nil {
		return 0, false, nil
	}
	defer p.put()
	defer func() { consume(src, n) }()
	if from.c != nil {
		from.c.show()
	}
	if err := from.ready(); err != nil {
		return 0, true, err
	}
	if err := to.ready(); err != nil {
		return 0, true, err
	}
	for n < limit {
		got, err := p.fill(from.raw, int(min(limit-n, pipeSize)))
		switch {
		case err == errNoSplice && n == 0:
			return 0, false, nil
		case err != nil:
			return n, true, from.failed("read", err)
		case got == 0:
			return n, true, nil
		}
		sent, err := p.drain(to.raw)
		n += int64(sent)
		if err != nil {
			return n, true, to.failed("write", err)
		}
		to.progress()
	}
	return n, true, nil
}

func (s socket) counters(other socket) *counters {
	if s.c != nil {
		return s.c.counts
	}
	return other.c.counts
}

func (s socket) ready() error {
	if s.c == nil {
		return nil
	}
	if err := s.c.fault(); err != nil {
		return err
	}
	return s.c.release()
}

func (s socket) progress() {
	if s.c != nil {
		s.c.pace.progress(s.nc.SetWriteDeadline)
	}
}

// failed gives a bare error of the kernel the form that package net has.
func (s socket) failed(op string, err error) error {
	if _, ok := err.(syscall.Errno); !ok {
		return err
	}
	return opError(op, "splice", s.nc, err)
}
