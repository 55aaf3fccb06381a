package keepalive

import (
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// scout is a connection of net/http's that carries no request any more and stays
// open to show for how long the server leaves it so: net/http's pool cannot take
// one back that a request found too risky. The links of origin stay in their
// pool for the same. Guarded by habit.mu.
type scout struct {
	conn  *tcpConn
	since time.Time // idle since
	until time.Time // it stays for so long
	timer *time.Timer
}

// wants reports whether a scout would tell something.
func (h *habit) wants() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.scout == nil
}

// newScout is of a connection that is idle since then, for the limit at most;
// 0: none.
func newScout(since time.Time, limit time.Duration) *scout {
	if limit <= 0 || limit > learnMemory {
		limit = learnMemory
	}
	return &scout{since: since, until: since.Add(limit)}
}

// send makes c the scout s. Its Close has been called.
func (h *habit) send(s *scout, c *tcpConn) {
	_ = c.SetReadDeadline(time.Unix(1, 0)) // its reader is net/http's and ends
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.scout != nil { // another was first
		_ = c.TCPConn.Close()
		return
	}
	s.conn = c
	s.timer = time.AfterFunc(sweepMost, h.sweep)
	h.scout = s
}

func (h *habit) sweep() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watch(time.Now()); h.scout != nil {
		h.scout.timer.Reset(sweepMost)
	}
}

// watch is called with mu held: a look at the scout.
func (h *habit) watch(now time.Time) {
	s := h.scout
	if s == nil {
		return
	}
	closed, ago := wire.Idle(s.conn.raw)
	h.note(now.Sub(s.since), closed, ago, now)
	if closed || now.After(s.until) {
		h.end()
	}
}

// end is called with mu held.
func (h *habit) end() {
	h.scout.timer.Stop()
	_ = h.scout.conn.TCPConn.Close()
	h.scout = nil
}

func (h *habit) recall() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.scout == nil {
		return false
	}
	h.end()
	return true
}
