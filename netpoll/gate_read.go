package netpoll

import (
	"errors"
	"io"
	"net"
)

// manner is what a Read is to the gate.
type manner uint8

const (
	unseen     manner = iota // in the passive phase: goes straight through
	background               // the same with 1 byte of room, which of all that net/http does is only its background read
	watched                  // goes through, and what it brings may be the first bytes of a request
	waits                    // an idle server's
	wakes                    // the first of a connection that was parked
)

// before is the beginning of a Read outside the passive phase.
func (g *gate) before(p []byte) (manner, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	ph := g.at()
	if ph == fresh {
		g.room = len(p)
	}
	full := g.empty(p)
	switch {
	case ph == passive: // by now
		return unseen, nil
	case ph == fresh && g.woken:
		g.to(head)
		return wakes, nil
	case ph == idle && full && g.other: // a server without timeouts sets no deadline
		g.arm(g.user)
		g.to(waiting)
	case ph == armed && full:
		g.to(waiting)
	case ph == fresh && (full || len(p) == previewRead) && g.mayWait():
		g.waitFirst()
	case ph == fresh:
		g.to(head)
		g.method.begin()
	case ph == armed && len(p) == fullRead-1 && g.early.got:
		g.to(head)
		g.method.begin()
		g.method.feed([]byte{g.early.b})
		g.restore()
	case ph == idle, ph == armed, ph >= aborted && ph <= settled:
		g.leave()
		g.restore()
	case ph == head:
		g.restore()
	}
	if ph == armed { // used, or overtaken by what the server already held
		g.early.got = false
	}
	switch {
	case g.at() == waiting:
		return waits, nil
	case g.at() == parking:
		return unseen, ErrParked
	case g.gone():
		return unseen, net.ErrClosed
	}
	return watched, nil
}

// empty reports whether the server's buffer holds nothing, told by the room it offers.
func (g *gate) empty(p []byte) bool {
	if g.other {
		return len(p) == g.room
	}
	return len(p) == fullRead
}

// mayWait needs mu. Of a server that reports nothing only net/http's is known.
func (g *gate) mayWait() bool { return g.hooked.Load() || g.direct }

// early is the first byte of a next request, taken by net/http's background read while a handler still ran or its
// answer was just leaving. Clients that answer at once make this happen all the time. net/http holds the byte back, so
// the Read that follows has room for all but one.
type early struct {
	b   byte
	got bool
}

// sawEarly is told the outcome of a background read.
func (g *gate) sawEarly(p []byte, err error) {
	if len(p) == 0 && g.hooked.Load() { // broken off, as nearly always
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case g.other || g.at() != passive:
	case g.hooked.Load():
		if len(p) == 1 {
			g.early = early{p[0], true}
		}
	case len(p) > 0: // the next request begins unseen
		g.method.forget()
	case g.direct && isTimeout(err) && !g.off:
		g.to(aborted)
	}
}

// waited is told the outcome of the Read of an idle server.
func (g *gate) waited(p []byte, n int, err error) (int, error) {
	if n == 0 && isTimeout(err) {
		switch g.expire() {
		case parking:
			return 0, ErrParked
		case waiting:
			n, err = g.in.Read(p)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at() == waiting {
		g.method.begin()
		g.to(head)
	}
	g.watch(p[:n])
	return n, err
}

// expire decides what the end of a wait means. It leaves the phase at parking, at waiting where the connection
// cannot be parked now and a plain wait for the rest of the time is due, and elsewhere the timeout stands.
func (g *gate) expire() phase {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at() != waiting {
		return g.at()
	}
	if g.limit != never && g.in.now() >= g.limit {
		g.to(passive)
		return passive
	}
	fd, ok := -1, g.parks && g.keeps()
	if g.parks && !ok {
		fd, ok = g.l.lot.claim(g.inner)
	}
	if !ok {
		g.in.want(g.limit)
		return waiting
	}
	g.fd = fd
	if g.method.known { // else it is as the last park has left it
		g.rec.post = g.method.post()
	}
	g.to(parking)
	return parking
}

// deliver reads for a server that is past waiting.
func (g *gate) deliver(p []byte) (int, error) {
	n, err := g.in.Read(p)
	g.saw(p[:n])
	return n, err
}

// saw is told what a server that is past waiting is given.
func (g *gate) saw(p []byte) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.watch(p)
}

// watch needs mu.
func (g *gate) watch(p []byte) {
	if g.at() != head || len(p) == 0 {
		return
	}
	g.rec.begun = true
	if g.other {
		if !g.short {
			g.to(passive)
		}
		return
	}
	g.method.feed(p)
	if g.method.http2() {
		g.off = true
	}
	if !g.method.pending() && !g.short {
		g.to(passive)
	}
}

// readWoken is the first Read of a connection that was parked between two requests. net/http's loop would now be in
// Peek(4): it gives up silently on a peer that leaves after fewer bytes, and after a POST it skips CRs and LFs among the
// four. The loop that runs now believes in a new connection and does neither, so it is done here.
func (g *gate) readWoken(p []byte) (int, error) {
	if c, ok := g.inner.(*secureConn); ok && !c.prime() {
		if err := g.waitOn(c); err != nil {
			return 0, err
		}
	}
	g.mu.Lock()
	begun, post := g.rec.begun && !g.other, g.rec.post
	g.woken = false
	g.method.begin()
	g.mu.Unlock()
	if !begun || len(p) < peeked {
		return g.deliver(p)
	}
	n, err := g.readPeeked(p)
	if n < peeked {
		if !isTimeout(err) {
			err = io.EOF // others, as a TLS session's, would be answered with a 400
		}
		return 0, err
	}
	if post {
		skip := leadingCRLF(p[:peeked])
		n = copy(p, p[skip:n])
	}
	g.mu.Lock()
	g.restore()
	g.watch(p[:n])
	g.mu.Unlock()
	if n == 0 {
		return g.deliver(p)
	}
	return n, nil
}

// readPeeked reads what net/http peeks at. The wait goes on until so much has come, under the limit of the park. That nearly
// always has come, and then no deadline is set, which would be a timer for each wake.
func (g *gate) readPeeked(p []byte) (n int, err error) {
	if g.in.lazy { // what woke it is there; a conn of others may hold it back
		if n, err = g.in.Read(p); n >= peeked || err != nil {
			return n, err
		}
	}
	g.mu.Lock()
	if end := earliest(g.limit, g.user); end != g.user {
		g.short = true
		g.in.want(end)
	}
	g.mu.Unlock()
	m, err := readAtLeast(&g.in, p[n:], peeked-n)
	return n + m, err
}

// waitOn waits like an idle server, because what woke the connection was nothing for one: half a record, or a KeyUpdate. It
// goes on under the limit that it was parked with.
func (g *gate) waitOn(c *secureConn) error {
	g.mu.Lock()
	g.to(waiting)
	g.shorten(g.in.now(), true)
	g.mu.Unlock()
	err := g.in.wait(c.wait)
	if err != nil && isTimeout(err) {
		switch g.expire() {
		case parking:
			return ErrParked
		case waiting:
			err = g.in.wait(c.wait)
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.at() == waiting {
		g.to(head)
		g.restore()
	}
	if err != nil && isTimeout(err) {
		return err
	}
	return nil // an end is Read's to tell
}

const peeked = 4

// readAtLeast is io.ReadAtLeast with the reader's own error.
func readAtLeast(c io.Reader, p []byte, least int) (n int, err error) {
	for n < least && err == nil {
		var m int
		m, err = c.Read(p[n:])
		n += m
	}
	return n, err
}

func leadingCRLF(p []byte) (n int) {
	for n < len(p) && (p[n] == '\r' || p[n] == '\n') {
		n++
	}
	return n
}

// isTimeout asks err itself first. errors.As reflects, which allocates, and is so deep that the stack of a goroutine grew for it
// that is about to be parked, each time: a tenth of the instructions of a park, a wake and a request.
func isTimeout(err error) bool {
	if ne, ok := err.(net.Error); ok {
		return ne.Timeout()
	}
	return err != nil && wrapsTimeout(err)
}

func wrapsTimeout(err error) bool {
	var ne net.Error
	return errors.As(err, &ne) && ne.Timeout()
}
