package zerocopy

import (
	"io"
	"net"
	"runtime"
	"sync/atomic"
	"syscall"
)

// A core is the part that all conns of a Listener share. It owns nc. It is
// safe for concurrent use.
type core struct {
	hold
	nc     net.Conn
	raw    syscall.RawConn // of nc
	counts *counters
	local  net.Addr // a copy of our own: its pointer is the key to the core
	forget runtime.Cleanup

	// direct: nc is the socket itself. shown: its deadlines may be set, or met, by
	// somebody who does not come by here.
	direct bool
	shown  atomic.Bool
	in     reading
	quick  quick
	pace   pace

	// broken is set once promised bytes have failed to come, and never cleared:
	// nothing may follow a response that stopped in its middle.
	broken atomic.Pointer[error]
}

// A carrier sends a range of a Body by itself. Only conns of this package are.
type carrier interface {
	carry(b *Body, off, n int64) (int64, error)
}

func newCore(nc rawConn, counts *counters) *core {
	// An error here is the error of a closed conn; its writes report it again.
	raw, _ := nc.SyscallConn()
	c := &core{nc: nc, raw: raw, counts: counts}
	c.shown.Store(true)
	return c
}

// own is called once, before anybody has seen c, if nc is the socket itself.
// hidden says that a method of ours stands before each of nc that reads.
func (c *core) own(hidden bool) {
	c.direct = true
	c.shown.Store(!hidden)
	c.bindQuick()
}

// NetConn returns the wrapped conn, as tls.Conn.NetConn does. Writing to it
// while Reply runs would overtake a header that waits.
func (c *core) NetConn() net.Conn {
	c.show()
	return c.nc
}

// LocalAddr returns a genuine *net.TCPAddr or *net.UnixAddr, one for each conn.
func (c *core) LocalAddr() net.Addr { return c.local }

// fault returns why nothing may be written any more, or nil.
func (c *core) fault() error {
	if err := c.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// fail breaks the conn for good; the first reason stands.
func (c *core) fail(err error) error {
	c.broken.CompareAndSwap(nil, &err)
	return err
}

func (c *core) Write(p []byte) (int, error) {
	if err := c.fault(); err != nil {
		return 0, err
	}
	if isToken(p) {
		return c.redeem(p)
	}
	if m, off := mappingOf(p); m != nil {
		one := newSingle(m.section(off, int64(len(p))))
		defer one.put()
		n, err := c.carry(&one.Body, 0, one.n)
		return int(n), err
	}
	if !c.idle() {
		return c.writeHeld(p)
	}
	return c.write(p)
}

// ReadFrom implements [io.ReaderFrom]. This is where net/http arrives with the
// body. A Reader of ours is sent from where its bytes lie; any other source
// goes to the inner conn, which knows sendfile and splice.
func (c *core) ReadFrom(src io.Reader) (int64, error) {
	r, n := claim(src)
	if r == nil {
		return c.pass(src)
	}
	sent, err := c.carry(r.b, r.pos, n)
	consume(src, sent)
	return sent, err
}

func (c *core) pass(src io.Reader) (n int64, err error) {
	if err := c.fault(); err != nil {
		return 0, err
	}
	if f, n := inflowOf(src); f != nil {
		sent, err := c.relay(f, n)
		consume(src, sent)
		return sent, err
	}
	if n, handled, err := splice(c, src); handled {
		return n, err
	}
	if err := c.release(); err != nil {
		return 0, err
	}
	publish()
	corked := c.corkFor(src)
	if rf, ok := c.nc.(io.ReaderFrom); ok {
		n, err = rf.ReadFrom(src)
	} else {
		n, err = io.Copy(c.nc, src)
	}
	if corked {
		c.uncork()
	}
	note(&c.counts.passed, &c.counts.passedBytes, n)
	return n, err
}

// Close resets the conn if a body stopped in its middle: the peer must not
// take what it has for all there is.
func (c *core) Close() error {
	c.release()
	if l, ok := c.nc.(interface{ SetLinger(int) error }); ok && c.fault() != nil {
		l.SetLinger(0)
	}
	c.unregister()
	c.show() // a socket that is closed refuses deadlines
	return c.nc.Close()
}

func (c *core) CloseWrite() error {
	c.release()
	if err := c.fault(); err != nil {
		// A FIN would end the body in good order.
		return err
	}
	return c.nc.(interface{ CloseWrite() error }).CloseWrite()
}

// SyscallConn implements [syscall.Conn].
func (c *core) SyscallConn() (syscall.RawConn, error) {
	c.release()
	c.show()
	return c.nc.(syscall.Conn).SyscallConn()
}

// counting writes to the inner conn of a send that is under way.
type counting struct{ c *core }

func (w counting) Write(p []byte) (int, error) {
	n, err := w.c.nc.Write(p)
	note(&w.c.counts.writes, &w.c.counts.writeBytes, int64(n))
	return n, err
}
