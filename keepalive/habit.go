package keepalive

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// habit is when the servers behind one address close idle connections, as they
// say it and as they were seen to. It is safe for concurrent use.
type habit struct {
	said atomic.Int64 // less a margin; 0: not said. The latest answer wins

	mu      sync.Mutex
	learned learned // guarded by mu
	scout   *scout  // guarded by mu; nil: none
}

// limit is for how long a connection may be idle, 0 for ever, of which own is
// the client's part; known means that the server's was said or seen.
func (h *habit) limit(own, rtt time.Duration, forgetful bool, now time.Time) (limit time.Duration, known bool) {
	limit = own
	lower := func(d time.Duration) {
		if known = known || d > 0; d > 0 && (limit <= 0 || d < limit) {
			limit = d
		}
	}
	lower(time.Duration(h.said.Load()))
	if !forgetful {
		h.mu.Lock()
		defer h.mu.Unlock()
		lower(h.learned.limit(rtt, now))
	}
	return limit, known
}

// trusts reports whether a connection that is idle for so long will be open for
// a request more: others were, for longer than the request needs to get there.
func (h *habit) trusts(idle, rtt time.Duration, now time.Time) bool {
	if idle < learnLeast {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.watch(now)
	return h.learned.trusts(idle, rtt, now)
}

// saw notes a look at a connection that was idle for so long. If it was closed,
// that was ago before, negative for unknown.
func (h *habit) saw(idle time.Duration, closed bool, ago time.Duration, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.note(idle, closed, ago, now)
}

// note is called with mu held.
func (h *habit) note(idle time.Duration, closed bool, ago time.Duration, now time.Time) {
	switch {
	case !closed:
		h.learned.openAfter(idle, now)
	case ago < 0:
		h.learned.open = 0 // a reset does not say when
	default:
		h.learned.closedAfter(idle-ago, now)
	}
}

// answered notes what the answer to a request says, whose connection had been
// idle for so long before.
func (h *habit) answered(said http.Header, idle time.Duration) {
	if d := hinted(said); d > 0 {
		h.said.Store(int64(d))
	}
	if idle >= learnLeast {
		h.saw(idle, false, 0, time.Now())
	}
}

// habits knows those of the addresses that were asked lately. It is safe for
// concurrent use.
type habits struct {
	mu sync.Mutex
	by map[string]*habit // guarded by mu
}

// maxHabits bounds the memory of a client that asks a million addresses: any one
// is forgotten for the next. Connections that are open keep what they know.
const maxHabits = 4096

func (hs *habits) of(key string) *habit {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	h := hs.by[key]
	if h != nil {
		return h
	}
	if hs.by == nil {
		hs.by = make(map[string]*habit)
	}
	if len(hs.by) >= maxHabits {
		for old := range hs.by {
			delete(hs.by, old)
			break
		}
	}
	h = new(habit)
	hs.by[key] = h
	return h
}

// recall closes all scouts and reports whether there was one.
func (hs *habits) recall() (any bool) {
	hs.mu.Lock()
	defer hs.mu.Unlock()
	for _, h := range hs.by {
		any = h.recall() || any
	}
	return any
}
