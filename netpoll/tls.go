package netpoll

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"runtime/debug"
	"time"
)

// ListenTLS returns a Listener whose connections speak TLS. Handshakes are crypto/tls's, are done before Accept returns a
// connection and do not hold up one another; serve it with Serve, not with ServeTLS. Connections that speak HTTP/1.1 are parked
// with their session; net/http takes Request.TLS from them. One that agreed on another protocol (put "h2" into
// config.NextProtos for HTTP/2) is returned as the *tls.Conn itself, which net/http insists on, and is not parked.
//
// A TLS 1.3 session with AES-GCM on a *net.TCPConn or *net.UnixConn goes on without crypto/tls after the handshake, so that a
// parked one is small: see [Options.OnlyCryptoTLS]. Its secrets come from the KeyLogWriter of a copy of config that the
// handshake is given; config.KeyLogWriter still gets every line, config.GetConfigForClient is asked as ever. All other
// sessions stay with crypto/tls: TLS 1.2, ChaCha20-Poly1305 (which crypto/tls prefers where a side has no AES
// instructions), FIPS 140 mode, and any of which crypto/tls has logged or written something unexpected. As under crypto/tls
// the peer's end is io.EOF also without a close_notify, unless it cuts a record: io.ErrUnexpectedEOF.
//
// Session ticket keys set by config.SetSessionTicketKeys are used, also when they are set later. Those that nobody sets are
// made and rotated for this Listener alone, as ServeTLS does; otherwise config must not be changed any more.
func ListenTLS(inner net.Listener, config *tls.Config, o *Options) (*Listener, error) {
	if config == nil || len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		panic("netpoll: ListenTLS needs a tls.Config with Certificates, GetCertificate or GetConfigForClient")
	}
	l, err := Listen(inner, o)
	if err != nil {
		return nil, err
	}
	l.tls = config
	l.watched = config.Clone()
	l.watched.GetConfigForClient = l.watch
	return l, nil
}

// handshake owns nc until Accept takes it.
func (l *Listener) handshake(nc net.Conn, rec record) {
	t := &tallied{Conn: nc, l: l}
	config := l.tls
	if l.takesOver(nc) {
		t.reading = new(takeover)
		t.writing = t.reading
		config = l.watched
	}
	s := tls.Server(t, config)
	err := errExited // of an agree that does not return
	defer func() {
		if err != nil {
			l.refuse(t, err)
		}
	}()
	if err = l.agree(s); err != nil {
		return
	}
	state := s.ConnectionState()
	h := t.reading
	switch own := t.end(state); {
	case own != nil:
		nc.SetDeadline(time.Time{}) // one that a function of the configuration has set for the handshake
		c := newSecureConn(nc, own)
		c.raw = h.raw
		l.offer(arrival{nc: l.wrapSession(c, rec, false)})
	case speaksHTTP1(state.NegotiatedProtocol):
		l.offer(arrival{nc: l.wrapTLS(s, rec, false)})
	default:
		l.offer(arrival{nc: s})
	}
}

var errExited = errors.New("netpoll: a function of the tls.Config has called runtime.Goexit")

func (l *Listener) refuse(t *tallied, err error) {
	l.count.handshakes.Add(1)
	answerPlainHTTP(err)
	t.Close()
	t.giveUp()
	if l.opt.HandshakeError != nil {
		l.opt.HandshakeError(t.Conn, err)
	}
}

// agree returns a panic in one of the configuration's functions as an error: net/http recovers from it too.
func (l *Listener) agree(s *tls.Conn) (err error) {
	ctx, cancel := context.WithTimeout(l.ctx, l.opt.HandshakeTimeout)
	defer cancel()
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		}
	}()
	return s.HandshakeContext(ctx)
}

func speaksHTTP1(protocol string) bool { return protocol == "" || protocol == "http/1.1" }

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
