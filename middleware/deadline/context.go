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
	before *http.Request // what the stack goes back to afterwards; its context is the parent

	mu    sync.Mutex
	at    time.Time
	watch *watch // nil while nobody asks and nothing is over
}

// watch is what somebody waits on, or how it ended. Its deadlined's mu guards it until err is set; it does not change then.
type watch struct {
	err   error
	done  chan struct{}   // closed when err is set
	timer *time.Timer     // runs while done is open
	leave func() bool     // ends the watch of the parent
	after map[*func()]any // what AfterFunc was given and has not run
}

// The ends of requests that nobody waited for. closed comes first: they hold it.
var (
	closed = func() chan struct{} {
		c := make(chan struct{})
		close(c)
		return c
	}()
	canceled = &watch{err: context.Canceled, done: closed}
	exceeded = &watch{err: context.DeadlineExceeded, done: closed}
)

type key struct{}

func (c *deadlined) parent() context.Context { return c.before.Context() }

func (c *deadlined) Deadline() (time.Time, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at, ok := c.parent().Deadline(); ok && at.Before(c.at) {
		return at, true
	}
	return c.at, true
}

func (c *deadlined) Value(k any) any {
	if k == (key{}) {
		return c
	}
	return c.parent().Value(k)
}

func (c *deadlined) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.check()
}

// ended, with mu held, is why it is over, nil as long as it is not.
func (c *deadlined) ended() error {
	if c.watch == nil {
		return nil
	}
	return c.watch.err
}

// check, with mu held, looks at the clock and at the parent.
func (c *deadlined) check() error {
	if err := c.ended(); err != nil {
		return err
	}
	return c.checkAt(!time.Now().Before(c.at))
}

// checkAt is check for who has looked at the clock: late says that the deadline has passed.
func (c *deadlined) checkAt(late bool) error {
	if c.ended() == nil {
		if err := c.parent().Err(); err != nil {
			c.end(err)
		} else if late {
			c.end(context.DeadlineExceeded)
		}
	}
	return c.ended()
}

// end, with mu held, sets err for ever and tells everybody.
func (c *deadlined) end(err error) {
	w := c.watch
	if w == nil {
		c.watch = over(err)
		return
	}
	if w.err != nil {
		return
	}
	w.err = err
	close(w.done)
	w.timer.Stop()
	w.leave()
	for f := range w.after {
		go (*f)()
	}
	w.after = nil
}

func over(err error) *watch {
	switch err {
	case context.Canceled:
		return canceled
	case context.DeadlineExceeded:
		return exceeded
	}
	return &watch{err: err, done: closed}
}

func (c *deadlined) Done() <-chan struct{} {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.watch == nil && c.check() == nil {
		c.watch = &watch{done: make(chan struct{}), timer: time.AfterFunc(time.Until(c.at), c.ring)}
		c.watch.leave = context.AfterFunc(c.parent(), func() { _ = c.Err() })
	}
	return c.watch.done
}

// ring is the timer's: the deadline may have been moved since it was set.
func (c *deadlined) ring() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.check() == nil {
		c.watch.timer.Reset(time.Until(c.at))
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
	w := c.watch
	if w.after == nil {
		w.after = map[*func()]any{}
	}
	w.after[&f] = nil
	return func() bool {
		c.mu.Lock()
		defer c.mu.Unlock()
		_, waiting := w.after[&f]
		delete(w.after, &f)
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
	if c.watch != nil {
		c.watch.timer.Reset(time.Until(at))
	}
	return true
}

// finish ends the context with its request, which began at start and took that long, and reports whether the deadline had passed.
func (c *deadlined) finish(start time.Time, took time.Duration) (late bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	late = c.checkAt(took >= c.at.Sub(start)) == context.DeadlineExceeded
	c.end(context.Canceled)
	return late
}
