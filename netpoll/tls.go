package netpoll

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// ListenTLS returns a Listener whose connections speak TLS. Handshakes are done before Accept returns a connection and do
// not hold up one another; serve it with Serve, not with ServeTLS. Connections that speak HTTP/1.1 are parked with
// their session; net/http takes Request.TLS from them. One that agreed on another protocol (put "h2" into
// config.NextProtos for HTTP/2) is returned as the *tls.Conn itself, which net/http insists on, and is not parked.
func ListenTLS(inner net.Listener, config *tls.Config, o *Options) (*Listener, error) {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		panic("netpoll: ListenTLS needs a tls.Config with Certificates, GetCertificate or GetConfigForClient")
	}
	l, err := Listen(inner, o)
	if err != nil {
		return nil, err
	}
	l.tls = config
	return l, nil
}

// tlsConn is a gate around a finished session.
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

// tallied is the socket below a session. It sees the connection end even where the server has the *tls.Conn itself.
type tallied struct {
	net.Conn
	l     *Listener
	once  sync.Once
	brief atomic.Bool // closing what was parked: what cannot be written at once is not written
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

// handshake owns nc until Accept takes it.
func (l *Listener) handshake(nc net.Conn, rec record) {
	s := tls.Server(&tallied{Conn: nc, l: l}, l.tls)
	ctx, cancel := context.WithTimeout(l.ctx, l.opt.HandshakeTimeout)
	defer cancel()
	if err := s.HandshakeContext(ctx); err != nil {
		l.count.handshakes.Add(1)
		answerPlainHTTP(err)
		s.NetConn().Close()
		if l.opt.HandshakeError != nil {
			l.opt.HandshakeError(nc, err)
		}
		return
	}
	if p := s.ConnectionState().NegotiatedProtocol; p != "" && p != "http/1.1" {
		l.offer(arrival{nc: s})
		return
	}
	l.offer(arrival{nc: l.wrapTLS(s, rec, false)})
}

func (l *Listener) wrapTLS(s *tls.Conn, rec record, woken bool) net.Conn {
	c := &tlsConn{Conn: s}
	c.g.raw = rawOf(s.NetConn())
	c.g.open(l, s, rec, woken)
	return c
}

// answerPlainHTTP says to a client without TLS what net/http says.
func answerPlainHTTP(err error) {
	var re tls.RecordHeaderError
	if !errors.As(err, &re) || re.Conn == nil {
		return
	}
	switch string(re.RecordHeader[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO":
		re.Conn.SetWriteDeadline(time.Now().Add(time.Second))
		io.WriteString(re.Conn, "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
	}
}
