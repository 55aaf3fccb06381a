package netpoll

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// fullRead is the room net/http's empty bufio.Reader offers. Less room means that bytes of a next request are held up
// there, more means that net/http has changed: in both cases nothing is parked. TestFullRead pins it.
const fullRead = 4096

// previewRead is the room of the first Read where net/http speaks HTTP/2 without TLS: enough for "PRI * HTTP/2.0".
const previewRead = 14

// phase is where a connection stands in one of the sequences of calls that may end in a park:
//
//	StateIdle, SetReadDeadline, Read with fullRead bytes of room          (between two requests)
//	StateNew, any number of SetReadDeadline, Read with fullRead of room   (before the first; or with previewRead)
//
// and, where nobody reports states but Accept was called by net/http itself, what that does at the end of a request:
//
//	Read of 1 byte that times out, SetReadDeadline(0), SetWriteDeadline(0), SetReadDeadline, Read with fullRead of room
//
// Anything else in between leads back to passive. A handler reading its body makes no such sequence: the server
// reports StateActive before it calls the handler, and has no background read to abort while a body is left.
type phase uint32

const (
	passive phase = iota // not ours to judge: every call goes straight through
	fresh                // nothing was read
	aborted              // unhooked: the background read was aborted
	cleared              // unhooked: and its deadline taken back
	settled              // unhooked: and the write deadline too
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
	in    incoming // of inner
	l     *Listener
	raw   syscall.RawConn // of a connection whose value outlives a park, else nil
	rec   record          // immutable but for post and begun, which mu guards

	hooked atomic.Bool   // the server reports states: only they tell what is idle. Set before it does anything else
	served atomic.Uint32 // a counter on its own: orders nothing
	wdl    atomic.Bool   // a write deadline may have been set, so taking it back means something
	shown  atomic.Bool   // somebody was given a way to the socket's options. Set before; whoever sets them while the server closes is too late anyway
	// phase is written only under mu. It may be read without where a stale value means that the call was made before the hook,
	// or the Close, that changes it, or concurrently, which is the same for a net.Conn.
	phase atomic.Uint32

	mu     sync.Mutex
	method method
	early  early
	user   moment // the read deadline the server asked for, while short
	limit  moment // the earliest of user and our own timeouts, while waiting; of a woken connection that of its last wait
	short  bool   // the deadline in force is ours, not user
	parks  bool   // the end of the wait, if it is not limit, parks
	known  bool   // it has waited between two requests before
	woken  bool   // this is a parked connection come back, nothing read yet
	off    bool   // never park: hijacked or HTTP/2
	active bool   // a request has begun. Of the goroutine in which the server reports
	direct bool   // net/http itself took it from Accept, with nothing between. Set before Accept returns
	other  bool   // the server is not net/http; see StateHook. Set before the server uses the connection
	room   int    // the first Read's, which is the size of another server's empty buffer
	fd     int    // the duplicate to be parked; owned from parking to Close
}

func (g *gate) open(l *Listener, inner net.Conn, rec record, woken bool) {
	g.l, g.inner, g.rec, g.woken, g.known = l, inner, rec, woken, rec.begun
	g.in.open(inner, l.start)
	g.served.Store(rec.served)
	g.to(fresh)
}

// keeps says that what is parked is the conn with all that is in it, and not just its fd.
func (g *gate) keeps() bool { return g.raw != nil }

func (g *gate) acceptedAt() time.Time { return g.l.start.Add(g.rec.accepted) }

func (g *gate) at() phase   { return phase(g.phase.Load()) }
func (g *gate) to(p phase)  { g.phase.Store(uint32(p)) }
func (g *gate) spent() bool { return g.at() == closed || g.at() == parking }

// Read waits at most ParkAfter where the connection is idle, and otherwise as long as the server likes. The wait is here and not
// in one of the functions: each collection walks the stacks of all that wait, and a frame more for each connection can be felt.
func (g *gate) Read(p []byte) (n int, err error) {
	how := unseen
	if g.at() != passive {
		if how, err = g.before(p); err != nil {
			return 0, err
		}
	}
	switch {
	case how == wakes:
		return g.readWoken(p)
	case how == unseen && len(p) == 1:
		how = background
	}
	if how == background && g.in.broken() {
		err = errBroken
	} else {
		g.in.enter()
		n, err = g.inner.Read(p)
		for !g.in.leave(err) {
			n, err = g.inner.Read(p)
		}
	}
	switch how {
	case background:
		g.sawEarly(p[:n], err)
	case waits:
		return g.waited(p, n, err)
	case watched:
		g.saw(p[:n])
	}
	return n, err
}

// SetReadDeadline goes through at once, but for the one call by which a server starts to wait for the next request.
func (g *gate) SetReadDeadline(t time.Time) error {
	if g.at() == passive && !g.other {
		return g.in.SetDeadline(t)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch g.at() {
	case passive, fresh:
		g.user = g.in.at(t)
	case aborted:
		if t.IsZero() {
			g.to(cleared)
		} else {
			g.leave()
		}
	case cleared:
		g.leave()
	case idle, settled:
		return g.arm(g.in.at(t))
	case armed: // a second one: the next request was in the server's buffer already
		g.leave()
	case waiting:
		g.leave()
	case head:
		if !g.method.pending() {
			g.to(passive)
		}
		g.user = g.in.at(t)
	case closed:
		if g.keeps() {
			return net.ErrClosed
		}
		return g.inner.SetReadDeadline(t)
	}
	g.short = false
	return g.in.SetDeadline(t)
}

// SetWriteDeadline is one step of the sequence nobody reports.
func (g *gate) SetWriteDeadline(t time.Time) error {
	if g.at() != passive {
		g.mu.Lock()
		if g.at() == cleared && t.IsZero() {
			g.to(settled)
		} else {
			g.disturb()
		}
		g.mu.Unlock()
	}
	if g.gone() {
		return net.ErrClosed
	}
	if !t.IsZero() {
		g.wdl.Store(true)
	} else if g.in.lazy && g.at() != closed && !g.wdl.Load() { // net/http takes back what was never set, for each request
		return nil
	}
	return g.inner.SetWriteDeadline(t)
}

// SetDeadline is in no server's idle sequence. net/http calls it in Hijack, which nobody else may report.
func (g *gate) SetDeadline(t time.Time) error {
	g.interrupt()
	if g.gone() {
		return net.ErrClosed
	}
	if !g.in.lazy {
		return g.inner.SetDeadline(t)
	}
	if err := g.in.SetDeadline(t); err != nil {
		return err
	}
	g.wdl.Store(true)
	return g.inner.SetWriteDeadline(t)
}

// Close closes the connection or, where Read has just announced it, parks it.
func (g *gate) Close() error {
	g.mu.Lock()
	was := g.at()
	g.to(closed)
	g.mu.Unlock()
	switch was {
	case closed:
		if g.keeps() { // another value may own it by now
			return net.ErrClosed
		}
	case parking:
		if g.keeps() {
			g.l.lot.keep(g.inner, g.raw, g.parkedRecord(), g.limit)
			return nil
		}
		// The old conn goes first: its Close takes the socket out of the runtime's poller, and so it is in
		// one poller at any time. Bytes that arrive in between are found when the duplicate is added to ours.
		s, ok := g.giveUp()
		if !ok {
			g.l.lot.abandon(g.fd)
			return nil
		}
		g.l.lot.park(g.fd, g.parkedRecord(), g.limit, s)
		return nil
	default:
		g.l.ended(g.inner)
	}
	return g.inner.Close()
}

// giveUp closes the conn whose socket is to be parked. It returns the session, where there is one.
func (g *gate) giveUp() (s *session, ok bool) {
	if c, ok := g.inner.(*secureConn); ok {
		s := c.give()
		return s, s != nil
	}
	g.inner.Close()
	return nil, true
}

// gone reports whether this value is spent while the conn below may live on under another.
func (g *gate) gone() bool { return g.keeps() && g.at() == closed }

func (g *gate) parkedRecord() record {
	rec := g.rec
	rec.served = g.served.Load()
	if g.shown.Load() {
		rec.options = exposed
	}
	return rec
}
