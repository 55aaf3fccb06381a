package keepalive

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// idleLimit is called with mu held; known means that the server's was seen.
func (o *origin) idleLimit() (limit time.Duration, known bool) {
	limit = o.t.idle
	d := o.learned.limit(time.Now())
	if d <= 0 || o.t.forgetful {
		return limit, false
	}
	if limit <= 0 || d < limit {
		limit = d
	}
	return limit, true
}

// A server of which nothing is known has an idle limit all the same, and it is
// a whole number of seconds nearly everywhere. A request that cannot be
// repeated does not go out in the moment around one: before it for the way to
// the server and a server's clock that runs since before ours, after it for a
// server that has many to close, or little time for it.
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

// learned is the idle limit of a server that does not say it. Guarded by
// origin.mu.
//
// The kernel knows when a FIN came, so a link that was found closed tells how
// long it had been idle then. One may be a restart; several that agree are a
// limit. What was learned is forgotten after a while, for the server may have
// changed and nobody sees its closes any more.
type learned struct {
	seen  time.Duration // the latest candidate
	times int           // how often in a row
	least time.Duration // what was learned
	until time.Time     // for so long
}

const (
	learnTimes  = 3
	learnLeast  = 10 * time.Millisecond
	learnMemory = 10 * time.Minute
)

// closedAfter notes an idle time at which the server closed.
func (le *learned) closedAfter(idle time.Duration, now time.Time) {
	if idle < learnLeast {
		return
	}
	if near(idle, le.seen) {
		le.times++
		le.seen = min(le.seen, idle)
	} else {
		le.seen, le.times = idle, 1
	}
	if le.times >= learnTimes {
		le.least, le.until = le.seen, now.Add(learnMemory)
	}
}

// near is within a tenth, and a few milliseconds for the kernel's clock.
func near(a, b time.Duration) bool {
	d := a - b
	return max(d, -d) <= b/10+5*time.Millisecond && b > 0
}

func (le *learned) limit(now time.Time) time.Duration {
	if !now.Before(le.until) {
		return 0
	}
	return le.least - max(le.least/10, min(10*time.Millisecond, le.least/2))
}
