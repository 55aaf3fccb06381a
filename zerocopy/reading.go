package zerocopy

import (
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// A reading is the side of a core that reads from its socket. net/http sets a
// read deadline six times for each request, in four of them to none although there
// is none, and in one to a time long ago, to call back a read that has not begun.
// The socket is not told of those. It is safe for concurrent use.
type reading struct {
	// busy is held by a Read to its end: who gets it knows that no Read is there to
	// meet a deadline.
	busy  sync.Mutex
	late  atomic.Bool // a deadline long ago is set, and the socket was not told
	error error       // of a Read after its deadline, made once; guarded by busy

	mu  sync.Mutex  // held while a deadline is passed on, and by who changes late or set
	set atomic.Bool // the socket has a read deadline
}

// longAgo is before every time that has to be compared with the clock's.
var longAgo = time.Unix(1e9, 0)

func (c *core) Read(p []byte) (int, error) {
	// net/http watches for the client's leaving by a read of one byte while the
	// handler runs. Nobody waits for that one, so it does not cost the header
	// its company. Any other read may wait for what the peer says to the header.
	if len(p) > 1 {
		c.release()
	}
	if !c.direct {
		return c.nc.Read(p)
	}
	if in := inletOf(p); in != nil {
		c.show()
		return in.read(c, p)
	}
	c.in.busy.Lock()
	defer c.in.busy.Unlock()
	if c.in.late.Load() {
		return 0, c.timeout()
	}
	return c.receive(p)
}

// timeout is the error package net has for a Read after its deadline. The caller
// holds busy.
func (c *core) timeout() error {
	if c.in.error == nil {
		c.in.error = opError("read", "read", c.nc, os.ErrDeadlineExceeded)
	}
	return c.in.error
}

func (c *core) SetReadDeadline(t time.Time) error {
	c.release()
	if t.IsZero() && !c.in.late.Load() && !c.in.set.Load() && !c.shown.Load() {
		return nil // none, as before; one that is being set by another goroutine comes after
	}
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	if !c.shown.Load() && !c.in.set.Load() {
		if t.IsZero() {
			c.in.late.Store(false)
			return nil
		}
		if t.Before(longAgo) && c.in.busy.TryLock() {
			c.in.late.Store(true)
			c.in.busy.Unlock()
			return nil
		}
	}
	return c.passDeadline(t, c.nc.SetReadDeadline)
}

func (c *core) SetDeadline(t time.Time) error {
	c.release()
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	return c.passDeadline(t, func(t time.Time) error { return c.pace.set(t, c.nc.SetDeadline, false) })
}

// passDeadline tells the socket. A Read that begins meanwhile finds the socket's
// old deadline, or none, and meets the new one where it waits. The caller holds
// in.mu.
func (c *core) passDeadline(t time.Time, set func(time.Time) error) error {
	c.in.late.Store(false)
	c.in.set.Store(!t.IsZero())
	return set(t)
}

func (c *core) SetWriteDeadline(t time.Time) error {
	c.release()
	if t.Equal(aborted) {
		c.fail(errAborted)
	}
	return c.pace.set(t, c.nc.SetWriteDeadline, !c.shown.Load())
}

// show is called before others get at the socket in ways that are not seen here:
// it is told of the deadline it has, and from now on of all.
func (c *core) show() {
	if c.shown.Load() {
		return
	}
	c.in.mu.Lock()
	defer c.in.mu.Unlock()
	if c.in.late.Load() {
		c.passDeadline(time.Unix(1, 0), c.nc.SetReadDeadline)
	}
	c.shown.Store(true)
}
