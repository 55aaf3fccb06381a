package zerocopy

import "net"

// A Listener is safe for concurrent use. It makes the conns it accepts send a
// [Body] without copying; wrapping the listener is the whole installation.
//
// A *net.TCPConn or a stream *net.UnixConn is wrapped, and so is a conn of
// another package that has all methods of *net.TCPConn and NetConn (such as a
// parking listener's). Any other conn, above all a *tls.Conn, is returned as it
// is: Send then falls back to plain writes. To serve TLS put tls.NewListener
// around the Listener, or do without it: encrypted bytes have to be copied.
//
// A wrapped conn has the methods of the inner one, and NetConn, which returns
// it. Two differences: net.Buffers.WriteTo makes one write for each buffer,
// since the method it looks for cannot be implemented outside package net; and
// ReadFrom of a Unix conn is io.ReaderFrom's (the packet form remains as
// ReadFromUnix).
type Listener struct {
	net.Listener
	counts counters
}

// NewListener wraps ln. Closing the Listener closes ln.
func NewListener(ln net.Listener) *Listener { return &Listener{Listener: ln} }

// Accept waits for the next conn and wraps it.
func (l *Listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return wrap(c, &l.counts), nil
}

// Stats returns the counters so far, over all conns.
func (l *Listener) Stats() Stats { return l.counts.snapshot() }

func wrap(c net.Conn, counts *counters) net.Conn {
	switch c := c.(type) {
	case *net.UnixConn:
		// In a unixpacket socket the bounds of a write mean something.
		if c.LocalAddr().Network() != "unix" {
			return c
		}
		u := &unixConn{unixMethods{c}, newCore(c, counts)}
		u.own(false)
		u.register()
		return u
	case tcpLike:
		if !unwraps(c) {
			return c
		}
		t := &tcpConn{tcpMethods{c}, newCore(c, counts)}
		if _, socket := c.(*net.TCPConn); socket {
			t.own(true)
		}
		t.register()
		return t
	}
	return c
}

// unwraps tells a conn that is meant to be seen through, down to the TCP conn
// (as tls.Conn.NetConn says), from one that embeds a *net.TCPConn to meter or
// alter its Write. It reads facts only: all I/O goes through c itself.
func unwraps(c net.Conn) bool {
	for {
		if _, end := c.(*net.TCPConn); end {
			return true
		}
		u, ok := c.(interface {
			tcpLike
			NetConn() net.Conn
		})
		if !ok {
			return false
		}
		c = u.NetConn()
	}
}
