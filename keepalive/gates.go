package keepalive

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"slices"
	"sync"
	"time"
)

// gates stand in front of addresses whose last dial failed, so that a host that
// is down gets one dial at a time, with a growing pause in between, whatever
// number of requests wants it. It is safe for concurrent use.
//
// A dial that comes to a closed gate waits for the next attempt and shares its
// failure; a success lets all through. So no request fails by an older verdict
// than its own arrival, and none waits longer than a pause and a dial.
type gates struct {
	mu sync.Mutex
	by map[string]*gate // guarded by mu; from a failure to a success, or to a pause in which nobody came
}

// gate is one address's. Guarded by gates.mu.
type gate struct {
	failed  int         // attempts in a row
	since   time.Time   // of the first
	again   *time.Timer // the pause before the next
	waiting []chan verdict
}

// verdict is what a waiting dial is told.
type verdict struct {
	err   error // the attempt's; nil: dial
	probe bool  // you are the attempt
}

// The pause before the second attempt, and what it grows to: what a request to
// a host that is back may have to wait. Half of it is jitter.
const (
	pauseFirst = 25 * time.Millisecond
	pauseMost  = time.Second
)

// dial calls do when the address's gate is open, or for its next attempt.
func (gs *gates) dial(ctx context.Context, addr string, do func() (net.Conn, error)) (net.Conn, error) {
	probe := false
	if ready := gs.wait(addr); ready != nil {
		select {
		case v := <-ready:
			if v.err != nil {
				return nil, v.err
			}
			probe = v.probe
		case <-ctx.Done():
			gs.leave(addr, ready)
			return nil, context.Cause(ctx)
		}
	}
	c, err := do()
	switch {
	case err == nil:
		gs.open(addr)
	case ctx.Err() == nil:
		err = gs.shut(addr, probe, err)
	case probe:
		gs.next(addr) // the end of one request says nothing of the address
	}
	return c, err
}

// wait returns nil where the gate is open.
func (gs *gates) wait(addr string) chan verdict {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.by[addr]
	if g == nil {
		return nil
	}
	ready := make(chan verdict, 1)
	g.waiting = append(g.waiting, ready)
	return ready
}

// leave hands on the attempt if it was given in the same moment.
func (gs *gates) leave(addr string, ready chan verdict) {
	gs.mu.Lock()
	if g := gs.by[addr]; g != nil {
		g.waiting = slices.DeleteFunc(g.waiting, func(c chan verdict) bool { return c == ready })
	}
	gs.mu.Unlock()
	select {
	case v := <-ready:
		if v.probe {
			gs.next(addr)
		}
	default:
	}
}

// open lets everybody through.
func (gs *gates) open(addr string) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if g := gs.by[addr]; g != nil {
		delete(gs.by, addr)
		g.again.Stop() // or it would end a pause of the gate after this one
		g.tell(verdict{})
	}
}

// shut is told of a failure, and returns what the request is told. Of dials
// that were under way when the gate closed only the first one counts.
func (gs *gates) shut(addr string, probe bool, err error) error {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.by[addr]
	switch {
	case g == nil:
		g = &gate{since: time.Now()}
		if gs.by == nil {
			gs.by = make(map[string]*gate)
		}
		gs.by[addr] = g
	case !probe:
		return err
	}
	pause := min(pauseFirst<<min(g.failed, 10), pauseMost)
	if g.failed++; g.failed > 1 {
		err = fmt.Errorf("keepalive: %s: attempt %d in %v: %w", addr, g.failed, time.Since(g.since).Round(time.Millisecond), err)
	}
	g.tell(verdict{err: err})
	g.again = time.AfterFunc(pause/2+rand.N(pause/2), func() { gs.next(addr) })
	return err
}

// next begins an attempt, if anybody wants one.
func (gs *gates) next(addr string) {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	g := gs.by[addr]
	if g == nil {
		return
	}
	if len(g.waiting) == 0 {
		delete(gs.by, addr)
		return
	}
	g.waiting[0] <- verdict{probe: true}
	g.waiting = g.waiting[1:]
}

// tell is called with gates.mu held.
func (g *gate) tell(v verdict) {
	for _, ready := range g.waiting {
		ready <- v
	}
	g.waiting = nil
}
