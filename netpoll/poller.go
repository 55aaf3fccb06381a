package netpoll

import (
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ErrPollerClosed is what a Watch of a closed Poller returns. It wraps net.ErrClosed.
var ErrPollerClosed = fmt.Errorf("netpoll: poller %w", net.ErrClosed)

// ErrStopped is what a stopped Watch returns.
var ErrStopped = fmt.Errorf("netpoll: watch stopped: %w", net.ErrClosed)

// ErrNotPollable is what Poller.Watch returns for a connection whose readiness the system does not know: one without
// SyscallConn, as a *tls.Conn. Watch the connection below, NetConn, only while the one above holds no bytes of its own.
var ErrNotPollable = errors.New("netpoll: connection without a descriptor")

// An Event is a set of things that a Watch waits for or has seen. It is a plain value, copy it freely.
type Event uint8

const (
	// Readable: a Read would not wait, because there are bytes, or the end, or an error.
	Readable Event = 1 << iota
	// Writable: a Write of at least one byte would not wait.
	Writable
	// HangUp: the peer has closed its side, or the connection has failed. It is seen whatever is waited for, on some
	// systems only once the bytes before it were read.
	HangUp
	// Timeout: the Watch's deadline has passed.
	Timeout
	// Closed: the Poller was closed.
	Closed
)

var eventNames = [...]string{"readable", "writable", "hang-up", "timeout", "closed"}

func (e Event) String() string {
	var on []string
	for i, name := range eventNames {
		if e&(1<<i) != 0 {
			on = append(on, name)
		}
	}
	return strings.Join(on, "|")
}

// A Poller waits for the readiness of any number of connections, without a goroutine for each. It is safe for concurrent
// use, also from the functions it calls. It calls them from a goroutine of its own, so one that takes its time, or
// waits, delays those of other connections: start a goroutine, or hand the connection to one. One that calls
// runtime.Goexit ends the process with a message that says so. NewPoller makes one.
type Poller struct {
	mu     sync.Mutex // guards all below and what is said so in each Watch
	closed bool
	pollerSystem
}

// NewPoller returns a Poller that watches nothing yet.
func NewPoller() (*Poller, error) {
	p := &Poller{}
	if err := p.open(); err != nil {
		return nil, err
	}
	return p, nil
}

// Watch prepares to wait for c; nothing is waited for until Once or Always is called. Each event is given to f or, if f is
// nil, sent to the Watch's channel C. c remains the caller's, who stops the Watch before closing c.
//
// While a Watch waits nobody else may read, or write if that is waited for, and the deadlines of c are the Watch's: on
// some systems it sets them, and clears them before it gives the event.
func (p *Poller) Watch(c net.Conn, f func(*Watch, Event)) (*Watch, error) {
	sc, ok := c.(syscall.Conn)
	if !ok {
		return nil, ErrNotPollable
	}
	raw, err := sc.SyscallConn()
	if err != nil {
		return nil, err
	}
	return p.watch(target{raw: raw, conn: c}, f)
}

// WatchFD is Watch for a descriptor in non-blocking mode, which must remain open until Stop has returned.
func (p *Poller) WatchFD(fd int, f func(*Watch, Event)) (*Watch, error) {
	t, err := targetFD(fd)
	if err != nil {
		return nil, err
	}
	return p.watch(t, f)
}

func (p *Poller) watch(t target, f func(*Watch, Event)) (*Watch, error) {
	w := &Watch{p: p, f: f}
	w.target = t
	if f == nil {
		w.c = make(chan Event, 1)
		w.C = w.c
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		w.target.close()
		return nil, ErrPollerClosed
	}
	p.enter(w)
	return w, nil
}

// Close ends the Poller. Each Watch that is waiting is given Closed, soon after Close has returned; the connections stay
// open.
func (p *Poller) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return ErrPollerClosed
	}
	p.closed = true
	p.shut()
	return nil
}

// A Watch is one connection in a Poller. It is safe for concurrent use; its events come one at a time.
type Watch struct {
	// C receives the events of a Watch that has no function. It holds one; what comes before that is received is added to it.
	C <-chan Event

	p *Poller
	f func(*Watch, Event)
	c chan Event

	// What follows is guarded by p.mu.
	want     Event // what it waits for; 0: nothing
	always   bool
	stopped  bool
	deadline time.Time
	watchSystem
}

// Once waits for one event of want, Readable, Writable, HangUp or several, in place of what was waited for before.
func (w *Watch) Once(want Event) error { return w.await(want, false) }

// Always waits for events of want until Stop, Once or the end of the deadline: the function is called again and again while
// c is ready, so it is for one that reads what there is. A Watch with a channel has no Always.
func (w *Watch) Always(want Event) error {
	if w.f == nil {
		panic("netpoll: Watch.Always would fill a channel; give Poller.Watch a function, or call Once for each event")
	}
	return w.await(want, true)
}

func (w *Watch) await(want Event, always bool) error {
	if want == 0 || want&^(Readable|Writable|HangUp) != 0 {
		panic("netpoll: a Watch waits for Readable, Writable or HangUp, not for " + want.String())
	}
	return w.arm(func() bool {
		w.want, w.always = want, always
		return true
	})
}

// usable needs mu.
func (w *Watch) usable() error {
	switch {
	case w.stopped:
		return ErrStopped
	case w.p.closed:
		return ErrPollerClosed
	}
	return nil
}

// SetDeadline makes a Watch that waits past t end with Timeout, at most 200 ms late; it holds until it is set anew. Zero
// means no deadline.
func (w *Watch) SetDeadline(t time.Time) error {
	w.p.mu.Lock()
	defer w.p.mu.Unlock()
	if err := w.usable(); err != nil {
		return err
	}
	w.deadline = t
	w.schedule()
	return nil
}

// Stop ends the Watch and reports whether it was waiting. If it was not, its function may be running.
func (w *Watch) Stop() bool {
	waited := false
	w.detach(func() {
		waited = w.want != 0
		w.want, w.always, w.stopped = 0, false, true
	})
	return waited
}

// give is called without mu, when what w waited for was set to nothing.
func (w *Watch) give(ev Event) {
	if w.f != nil {
		var c call
		defer c.done()
		w.f(w, ev)
		c.returned = true
		return
	}
	for {
		select {
		case w.c <- ev:
			return
		case old := <-w.c: // not received yet
			ev |= old
		}
	}
}

// again puts an Always back after its event, unless its function has decided otherwise.
func (w *Watch) again(want, ev Event) {
	if ev&(Timeout|Closed) != 0 {
		return
	}
	w.arm(func() bool {
		if !w.always || w.want != 0 {
			return false
		}
		w.want = want
		return true
	})
}
