package keepalive

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httptrace"
	"sync/atomic"
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
	body  *wire.Body    // nil, or what net/http sends
	start uint64        // bytes the connection had sent before this request
	idle  time.Duration // of the connection before this request; 0 also for HTTP/2 with others under way
	last  bool

	picked time.Time   // when the connection was, if that must not be long ago when the request is sent
	shut   atomic.Bool // the connection was closed by us before a byte was sent
}

// gotConn runs after the connection is picked and before the first byte of the
// request is written: the one moment in which "this is your last" is exact.
// It runs again when net/http repeats the request elsewhere, which it does only
// after the first connection's writer has stopped.
func (u *turn) gotConn(info httptrace.GotConnInfo) {
	u.lane.warmed()
	tr := trackOf(info.Conn)
	u.track, u.last, u.idle = tr, false, 0
	u.shut.Store(false)
	if tr == nil {
		return
	}
	if info.Reused && u.body != nil && !tr.http2(u.t, info.Conn) {
		u.body.Tee() // net/http may read of it for a connection that is closed here
	}
	ended, ago := false, time.Duration(-1)
	if info.Reused && (info.WasIdle || !tr.http2(u.t, info.Conn)) {
		u.idle, ended, ago = tr.quiet()
		u.idle = max(u.idle, info.IdleTime)
	}
	if tr.retired.Load() && !tr.http2(u.t, info.Conn) {
		// The peer was told "close" and kept the connection open for now: see
		// putIdleConn. Nothing of this request is written, so net/http may take
		// another connection.
		u.shut.Store(true)
		_ = info.Conn.Close()
		return
	}
	tr.rested.Store(0)
	if len(u.req.Header["Upgrade"]) > 0 {
		tr.leaves.Store(true)
	}
	if ended && !tr.http2(u.t, info.Conn) {
		u.found(info.IdleTime, ago)
		_ = info.Conn.Close() // net/http's reader has not come to it yet
		return
	}
	if u.idle > 0 && !tr.http2(u.t, info.Conn) && u.late(u.idle) {
		tr.tally.idled.Add(1)
		u.shut.Store(true)
		_ = info.Conn.Close() // likewise: the server is about to
		return
	}
	if info.Reused {
		tr.tally.reuses.Add(1)
	}
	if info.Reused && !repeatable(u.req) && !tr.http2(u.t, info.Conn) {
		u.picked = time.Now()
		tr.next.Store(u)
	} else {
		tr.next.Store(nil)
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

// late reports that the server may be about to close. A connection that is only
// not known to be safe stays open as a scout, if there is none yet. HTTP/2 is not
// asked: its server says GOAWAY first, and others may have the connection too.
func (u *turn) late(idle time.Duration) bool {
	if hasBody(u.req) && u.req.GetBody == nil && u.body == nil {
		return false // nobody could give the body to another connection
	}
	tr, now := u.track, time.Now()
	limit, known := tr.habit.limit(0, tr.rtt, u.t.forgetful, now)
	switch {
	case known:
		return idle >= limit
	case repeatable(u.req):
		return false
	case tr.raw == nil || !wire.Supported || tr.turns.Load() == 0 || u.t.forgetful || u.t.maxConns() > 0:
		return onEdge(idle) // nothing can stay open beside it
	}
	if tr.habit.trusts(idle, tr.rtt, now) {
		return false
	}
	if tr.habit.wants() {
		tr.stays.Store(newScout(now.Add(-idle), u.t.idle))
	}
	return true
}

// found notes that the server had closed before a byte was sent.
func (u *turn) found(idle, ago time.Duration) {
	u.shut.Store(true)
	u.track.tally.found.Add(1)
	if idle > 0 { // otherwise it is not known
		u.track.habit.saw(idle, true, ago, time.Now())
	}
}

// overtaken is asked by the connection before it writes the request's first
// byte: the goroutine that writes is net/http's, and a busy process may let it
// wait for longer than the server does.
func (u *turn) overtaken() bool {
	waited := time.Since(u.picked)
	if _, ended, ago := u.track.quiet(); ended {
		u.found(u.idle+waited, ago)
		return true
	}
	if waited < time.Millisecond || !u.late(u.idle+waited) {
		return false
	}
	u.track.tally.idled.Add(1)
	u.shut.Store(true)
	return true
}

// announce makes this request the connection's last. An upgrade is left alone:
// its Connection header has another meaning and its connection is not reused.
func (u *turn) announce(c net.Conn) bool {
	if len(u.req.Header["Upgrade"]) > 0 {
		return false
	}
	if u.track.http2(u.t, c) {
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
	if u.track.busy.Add(-1) == 0 && err == nil && !u.last {
		u.track.rested.Store(int64(time.Since(u.track.born)))
	}
	if err == nil && u.last {
		u.lane.rt.CloseIdleConnections()
	}
}

// http2 asks c, the connection whose track this is, only once: the answer costs
// a copy of the TLS state.
func (tr *track) http2(t *Transport, c net.Conn) bool {
	tr.asked.Do(func() {
		if tc, ok := c.(*tls.Conn); ok {
			tr.h2 = tc.ConnectionState().NegotiatedProtocol == "h2"
		} else {
			tr.h2 = t.h2c
		}
	})
	return tr.h2
}

// quiet is how long the server has had nothing to say, and whether it has
// closed; see [wire.Quiet]. The pool's own idle time begins when the answer was
// read: on a busy machine long after it came.
func (tr *track) quiet() (d time.Duration, ended bool, ago time.Duration) {
	if tr.raw == nil {
		return 0, false, -1
	}
	return wire.Quiet(tr.raw)
}
