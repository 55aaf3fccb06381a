package keepalive

import (
	"hash/maphash"
	"net"
	"time"
)

const defaultJitter = 0.1

// lifetime says when a connection has been open long enough.
type lifetime struct {
	age    time.Duration // ≤ 0: no limit
	jitter float64       // at most 1
}

var jitterSeed = maphash.MakeSeed()

// end returns the zero time for "never". The jitter is drawn from the
// connection itself, not from a generator: a connection that was parked and
// comes back as a new value keeps its end.
func (l lifetime) end(start time.Time, c net.Conn) time.Time {
	if l.age <= 0 {
		return time.Time{}
	}
	return start.Add(l.age - time.Duration(l.share()*unit(start, c)*float64(l.age)))
}

func (l lifetime) share() float64 {
	switch {
	case l.jitter == 0:
		return defaultJitter
	case l.jitter < 0:
		return 0
	}
	return l.jitter
}

// unit maps a connection to [0, 1). Both ends' addresses and the start take
// part: one of them may be coarse or shared (a proxy, a unix socket).
func unit(start time.Time, c net.Conn) float64 {
	sum := maphash.Comparable(jitterSeed, [3]any{start.UnixNano(), text(c.LocalAddr()), text(c.RemoteAddr())})
	return float64(sum>>11) / (1 << 53)
}

func text(a net.Addr) string {
	if a == nil {
		return ""
	}
	return a.String()
}
