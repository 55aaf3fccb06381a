package keepalive

import (
	"net"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// link is one plain HTTP/1.1 connection with its account. Its owner is the
// origin while it is idle, and the request that took it otherwise.
type link struct {
	*wire.Conn
	origin   *origin
	at       *address
	tally    *tally
	habit    *habit
	born     time.Time
	retireAt time.Time // zero: no age limit
	since    time.Time // idle since; kept during a request, for its error
	served   int       // requests begun
	reason   reason    // why it ends with the request under way, if it does

	prev, next *link // in address.idle; guarded by origin.mu
}

// reason is why a connection ends.
type reason uint8

const (
	noReason reason = iota
	byAge
	byCount
	byIdle
	byPeer
	unsuited
)

// over says why a link must take no further request; idle is how long it may
// have been idle, 0: for ever.
func (l *link) over(now time.Time, idle time.Duration) reason {
	switch {
	case !l.retireAt.IsZero() && !now.Before(l.retireAt):
		return byAge
	case l.reason != noReason:
		return l.reason
	}
	if idle > 0 && now.Sub(l.since) >= idle {
		return byIdle
	}
	return noReason
}

// note counts the end where it was a decision.
func (l *link) note(r reason) {
	switch r {
	case byAge:
		l.tally.byAge.Add(1)
	case byCount:
		l.tally.byCount.Add(1)
	case byIdle:
		l.tally.idled.Add(1)
	case byPeer:
		l.tally.found.Add(1)
	}
}

// links is a list of idle connections, the longest idle one first.
type links struct {
	front, back *link
	n           int
}

func (ls *links) push(l *link) {
	l.prev, l.next = ls.back, nil
	if ls.back != nil {
		ls.back.next = l
	} else {
		ls.front = l
	}
	ls.back = l
	ls.n++
}

func (ls *links) remove(l *link) {
	if l.prev != nil {
		l.prev.next = l.next
	} else {
		ls.front = l.next
	}
	if l.next != nil {
		l.next.prev = l.prev
	} else {
		ls.back = l.prev
	}
	l.prev, l.next = nil, nil
	ls.n--
}

// newLink takes over what was dialed.
func (o *origin) newLink(nc net.Conn, at *address, asked time.Time) *link {
	now := time.Now()
	if len(o.names.fixed) > 0 {
		asked = now // nobody was asked
	}
	l := &link{Conn: wire.New(nc, &o.t.wire), origin: o, at: at, born: now, since: now}
	l.retireAt = o.t.life.end(asked, nc)
	l.tally = o.t.conns.of(nc.RemoteAddr())
	l.habit = o.t.habits.of(text(nc.RemoteAddr()))
	l.tally.dials.Add(1)
	l.tally.open.Add(1)
	if !l.Lookable() {
		// Wrapped by the caller's dialer. This request is its last, and the
		// next ones go to net/http, whose reader watches idle connections.
		o.t.lean.Store(false)
		l.reason = unsuited
	}
	l.Keep(func(reuse bool) { o.back(l, reuse) })
	return l
}
