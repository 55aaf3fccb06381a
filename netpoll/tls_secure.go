package netpoll

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// secureConn is a TLS 1.3 connection after its handshake: a session and the socket it runs on. Its methods may be called
// concurrently, as those of any net.Conn, and mean what those of *tls.Conn do.
//
// Lock order: rd before wr.
type secureConn struct {
	socket net.Conn             // *net.TCPConn or *net.UnixConn
	calls  atomic.Int32         // 2 for each Write under way, and 1 once no other may begin; see shut
	state  *tls.ConnectionState // never written to, and so read without a lock

	rd      sync.Mutex // guards the next three, and session.in, message and useless
	raw     inbound
	plain   []byte // decrypted and not yet read, in raw
	readErr error

	wr       sync.Mutex // guards the next three, and session.out
	writeErr error
	finished bool // an alert was sent, and all are the last that is
	sizes    recordSizes

	asked atomic.Bool // the peer waits for new keys; see pack

	session *session // nil once it was given away or wiped; guarded by both: either is enough to read it
}

func newSecureConn(socket net.Conn, s *session) *secureConn {
	c := &secureConn{socket: socket, session: s, state: &s.state}
	if len(s.held) > 0 {
		c.raw.hold(s.held)
		s.held = nil
	}
	c.sizes.whole = s.whole
	c.asked.Store(s.asked)
	return c
}

// Read is tls.Conn's.
func (c *secureConn) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	c.rd.Lock()
	defer c.rd.Unlock()
	if err := c.await(); err != nil {
		return 0, err
	}
	n := copy(p, c.plain)
	c.plain = c.plain[n:]
	return n, nil
}

// Write is tls.Conn's, but for this: the records of one call leave in as few writes to the socket as their memory allows.
func (c *secureConn) Write(p []byte) (int, error) {
	for {
		x := c.calls.Load()
		if x&1 != 0 {
			return 0, net.ErrClosed
		}
		if c.calls.CompareAndSwap(x, x+2) {
			break
		}
	}
	defer c.calls.Add(-2)
	c.wr.Lock()
	defer c.wr.Unlock()
	switch {
	case c.writeErr != nil:
		return 0, c.writeErr
	case c.finished:
		return 0, errShutdown
	}
	n, err := c.send(typeData, p)
	if err != nil {
		c.writeErr = final(err)
	}
	return n, c.writeErr
}

// shut keeps Writes from starting. It returns how calls stood: odd if somebody was here before, and otherwise not 0 if a
// Write is under way, as in tls.Conn.
func (c *secureConn) shut() int32 {
	for {
		x := c.calls.Load()
		if x&1 != 0 || c.calls.CompareAndSwap(x, x|1) {
			return x
		}
	}
}

// farewell is how long a peer that reads nothing may hold up what ends a connection, as in crypto/tls.
const farewell = 5 * time.Second

// Close sends close_notify, waiting for at most farewell, unless a Write is under way: then it is to end that.
func (c *secureConn) Close() error {
	var said error
	switch x := c.shut(); {
	case x&1 != 0:
		return net.ErrClosed
	case x == 0:
		if said = c.CloseWrite(); said != nil {
			said = fmt.Errorf("tls: failed to send closeNotify alert (but connection was closed anyway): %w", said)
		}
	}
	err := c.socket.Close()
	c.wipe()
	if err != nil {
		return err
	}
	return said
}

// CloseWrite sends close_notify.
func (c *secureConn) CloseWrite() error {
	c.wr.Lock()
	defer c.wr.Unlock()
	switch {
	case c.finished:
		return nil
	case c.writeErr != nil:
		return c.writeErr
	}
	c.SetWriteDeadline(time.Now().Add(farewell))
	err := c.alert(closeNotify)
	c.SetWriteDeadline(time.Now()) // later writes fail
	return err
}

// wipe follows the socket's Close, which makes a Read or Write that is under way return.
func (c *secureConn) wipe() {
	c.rd.Lock()
	defer c.rd.Unlock()
	c.wr.Lock()
	defer c.wr.Unlock()
	if c.session != nil {
		c.session.wipe()
	}
	c.spend()
}

// spend needs both locks.
func (c *secureConn) spend() {
	c.session, c.plain = nil, nil
	c.raw.release()
	if c.readErr == nil {
		c.readErr = net.ErrClosed
	}
	if c.writeErr == nil {
		c.writeErr = net.ErrClosed
	}
}

// give closes the socket, of which the caller holds a duplicate, and returns the session to go with that. It returns nil if
// that cannot go on: because it is broken or at its end, or because somebody is using it at this very moment, who may have
// written half a record.
func (c *secureConn) give() (s *session) {
	if c.shut() == 0 && c.rd.TryLock() {
		if c.wr.TryLock() {
			if c.whole() {
				s = c.session
				s.asked = c.asked.Load()
				s.rest(c.raw.unused())
				c.spend()
			}
			c.wr.Unlock()
		}
		c.rd.Unlock()
	}
	c.socket.Close()
	if s == nil {
		c.wipe()
	}
	return s
}

// intact reports whether give would succeed.
func (c *secureConn) intact() bool {
	if c.calls.Load() != 0 || !c.rd.TryLock() {
		return false
	}
	defer c.rd.Unlock()
	if !c.wr.TryLock() {
		return false
	}
	defer c.wr.Unlock()
	return c.whole()
}

// whole needs both locks.
func (c *secureConn) whole() bool {
	return c.session != nil && c.readErr == nil && c.writeErr == nil && !c.finished && len(c.plain) == 0
}

// ConnectionState is as the handshake has left it.
func (c *secureConn) ConnectionState() tls.ConnectionState { return *c.state }

// Handshake has been done. fasthttp takes a connection that has this method and ConnectionState for one that speaks TLS.
func (c *secureConn) Handshake() error                       { return nil }
func (c *secureConn) HandshakeContext(context.Context) error { return nil }

// NetConn is the socket. As with tls.Conn, reading from it or writing to it breaks the session.
func (c *secureConn) NetConn() net.Conn                  { return c.socket }
func (c *secureConn) LocalAddr() net.Addr                { return c.socket.LocalAddr() }
func (c *secureConn) RemoteAddr() net.Addr               { return c.socket.RemoteAddr() }
func (c *secureConn) SetDeadline(t time.Time) error      { return c.socket.SetDeadline(t) }
func (c *secureConn) SetReadDeadline(t time.Time) error  { return c.socket.SetReadDeadline(t) }
func (c *secureConn) SetWriteDeadline(t time.Time) error { return c.socket.SetWriteDeadline(t) }
