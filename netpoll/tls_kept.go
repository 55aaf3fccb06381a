package netpoll

import (
	"crypto/tls"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// tlsConn is a gate around a session that stays with crypto/tls.
type tlsConn struct {
	*tls.Conn
	g gate
}

func (c *tlsConn) Read(p []byte) (int, error) { return c.g.Read(p) }
func (c *tlsConn) Write(p []byte) (int, error) {
	c.g.touch()
	if c.g.gone() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}
func (c *tlsConn) CloseWrite() error {
	if c.g.gone() {
		return net.ErrClosed
	}
	return c.Conn.CloseWrite()
}
func (c *tlsConn) Close() error                       { return c.g.Close() }
func (c *tlsConn) SetDeadline(t time.Time) error      { return c.g.SetDeadline(t) }
func (c *tlsConn) SetReadDeadline(t time.Time) error  { return c.g.SetReadDeadline(t) }
func (c *tlsConn) SetWriteDeadline(t time.Time) error { return c.g.SetWriteDeadline(t) }
func (c *tlsConn) ID() uint64                         { return c.g.rec.id }
func (c *tlsConn) Accepted() time.Time                { return c.g.acceptedAt() }
func (c *tlsConn) Served() int                        { return int(c.g.served.Load()) }
func (c *tlsConn) NetConn() net.Conn                  { return c.Conn }
func (c *tlsConn) gateOf() *gate                      { return &c.g }

// tallied is the socket below crypto/tls. It sees the connection end even where the server has the *tls.Conn itself.
type tallied struct {
	net.Conn
	l     *Listener
	once  sync.Once
	brief atomic.Bool // closing what was parked: what cannot be written at once is not written

	reading *takeover // until the handshake is over and nothing is left in it; of whoever reads
	writing *takeover // the same, until the handshake is over; of whoever writes
}

func (t *tallied) Read(p []byte) (int, error) {
	if h := t.reading; h != nil {
		if !h.spent() {
			return h.Read(p, t.Conn)
		}
		t.reading = nil
	}
	return t.Conn.Read(p)
}

func (t *tallied) Close() error {
	t.once.Do(func() { t.l.left(1) })
	return t.Conn.Close()
}

// NetConn makes the socket's facts readable from above.
func (t *tallied) NetConn() net.Conn { return t.Conn }

func (t *tallied) Write(p []byte) (int, error) {
	if t.brief.Load() {
		if raw := rawOf(t.Conn); raw != nil {
			return writeOnce(raw, p)
		}
	}
	if t.writing != nil {
		t.writing.wrote(p)
	}
	return t.Conn.Write(p)
}

// SetWriteDeadline keeps tls.Conn.Close from waiting 5 seconds for a peer that reads nothing.
func (t *tallied) SetWriteDeadline(d time.Time) error {
	if t.brief.Load() {
		return nil
	}
	return t.Conn.SetWriteDeadline(d)
}

// drop closes a kept connection that was parked. A session says so to its peer, if the socket takes that at once.
func (l *Listener) drop(nc net.Conn) {
	if s, ok := nc.(*tls.Conn); ok {
		t := s.NetConn().(*tallied)
		t.brief.Store(true)
		t.Conn.SetWriteDeadline(time.Time{})
	}
	nc.Close()
	l.ended(nc)
}

// ended counts the end of a connection; a session's socket has counted itself.
func (l *Listener) ended(nc net.Conn) {
	if _, ok := nc.(*tls.Conn); !ok {
		l.left(1)
	}
}
