package netpoll

import (
	"net"
	"time"
)

// sessionConn is a gate around a session that we have taken over.
type sessionConn struct {
	*secureConn
	g gate
}

func (c *sessionConn) Read(p []byte) (int, error)         { return c.g.Read(p) }
func (c *sessionConn) Write(p []byte) (int, error)        { c.g.touch(); return c.secureConn.Write(p) }
func (c *sessionConn) Close() error                       { return c.g.Close() }
func (c *sessionConn) SetDeadline(t time.Time) error      { return c.g.SetDeadline(t) }
func (c *sessionConn) SetReadDeadline(t time.Time) error  { return c.g.SetReadDeadline(t) }
func (c *sessionConn) SetWriteDeadline(t time.Time) error { return c.g.SetWriteDeadline(t) }
func (c *sessionConn) ID() uint64                         { return c.g.rec.id }
func (c *sessionConn) Accepted() time.Time                { return c.g.acceptedAt() }
func (c *sessionConn) Served() int                        { return int(c.g.served.Load()) }
func (c *sessionConn) gateOf() *gate                      { return &c.g }

func (c *sessionConn) NetConn() net.Conn {
	c.g.in.expose()
	c.g.wdl.Store(true)
	c.g.shown.Store(true)
	return c.secureConn.NetConn()
}

func (l *Listener) wrapSession(s *secureConn, rec record, woken bool) net.Conn {
	c := &sessionConn{secureConn: s}
	c.g.open(l, s, rec, woken)
	return c
}
