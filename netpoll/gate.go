package netpoll

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// fullRead is the room net/http's empty bufio.Reader offers. Less room means that bytes of a next request are held up
// there, more means that net/http has changed: in both cases nothing is parked. TestFullRead pins it.
const fullRead = 4096

// phase is where a connection stands in the one sequence of calls that may end in a park:
//
//	StateIdle, SetReadDeadline, Read with fullRead bytes of room          (between two requests)
//	StateNew, any number of SetReadDeadline, Read with fullRead of room   (before the first)
//
// Anything else in between leads back to passive. A handler reading its body makes no such sequence, since the server
// reports StateActive before it calls the handler.
type phase uint32

const (
	passive phase = iota // not ours to judge: every call goes straight through
	fresh                // StateNew was reported and nothing was read
	idle                 // StateIdle was reported
	armed                // and the server has set its idle deadline, which we have shortened to ParkAfter
	waiting              // and is now waiting in Read
	head                 // the first bytes of a request were delivered; see method
	parking              // Read has returned ErrParked: the next Close parks
	closed               // closed, or parked: this value is spent
)

// gate is the state of one connection between Accept and Close. Safe for concurrent use.
type gate struct {
	inner net.Conn
	l     *Listener
	rec   record // immutable but for post and begun, which mu guards

	served atomic.Uint32 // a counter on its own: orders nothing
	// phase is written only under mu. Reading it without is allowed for one decision, "passive": whoever sees a stale
	// passive made its call before the hook that changes it, or concurrently, which is the same for a net.Conn.
	phase atomic.Uint32

	mu     sync.Mutex
	method method
	early  early
	user   time.Time // the read deadline the server asked for, while short
	limit  time.Time // the earliest of user and our own timeouts, while waiting
	short  bool      // the deadline in force is ours, not user
	parks  bool      // the end of the wait, if it is not limit, parks
	woken  bool      // this is a parked connection come back, nothing read yet
	off    bool      // never park: hijacked or HTTP/2
	fd     int       // the duplicate to be parked; owned from parking to Close
}

func (g *gate) open(l *Listener, inner net.Conn, rec record, woken bool) {
	g.l, g.inner, g.rec, g.woken = l, inner, rec, woken
	g.served.Store(rec.served)
}

func (g *gate) acceptedAt() time.Time { return g.l.start.Add(g.rec.accepted) }

func (g *gate) at() phase   { return phase(g.phase.Load()) }
func (g *gate) to(p phase)  { g.phase.Store(uint32(p)) }
func (g *gate) spent() bool { return g.at() == closed || g.at() == parking }

// Read waits at most ParkAfter where the connection is idle, and otherwise as long as the server likes.
func (g *gate) Read(p []byte) (int, error) {
	if g.at() == passive && len(p) > 1 {
		return g.inner.Read(p)
	}
	return g.readAware(p)
}

// SetReadDeadline goes through at once, but for the one call by which a server starts to wait for the next request.
func (g *gate) SetReadDeadline(t time.Time) error {
	if g.at() == passive {
		return g.inner.SetReadDeadline(t)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.at() {
	case fresh:
		g.user = t
	case idle:
		return g.arm(t)
	case armed: // a second one: the next request was in the server's buffer already
		g.leave()
	case waiting:
		g.leave()
	case head:
		if !g.method.pending() {
			g.to(passive)
		}
	}
	g.short = false
	return g.inner.SetReadDeadline(t)
}

// SetDeadline is in no server's idle sequence.
func (g *gate) SetDeadline(t time.Time) error {
	g.interrupt()
	return g.inner.SetDeadline(t)
}

// Close closes the connection or, where Read has just announced it, parks it.
func (g *gate) Close() error {
	g.mu.Lock()
	was := g.at()
	g.to(closed)
	g.mu.Unlock()
	switch was {
	case closed:
	case parking:
		// The old conn goes first: its Close takes the socket out of the runtime's poller, and so it is in
		// one poller at any time. Bytes that arrive in between are found when the duplicate is added to ours.
		err := g.inner.Close()
		g.l.lot.park(g.fd, g.parkedRecord(), g.limit)
		return err
	default:
		g.l.count.open.Add(-1)
	}
	return g.inner.Close()
}

func (g *gate) parkedRecord() record {
	rec := g.rec
	rec.served = g.served.Load()
	return rec
}
