package netpoll

import (
	"io"
	"net"
	"os"
	"syscall"
	"time"
)

// Conn is what Accept returns for the connections it can park. It is safe for concurrent use, as any net.Conn is. The value
// lives from Accept until the server closes it, which is also what happens when it is parked; the connection then comes back
// as another value with the same ID.
//
// The concrete types embed *net.TCPConn, *net.UnixConn or *tls.Conn, so every method of those (ReadFrom and thereby
// sendfile, CloseWrite, SetLinger, SyscallConn, ConnectionState, and writev through net.Buffers) is there too. A session that
// has left crypto/tls has ConnectionState, CloseWrite, Handshake and HandshakeContext. Around any other connection ReadFrom,
// CloseWrite and SyscallConn are there where it has them. The interface may gain methods.
type Conn interface {
	net.Conn

	// ID tells connections of one Listener apart and stays the same across parks.
	ID() uint64
	// Accepted is when the connection was accepted for the first time.
	Accepted() time.Time
	// Served counts the requests begun on the connection, across parks: within a handler it is that request's number,
	// from 1. It needs the ConnState hook and is 0 without.
	Served() int
	// NetConn returns the connection below: a *net.TCPConn, *net.UnixConn, *tls.Conn or what the inner listener returned. Of
	// a session that has left crypto/tls it is the socket, as with tls.Conn.NetConn: what is written there breaks the session.
	// Reading from it, or setting its read deadline, while a server owns the connection corrupts the server's view, as
	// it would without this package.
	NetConn() net.Conn
}

// gated is how the hook finds its way from a Conn to the state behind it.
type gated interface{ gateOf() *gate }

type tcpConn struct {
	*net.TCPConn
	g gate
}

func (c *tcpConn) Read(p []byte) (int, error)          { return c.g.Read(p) }
func (c *tcpConn) Write(p []byte) (int, error)         { c.g.touch(); return c.TCPConn.Write(p) }
func (c *tcpConn) ReadFrom(r io.Reader) (int64, error) { c.g.touch(); return c.TCPConn.ReadFrom(r) }
func (c *tcpConn) WriteTo(w io.Writer) (int64, error)  { c.g.interrupt(); return c.bare().WriteTo(w) }
func (c *tcpConn) Close() error                        { return c.g.Close() }
func (c *tcpConn) SetDeadline(t time.Time) error       { return c.g.SetDeadline(t) }
func (c *tcpConn) SetReadDeadline(t time.Time) error   { return c.g.SetReadDeadline(t) }
func (c *tcpConn) SetWriteDeadline(t time.Time) error  { return c.g.SetWriteDeadline(t) }
func (c *tcpConn) ID() uint64                          { return c.g.rec.id }
func (c *tcpConn) Accepted() time.Time                 { return c.g.acceptedAt() }
func (c *tcpConn) Served() int                         { return int(c.g.served.Load()) }
func (c *tcpConn) NetConn() net.Conn                   { return c.bare() }
func (c *tcpConn) gateOf() *gate                       { return &c.g }

// What can change the options that a wake has to bring back.
func (c *tcpConn) SetNoDelay(on bool) error                 { return c.shown().SetNoDelay(on) }
func (c *tcpConn) SetKeepAlive(on bool) error               { return c.shown().SetKeepAlive(on) }
func (c *tcpConn) SetKeepAlivePeriod(d time.Duration) error { return c.shown().SetKeepAlivePeriod(d) }
func (c *tcpConn) SetKeepAliveConfig(k net.KeepAliveConfig) error {
	return c.shown().SetKeepAliveConfig(k)
}
func (c *tcpConn) File() (*os.File, error) { return c.shown().File() }
func (c *tcpConn) SyscallConn() (syscall.RawConn, error) {
	raw, err := c.shown().SyscallConn()
	return rawTCP{raw, &c.g.in}, err
}

func (c *tcpConn) shown() *net.TCPConn {
	c.g.shown.Store(true)
	return c.TCPConn
}

// bare is for whoever may read from the socket or set its deadlines.
func (c *tcpConn) bare() *net.TCPConn {
	c.g.in.expose()
	c.g.wdl.Store(true)
	return c.shown()
}

// rawTCP has only Read, which waits under the socket's deadline, make that the one that is wanted: for Control and Write, with
// which most look at options, the connection need not give up what incoming saves.
type rawTCP struct {
	syscall.RawConn
	in *incoming
}

func (r rawTCP) Read(f func(fd uintptr) bool) error {
	r.in.expose()
	return r.RawConn.Read(f)
}

// unixConn has no io.ReaderFrom, because *net.UnixConn has none: net/http frames a response differently when there is one.
type unixConn struct {
	*net.UnixConn
	g gate
}

func (c *unixConn) Read(p []byte) (int, error)         { return c.g.Read(p) }
func (c *unixConn) Write(p []byte) (int, error)        { c.g.touch(); return c.UnixConn.Write(p) }
func (c *unixConn) Close() error                       { return c.g.Close() }
func (c *unixConn) SetDeadline(t time.Time) error      { return c.g.SetDeadline(t) }
func (c *unixConn) SetReadDeadline(t time.Time) error  { return c.g.SetReadDeadline(t) }
func (c *unixConn) SetWriteDeadline(t time.Time) error { return c.g.SetWriteDeadline(t) }
func (c *unixConn) ID() uint64                         { return c.g.rec.id }
func (c *unixConn) Accepted() time.Time                { return c.g.acceptedAt() }
func (c *unixConn) Served() int                        { return int(c.g.served.Load()) }
func (c *unixConn) NetConn() net.Conn                  { return c.UnixConn }
func (c *unixConn) gateOf() *gate                      { return &c.g }

// wrap puts a gate before a connection that can be parked and returns any other as it is. Only of the exact types is the
// value given up: of another one nobody knows what it keeps, and so it is kept.
func (l *Listener) wrap(nc net.Conn, rec record, woken bool) net.Conn {
	switch inner := nc.(type) {
	case *net.TCPConn:
		c := &tcpConn{TCPConn: inner}
		c.g.open(l, inner, rec, woken)
		return c
	case *net.UnixConn:
		c := &unixConn{UnixConn: inner}
		c.g.open(l, inner, rec, woken)
		return c
	}
	return l.wrapKept(nc, rec, woken)
}
