package deadline

import (
	"context"
	"net/http"
	"sync/atomic"
	"time"
)

// deadlined is a request's context. Nobody waits for it in most requests, so its channel, its timer and its place among the
// parent's children are made when somebody asks for Done. It is safe for concurrent use, and never used for a second request.
type deadlined struct {
	before  *http.Request // what the stack goes back to afterwards; its context is the parent
	start   time.Time     // the request's
	timeout time.Duration // from there to the deadline, as long as state does not say otherwise
	// state is nil while nobody waits, nothing is over and the deadline is where it was. It is set once.
	state atomic.Pointer[state]
}

type key struct{}

// first is the deadline that the request began with.
func (c *deadlined) first() time.Time { return c.start.Add(c.timeout) }

func (c *deadlined) parent() context.Context { return c.before.Context() }

func (c *deadlined) Deadline() (time.Time, bool) {
	own := c.first()
	if s := c.state.Load(); s != nil && s.of != nil {
		own = s.deadline()
	}
	if at, ok := c.parent().Deadline(); ok && at.Before(own) {
		return at, true
	}
	return own, true
}

func (c *deadlined) Value(k any) any {
	if k == (key{}) {
		return c
	}
	return c.parent().Value(k)
}

func (c *deadlined) Err() error {
	s := c.state.Load()
	if s == nil {
		err := c.due(!time.Now().Before(c.first()))
		if err == nil || c.state.CompareAndSwap(nil, over(err)) {
			return err
		}
		s = c.state.Load()
	}
	return s.check()
}

// due is why c is over by now, nil if it is not, for who has looked at the clock: late says that the deadline has passed.
func (c *deadlined) due(late bool) error {
	if err := c.parent().Err(); err != nil || !late {
		return err
	}
	return context.DeadlineExceeded
}

// open returns c's state, and makes one if there is none.
func (c *deadlined) open() *state {
	if s := c.state.Load(); s != nil {
		return s
	}
	s := &state{of: c, at: c.first()}
	if c.state.CompareAndSwap(nil, s) {
		return s
	}
	return c.state.Load()
}

func (c *deadlined) Done() <-chan struct{} { return c.open().wait() }

// AfterFunc is what package context looks for in a parent it does not know: without it each child costs a goroutine.
func (c *deadlined) AfterFunc(f func()) (stop func() bool) {
	return c.open().afterwards(f)
}

// move sets another deadline, unless it is all over.
func (c *deadlined) move(at time.Time) bool { return c.open().move(at) }

// finish ends the context with its request, which took that long, and reports whether the deadline had passed.
func (c *deadlined) finish(took time.Duration) (late bool) {
	s := c.state.Load()
	if s == nil {
		err := c.due(took >= c.timeout)
		end := canceled
		if err != nil {
			end = over(err)
		}
		if c.state.CompareAndSwap(nil, end) {
			return err == context.DeadlineExceeded
		}
		s = c.state.Load()
	}
	return s.finish(took)
}
