package netpoll

import (
	"crypto/tls"
	"io"
	"net"
	"reflect"
	"syscall"
	"time"
)

// keptConn is a gate around a connection of somebody else's listener. While parked the value below stays as it is, with
// whatever it holds, and only the server's goroutine and buffers go.
type keptConn struct {
	net.Conn
	g gate
}

func (c *keptConn) Read(p []byte) (int, error) { return c.g.Read(p) }
func (c *keptConn) Write(p []byte) (int, error) {
	c.g.touch()
	if c.g.gone() {
		return 0, net.ErrClosed
	}
	return c.Conn.Write(p)
}
func (c *keptConn) Close() error                       { return c.g.Close() }
func (c *keptConn) SetDeadline(t time.Time) error      { return c.g.SetDeadline(t) }
func (c *keptConn) SetReadDeadline(t time.Time) error  { return c.g.SetReadDeadline(t) }
func (c *keptConn) SetWriteDeadline(t time.Time) error { return c.g.SetWriteDeadline(t) }
func (c *keptConn) ID() uint64                         { return c.g.rec.id }
func (c *keptConn) Accepted() time.Time                { return c.g.acceptedAt() }
func (c *keptConn) Served() int                        { return int(c.g.served.Load()) }
func (c *keptConn) NetConn() net.Conn                  { return c.Conn }
func (c *keptConn) gateOf() *gate                      { return &c.g }

// The capabilities that change what a server does with a connection, each of which may be there or not.
type (
	readFrom   struct{ c *keptConn }
	closeWrite struct{ c *keptConn }
	rawConn    struct{ c *keptConn }

	writeCloser interface{ CloseWrite() error }
)

func (v readFrom) ReadFrom(r io.Reader) (int64, error) {
	v.c.g.touch()
	if v.c.g.gone() {
		return 0, net.ErrClosed
	}
	return v.c.Conn.(io.ReaderFrom).ReadFrom(r)
}

func (v closeWrite) CloseWrite() error {
	if v.c.g.gone() {
		return net.ErrClosed
	}
	return v.c.Conn.(writeCloser).CloseWrite()
}

func (v rawConn) SyscallConn() (syscall.RawConn, error) {
	v.c.g.touch()
	if v.c.g.gone() {
		return nil, net.ErrClosed
	}
	return v.c.Conn.(syscall.Conn).SyscallConn()
}

// wrapKept leaves alone what speaks TLS by itself, since the server asks for its exact type, and what shows no fd to
// wait for.
func (l *Listener) wrapKept(nc net.Conn, rec record, woken bool) net.Conn {
	raw := rawOf(nc)
	if raw == nil {
		return nc
	}
	c := &keptConn{Conn: nc}
	c.g.raw = raw
	c.g.open(l, nc, rec, woken)
	return c.shape()
}

// shape hides no capability of the connection below and invents none.
func (c *keptConn) shape() net.Conn {
	_, r := c.Conn.(io.ReaderFrom)
	_, w := c.Conn.(writeCloser)
	_, s := c.Conn.(syscall.Conn)
	switch {
	case r && w && s:
		return struct {
			*keptConn
			readFrom
			closeWrite
			rawConn
		}{c, readFrom{c}, closeWrite{c}, rawConn{c}}
	case r && w:
		return struct {
			*keptConn
			readFrom
			closeWrite
		}{c, readFrom{c}, closeWrite{c}}
	case r && s:
		return struct {
			*keptConn
			readFrom
			rawConn
		}{c, readFrom{c}, rawConn{c}}
	case w && s:
		return struct {
			*keptConn
			closeWrite
			rawConn
		}{c, closeWrite{c}, rawConn{c}}
	case r:
		return struct {
			*keptConn
			readFrom
		}{c, readFrom{c}}
	case w:
		return struct {
			*keptConn
			closeWrite
		}{c, closeWrite{c}}
	case s:
		return struct {
			*keptConn
			rawConn
		}{c, rawConn{c}}
	}
	return c
}

// rawOf walks down to the socket, for waiting only. That is enough although values on the way may hold bytes: a connection
// is parked when a Read of the uppermost has just found nothing, and then only the socket can bring more.
func rawOf(nc net.Conn) syscall.RawConn {
	for nc != nil {
		if _, ok := nc.(interface{ ConnectionState() tls.ConnectionState }); ok {
			return nil
		}
		if sc, ok := nc.(syscall.Conn); ok {
			rc, err := sc.SyscallConn()
			if err != nil {
				return nil
			}
			return rc
		}
		nc = below(nc)
	}
	return nil
}

// below is what NetConn says or, of a wrapper as plain as netutil.LimitListener's, what it embeds.
func below(nc net.Conn) net.Conn {
	if u, ok := nc.(interface{ NetConn() net.Conn }); ok {
		return u.NetConn()
	}
	v := reflect.Indirect(reflect.ValueOf(nc))
	if v.Kind() != reflect.Struct {
		return nil
	}
	f, ok := v.Type().FieldByName("Conn")
	if !ok || !f.Anonymous || len(f.Index) != 1 {
		return nil
	}
	inner, _ := v.FieldByIndex(f.Index).Interface().(net.Conn)
	return inner
}
