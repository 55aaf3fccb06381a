package keepalive

import "time"

// learned is what a server's idle connections have shown of its idle limit.
// Guarded by its habit's mu.
//
// The kernel knows when a FIN came, so a connection that was found closed tells
// how long it had been idle then. One may be a restart; several that agree are a
// limit. One that is open tells that the limit is longer; it holds until one is
// closed earlier. What was learned is forgotten after a while, for the server
// may have changed and nobody sees its closes any more.
type learned struct {
	seen  time.Duration // the latest candidate
	times int           // how often in a row
	least time.Duration // what was learned
	until time.Time     // for so long

	open   time.Duration // for so long a connection was left open
	openTo time.Time     // that is worth something for so long
}

const (
	learnTimes  = 3
	learnLeast  = 10 * time.Millisecond
	learnMemory = 10 * time.Minute
)

// closedAfter notes an idle time at which the server closed.
func (le *learned) closedAfter(idle time.Duration, now time.Time) {
	le.open = min(le.open, idle)
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

// openAfter notes an idle time at which the server had not closed.
func (le *learned) openAfter(idle time.Duration, now time.Time) {
	if idle >= le.open || !now.Before(le.openTo) {
		le.open, le.openTo = idle, now.Add(learnMemory)
	}
}

// near is within a tenth, and a few milliseconds for the kernel's clock.
func near(a, b time.Duration) bool {
	d := a - b
	return max(d, -d) <= b/10+5*time.Millisecond && b > 0
}

func (le *learned) limit(rtt time.Duration, now time.Time) time.Duration {
	if !now.Before(le.until) {
		return 0
	}
	return max(below(le.least, rtt), 1)
}

func (le *learned) trusts(idle, rtt time.Duration, now time.Time) bool {
	return now.Before(le.openTo) && idle <= below(le.open, rtt)
}

// below is how long a connection may be idle when its request is sent, if the
// server must not have waited for d when it arrives: its wait began half a round
// trip before ours, and the request takes the other half. The rest is for clocks
// that tick and goroutines that come late.
func below(d, rtt time.Duration) time.Duration {
	return d - max(d/10, min(10*time.Millisecond, d/2)) - rtt
}
