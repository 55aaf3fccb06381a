package keepalive

import (
	"io"
	"net"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// tcpConn keeps every method of *net.TCPConn (SyscallConn, CloseWrite, …) and
// counts what is written, below TLS, so that at its end the kernel can be asked
// which requests the peer cannot have seen.
type tcpConn struct {
	*net.TCPConn
	*track
	base uint64 // acknowledged before the first byte; 0: not known
}

// ending is what the kernel said before the connection was closed. It is not
// changed once it is in a track.
type ending struct {
	sent  uint64
	acked uint64 // of sent
	fin   bool   // the peer had ended its side, and said so while it had acked so much
}

func newTCPConn(c *net.TCPConn, tr *track) *tcpConn {
	tc := &tcpConn{TCPConn: c, track: tr}
	if raw, err := c.SyscallConn(); err == nil {
		tr.raw = raw
		tc.base, tr.rtt = wire.Start(raw)
	}
	return tc
}

// NetConn returns the connection that was dialed.
func (c *tcpConn) NetConn() net.Conn { return c.TCPConn }

// Write counts before it writes, and writes nothing once Close has begun: what
// Close finds is never too little.
func (c *tcpConn) Write(b []byte) (int, error) {
	if c.next.Load() != nil {
		if u := c.next.Swap(nil); u != nil && u.overtaken() {
			return 0, net.ErrClosed
		}
	}
	c.sent.Add(uint64(len(b)))
	if c.closed.Load() || c.stays.Load() != nil {
		return 0, net.ErrClosed
	}
	return c.TCPConn.Write(b)
}

// ReadFrom is Write for io.Copy. While it runs it has counted one byte, and
// never more than the kernel took.
func (c *tcpConn) ReadFrom(r io.Reader) (int64, error) {
	c.sent.Add(1)
	if c.closed.Load() {
		return 0, net.ErrClosed
	}
	n, err := c.TCPConn.ReadFrom(r)
	c.sent.Add(uint64(n - 1))
	return n, err
}

// SetWriteDeadline is what crypto/tls calls before the alert of its Close. The
// kernel says only once how the connection ended, and would say it to that
// alert's writer: so it is asked before. HTTP/2 with a WriteByteTimeout sets a
// deadline for each write, and takes it away with a zero.
func (c *tcpConn) SetWriteDeadline(t time.Time) error {
	if !t.IsZero() && c.raw != nil && !c.leaves.Load() {
		if _, fin := wire.Ending(c.raw); fin {
			c.finCame.Store(true)
		}
	}
	return c.TCPConn.SetWriteDeadline(t)
}

// Close closes the connection. net/http does so as soon as its reader finds
// that the server has closed, so the time of an idle one's end is known here.
func (c *tcpConn) Close() error {
	first := c.gone()
	if s := c.stays.Load(); s != nil {
		if first {
			c.habit.send(s, c)
		}
		return nil
	}
	if first && c.base > 0 {
		acked, fin := wire.Ending(c.raw)
		fin = fin || c.finCame.Load()
		c.track.ending.Store(&ending{sent: c.sent.Load(), acked: acked - c.base, fin: fin})
		if at := c.rested.Load(); fin && at > 0 && c.busy.Load() == 0 {
			c.tally.found.Add(1)
			c.habit.saw(time.Since(c.born)-time.Duration(at), true, 0, time.Now())
		}
	}
	return c.TCPConn.Close()
}

// seen is what is known of the bytes that were sent after the first start ones.
//
// A FIN carries the number of bytes its sender's TCP had received when it was
// sent, and TLS changes nothing about that: if it covers none of the request's,
// no record of the request can have been read.
func (tr *track) seen(start uint64) Evidence {
	e := tr.ending.Load()
	switch {
	case e == nil:
		return Unknown
	case e.sent == start:
		return Unsent
	case e.fin && e.acked <= start:
		return Unseen
	}
	return Unknown
}
