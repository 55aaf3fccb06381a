package keepalive

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// idleLimit is called with mu held; known means that the server's was said or
// seen.
func (o *origin) idleLimit(l *link, now time.Time) (limit time.Duration, known bool) {
	return l.habit.limit(o.t.idle, l.RTT, o.t.forgetful, now)
}

// staysOpen is called with mu held: whether the server is known to leave l open for
// a request that cannot be repeated.
func (o *origin) staysOpen(l *link, now time.Time) bool {
	idle := now.Sub(l.since)
	limit, known := o.idleLimit(l, now)
	switch {
	case known:
		return idle < limit
	case l.served == 0 || o.t.forgetful:
		return !onEdge(idle) // others tell nothing of it
	}
	return l.habit.trusts(idle, l.RTT, now)
}

// trusts is called with mu held and l off its list: staysOpen, after a look at
// another one if need be, or if there is nothing to look at.
func (o *origin) trusts(l *link, now time.Time) bool {
	if o.staysOpen(l, now) {
		return true
	}
	if o.idle == 0 && !o.room() {
		return !onEdge(now.Sub(l.since)) // nothing can stay open beside it
	}
	oldest := l.at.idle.front
	if oldest == nil || oldest.habit != l.habit {
		return false
	}
	if r := o.look(oldest, now); r != noReason {
		o.unlist(oldest)
		o.drop(oldest, r)
	}
	return o.staysOpen(l, now)
}

// Where nothing can be found out, a limit is a whole number of seconds nearly
// everywhere. A request that cannot be repeated does not go out in the moment
// around one: before it for the way to the server and a server's clock that
// runs since before ours, after it for a server that has many to close, or
// little time for it.
const (
	edgeBefore = 20 * time.Millisecond
	edgeAfter  = 40 * time.Millisecond
)

func onEdge(idle time.Duration) bool {
	return idle > edgeAfter && (idle+edgeBefore)%time.Second < edgeBefore+edgeAfter
}

// margin is how much earlier than the server we close: a second for what the
// request needs to get there, less where the server's limit is itself short.
func margin(d time.Duration) time.Duration { return d - min(time.Second, d/2) }

// hinted reads "Keep-Alive: timeout=5, max=100" (RFC 2068 §19.7.1.1, still sent
// by nginx, Apache, Node and this package's Policy); 0 means nothing said.
func hinted(h http.Header) time.Duration {
	for _, v := range h["Keep-Alive"] {
		for part := range strings.SplitSeq(v, ",") {
			name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
			if !strings.EqualFold(name, "timeout") {
				continue
			}
			if n, err := strconv.Atoi(strings.Trim(value, `"`)); err == nil && n > 0 && n < 1<<20 {
				return margin(time.Duration(n) * time.Second)
			}
		}
	}
	return 0
}
