package keepalive

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// follow makes every dialed connection one whose requests and age are known.
func (t *Transport) follow(l *lane, dial dialFunc) dialFunc {
	return func(ctx context.Context, network, addr string) (net.Conn, error) {
		l.added()
		c, err := t.open(ctx, dial, network, addr)
		if err != nil {
			t.conns.named(addr).dialErrors.Add(1)
			l.lost()
			return nil, err
		}
		tr := &track{lane: l, census: &t.conns, tally: t.conns.of(c.RemoteAddr()), habit: t.habits.of(text(c.RemoteAddr()) + " " + l.origin), addr: text(c.RemoteAddr()), born: time.Now(), retireAt: t.life.end(time.Now(), c)}
		t.conns.add(tr)
		if tc, ok := c.(*net.TCPConn); ok {
			return newTCPConn(tc, tr), nil
		}
		return &otherConn{Conn: c, track: tr}, nil
	}
}

var errNothing = errors.New("keepalive: the dialer of Transport.Base returned neither a connection nor an error")

// open is every dial's way to the network: through the address's gate, and once
// more if the process is out of files and some of them were only kept.
func (t *Transport) open(ctx context.Context, dial dialFunc, network, addr string) (net.Conn, error) {
	return t.gates.dial(ctx, addr, func() (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		for try := 0; err != nil && outOfFiles(err) && try < shedTries && t.shed(); try++ {
			c, err = dial(ctx, network, addr)
		}
		if err == nil && c == nil {
			err = errNothing
		}
		if err != nil {
			return nil, err
		}
		if tc, ok := c.(*net.TCPConn); ok {
			if err := t.setOptions(tc); err != nil {
				_ = c.Close()
				return nil, err
			}
		}
		return c, nil
	})
}

// track is what is known of one dialed connection. All of it may be used
// concurrently: HTTP/2 runs many turns at once.
type track struct {
	lane     *lane
	census   *census
	tally    *tally
	habit    *habit
	addr     string
	born     time.Time
	raw      syscall.RawConn       // nil: not TCP; never written after the dial
	rtt      time.Duration         // when it was opened; 0: not known; never written after the dial
	retireAt time.Time             // zero: no age limit; never written after the dial
	turns    atomic.Int64          // requests assigned; a plain count, ordered by nothing
	busy     atomic.Int64          // assigned minus given back; sums commute, so order is free
	rested   atomic.Int64          // age at which it became idle; 0: it is not, or nobody says so (HTTP/2)
	retired  atomic.Bool           // set once: one connection is one retirement in Stats
	closed   atomic.Bool           // set once: Close may be called twice
	next     atomic.Pointer[turn]  // nil, or the one that asks once more before it is written
	stays    atomic.Pointer[scout] // set once, before Close: the socket outlives it as this
	ending   atomic.Pointer[ending]
	leaves   atomic.Bool   // set once: an upgrade was asked for, so it may become the caller's
	finCame  atomic.Bool   // set once, before the alert of TLS's Close: the peer had ended its side
	sent     atomic.Uint64 // bytes given to the kernel, never less than it took; see tcpConn

	asked sync.Once // for h2
	h2    bool      // HTTP/2 is spoken; read by http2 only
}

func (tr *track) tracked() *track { return tr }

// gone reports whether this is the first Close.
func (tr *track) gone() bool {
	if !tr.closed.CompareAndSwap(false, true) {
		return false
	}
	tr.census.remove(tr)
	tr.lane.lost()
	return true
}

type otherConn struct {
	net.Conn
	*track
}

// NetConn returns the connection that was dialed.
func (c *otherConn) NetConn() net.Conn { return c.Conn }

// CloseWrite is for what a request with Upgrade becomes.
func (c *otherConn) CloseWrite() error { return wire.CloseWrite(c.Conn) }

// Close closes the connection.
func (c *otherConn) Close() error {
	c.gone()
	return c.Conn.Close()
}

// trackOf looks for our connection below TLS. It reads facts only, so walking
// past a TLS connection is allowed here.
func trackOf(c net.Conn) *track {
	for c != nil {
		switch v := c.(type) {
		case interface{ tracked() *track }:
			return v.tracked()
		case interface{ NetConn() net.Conn }:
			c = v.NetConn()
		default:
			return nil
		}
	}
	return nil
}
