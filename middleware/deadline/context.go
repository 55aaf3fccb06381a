package deadline

import (
	"context"
	"net/http"
	"sync"
	"time"
)

// deadlined is a request's context. Nobody waits for it in most requests, so its channel, its timer and its place among the
// parent's children are made when somebody asks for Done. It is safe for concurrent use, and never used for a second request.
type deadlined struct {
	parent context.Context
	before *http.Request // what the stack goes back to afterwards

	mu    sync.Mutex
	at    time.Time
	err   error           // once set, for ever
	done  chan struct{}   // closed when err is set; nil until somebody asks
	timer *time.Timer     // runs while done is open
	leave func() bool     // ends the watch of parent
	after map[*func()]any // what AfterFunc was given and has not run
}

type key struct{}

func (c *deadlined) Deadline() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.parent.Deadline(); ok && at.Before(c.at) {
		return at, true
	}
	return c.at, true
}

func (c *deadlined) Value(k any) any {
	if k == (key{}) {
		return c
	}
	return c.parent.Value(k)
}

func (c *deadlined) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.check()
}

// check, with mu held, looks at the clock and at the parent.
func (c *deadlined) check() error {
	if c.err == nil {
		if err := c.parent.Err(); err != nil {
			c.end(err)
		} else if !time.Now().Before(c.at) {
			c.end(context.DeadlineExceeded)
		}
	}
	return c.err
}

// end, with mu held, sets err for ever and tells everybody.
func (c *deadlined) end(err error) {
	if c.err != nil {
		return
	}
	c.err = err
	if c.done != nil {
		close(c.done)
	}
	if c.timer != nil {
		c.timer.Stop()
		c.leave()
	}
	for f := range c.after {
		go (*f)()
	}
	c.after = nil
}

// closed is Done of what was over before anybody asked.
var closed = func() chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}()

func (c *deadlined) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.done != nil {
		return c.done
	}
	if c.check() != nil {
		c.done = closed
		return c.done
	}
	c.done = make(chan struct{})
	c.timer = time.AfterFunc(time.Until(c.at), c.ring)
	c.leave = context.AfterFunc(c.parent, func() { _ = c.Err() })
	return c.done
}

// ring is the timer's: the deadline may have been moved since it was set.
func (c *deadlined) ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.check() == nil {
		c.timer.Reset(time.Until(c.at))
	}
}

// AfterFunc is what package context looks for in a parent it does not know: without it each child costs a goroutine.
func (c *deadlined) AfterFunc(f func()) (stop func() bool) {
	c.Done()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.check() != nil {
		go f()
		return func() bool { return false }
	}
	if c.after == nil {
		c.after = map[*func()]any{}
	}
	c.after[&f] = nil
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := c.after[&f]
		delete(c.after, &f)
		return waiting
	}
}

// move sets another deadline, unless it is all over.
func (c *deadlined) move(at time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.check() != nil {
		return false
	}
	c.at = at
	if c.timer != nil {
		c.timer.Reset(time.Until(at))
	}
	return true
}

// finish ends the context with its request, and reports whether the deadline had passed by then.
func (c *deadlined) finish() (late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	late = c.check() == context.DeadlineExceeded
	c.end(context.Canceled)
	return late
}
