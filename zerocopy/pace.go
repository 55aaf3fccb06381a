package zerocopy

import (
	"sync"
	"time"
)

// A pace makes a write deadline measure progress. net/http sets one deadline
// for a whole response, and a client on a slow line then loses every download
// that takes longer, however well it reads. So each slice of a Body that went
// out grants the next as much time as the deadline had granted at first; a
// client that stops reading still meets the deadline within one slice. It is
// safe for concurrent use.
type pace struct {
	mu    sync.Mutex
	grant time.Duration // 0 without a deadline, and for one in the past
	until time.Time
}

// set passes t on to the conn. known says that nobody sets deadlines of it but set
// and progress: no deadline after none is not passed on then. set holds the lock
// meanwhile, so that a deadline set to abort a send is not undone by the progress
// of that send.
func (p *pace) set(t time.Time, setConn func(time.Time) error, known bool) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if known && t.IsZero() && p.until.IsZero() {
		return nil // none, as before
	}
	p.grant, p.until = 0, t
	if !t.IsZero() {
		p.grant = max(0, time.Until(t))
	}
	return setConn(t)
}

// progress grants time for the next slice, unless little of it is used up.
func (p *pace) progress(setConn func(time.Time) error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.grant == 0 {
		return
	}
	if now := time.Now(); p.until.Sub(now) < p.grant*3/4 && now.Before(p.until) {
		p.until = now.Add(p.grant)
		setConn(p.until)
	}
}
