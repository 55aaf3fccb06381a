package keepalive

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// sweepEvery is how often a full lane looks whether its streams have ended.
const sweepEvery = 250 * time.Millisecond

// lane is one pool of connections: an http.Transport of its own.
//
// HTTP/1 needs only one, since "Connection: close" ends exactly one exchange.
// On HTTP/2 the same request option makes net/http refuse streams that have
// been given the connection but not started, and their bodies cannot always be
// sent again. So a full HTTP/2 connection is left to finish what it has, and
// its origin goes on in a new lane.
type lane struct {
	rt     *http.Transport
	lanes  *lanes
	origin string // "" for the one lane of all HTTP/1-only origins, which stays

	// warm is nil, or closed once the lane has a connection (or failed to get
	// one). A successor's requests wait for it, since HTTP/2 will share that
	// one; without it each would dial, to throw its connection away again.
	warm chan struct{}

	users int  // RoundTrip calls inside; guarded by lanes.mu
	open  int  // connections, from the start of their dial; guarded by lanes.mu
	ended bool // takes no new requests; guarded by lanes.mu
	ready bool // warm is closed; guarded by lanes.mu
}

// lanes knows every lane that has a user or a connection, so its size follows
// use, not the number of origins ever asked. It is safe for concurrent use.
type lanes struct {
	make func(*lane) *http.Transport

	mu      sync.Mutex
	current map[string]*lane   // guarded by mu; where an origin's next request goes
	alive   map[*lane]struct{} // guarded by mu; current ones and full ones
}

// enter returns the origin's lane and whether the caller is its only user.
func (ls *lanes) enter(origin string) (l *lane, first bool) {
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l = ls.current[origin]; l == nil {
		l = ls.open(origin)
	}
	l.users++
	return l, l.users == 1
}

// open is called with mu held.
func (ls *lanes) open(origin string) *lane {
	l := &lane{lanes: ls, origin: origin}
	l.rt = ls.make(l)
	if ls.current == nil {
		ls.current, ls.alive = make(map[string]*lane), make(map[*lane]struct{})
	}
	ls.current[origin] = l
	ls.alive[l] = struct{}{}
	return l
}

// wait holds back all but a successor's first request until it is warm.
func (l *lane) wait(ctx context.Context, first bool) {
	if l.warm == nil || first {
		return
	}
	select {
	case <-l.warm:
	case <-ctx.Done(): // net/http says so better
	}
}

func (l *lane) warmed() {
	if l.warm == nil {
		return
	}
	l.lanes.mu.Lock()
	defer l.lanes.mu.Unlock()
	if !l.ready {
		l.ready = true
		close(l.warm)
	}
}

func (l *lane) lost() { l.change(0, -1) }

func (l *lane) leave() {
	l.warmed() // without a connection too: the next one finds its own error
	l.change(-1, 0)
}

// added comes before a dial. net/http dials for the next request after the one
// that asked has gone, so the lane may have been forgotten already.
func (l *lane) added() {
	l.change(0, 1)
	ls := l.lanes
	ls.mu.Lock()
	defer ls.mu.Unlock()
	ls.alive[l] = struct{}{}
	if ls.current[l.origin] == nil && !l.ended {
		ls.current[l.origin] = l
	}
	if ls.current[l.origin] != l && !l.ended {
		l.end()
	}
}

// change forgets a lane that nothing can reach any more.
func (l *lane) change(users, open int) {
	ls := l.lanes
	ls.mu.Lock()
	defer ls.mu.Unlock()
	l.users += users
	l.open += open
	if ls.forget(l) && ls.current[l.origin] != nil {
		ls.forget(ls.current[l.origin]) // a successor that nobody came to use
	}
}

// forget is called with mu held. The lane of all HTTP/1 origins stays.
func (ls *lanes) forget(l *lane) bool {
	if l.users > 0 || l.open > 0 || l.origin == "" {
		return false
	}
	delete(ls.alive, l)
	if ls.current[l.origin] == l {
		delete(ls.current, l.origin)
	}
	return true
}

// full sends the origin's next request elsewhere and closes this lane's
// connections as soon as they are idle.
func (l *lane) full() {
	ls := l.lanes
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if l.ended {
		return // another stream of this connection was first
	}
	if ls.current[l.origin] == l {
		ls.open(l.origin).warm = make(chan struct{})
	}
	l.end()
}

// end is called with lanes.mu held.
func (l *lane) end() {
	l.ended = true
	time.AfterFunc(sweepEvery, l.sweep)
}

func (l *lane) sweep() {
	l.rt.CloseIdleConnections()
	ls := l.lanes
	ls.mu.Lock()
	defer ls.mu.Unlock()
	if _, ok := ls.alive[l]; ok {
		time.AfterFunc(sweepEvery, l.sweep)
	}
}

func (ls *lanes) closeIdle() {
	ls.mu.Lock()
	all := make([]*lane, 0, len(ls.alive))
	for l := range ls.alive {
		all = append(all, l)
	}
	ls.mu.Unlock() // closing calls back into lost
	for _, l := range all {
		l.rt.CloseIdleConnections()
	}
}
