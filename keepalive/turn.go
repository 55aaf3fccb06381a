package keepalive

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// closeValue is shared by every message and must not be written to; its
// capacity is its length, so an Add by others copies it.
var closeValue = []string{"close"}

// turn is one request's time on a connection. It belongs to RoundTrip's
// goroutine until a connection is picked and then to that connection's reader:
// net/http hands over through channels, never to both at once.
type turn struct {
	t     *Transport
	lane  *lane
	req   *http.Request // our copy; net/http reads it after gotConn returns
	trace httptrace.ClientTrace
	track *track
	body  *wire.Body // nil, or what net/http sends
	start uint64     // bytes the connection had sent before this request
	idle  time.Duration
	last  bool
	shut  bool // the connection was closed by us before a byte was sent
}

// gotConn runs after the connection is picked and before the first byte of the
// request is written: the one moment in which "this is your last" is exact.
// It runs again when net/http repeats the request elsewhere, which it does only
// after the first connection's writer has stopped.
func (u *turn) gotConn(info httptrace.GotConnInfo) {
	u.lane.warmed()
	tr := trackOf(info.Conn)
	u.track, u.last, u.shut, u.idle = tr, false, false, info.IdleTime
	if tr == nil {
		return
	}
	if tr.retired.Load() && !u.t.isHTTP2(info.Conn) {
		// The peer was told "close" and kept the connection open for now: see
		// putIdleConn. Nothing of this request is written, so net/http may take
		// another connection.
		u.shut = true
		_ = info.Conn.Close()
		return
	}
	if h := tr.tally.idleLimit(u.t.forgetful); h > 0 && info.WasIdle && info.IdleTime >= h {
		tr.tally.idled.Add(1)
		u.shut = true
		_ = info.Conn.Close() // likewise: the server is about to
		return
	}
	if info.Reused {
		tr.tally.reuses.Add(1)
		if u.body != nil && !u.t.isHTTP2(info.Conn) {
			u.body.Tee()
		}
	}
	u.start = tr.sent.Load()
	tr.busy.Add(1)
	n := tr.turns.Add(1)
	byCount := u.t.MaxRequests > 0 && n >= int64(u.t.MaxRequests)
	byAge := !byCount && !tr.retireAt.IsZero() && !time.Now().Before(tr.retireAt)
	if (byCount || byAge) && u.announce(info.Conn) {
		tr.census.retire(tr, byAge)
	}
}

// announce makes this request the connection's last. An upgrade is left alone:
// its Connection header has another meaning and its connection is not reused.
func (u *turn) announce(c net.Conn) bool {
	if len(u.req.Header["Upgrade"]) > 0 {
		return false
	}
	if u.t.isHTTP2(c) {
		u.lane.full()
		return true
	}
	u.last = true
	u.req.Close = true
	if hasBody(u.req) {
		u.req.Header["Connection"] = closeValue
	}
	return true
}

// putIdleConn runs when the connection is back in the pool, before the caller
// sees the end of the body. A server that was asked to close but did not repeat
// "close" in its answer (RFC 9112 §9.6 says only SHOULD) is about to close in
// silence: take the connection out first. net/http can only take out all idle
// ones; closing this one directly could hit the request that has it already.
func (u *turn) putIdleConn(err error) {
	if u.track == nil {
		return
	}
	u.track.busy.Add(-1)
	if err == nil && u.last {
		u.lane.rt.CloseIdleConnections()
	}
}

// isHTTP2 is asked only of connections that are at their end: the answer costs
// a copy of the TLS state.
func (t *Transport) isHTTP2(c net.Conn) bool {
	tc, ok := c.(*tls.Conn)
	if !ok {
		return t.h2c
	}
	return tc.ConnectionState().NegotiatedProtocol == "h2"
}
