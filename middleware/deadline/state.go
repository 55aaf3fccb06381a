package deadline

import (
	"context"
	"sync"
	"time"
)

// state is what somebody waits on, or how it ended. It is safe for concurrent use.
type state struct {
	of *deadlined // nil if it ended while nobody waited; nothing changes then

	mu    sync.Mutex // guards what follows
	at    time.Time  // the deadline
	err   error
	done  chan struct{}   // closed when err is set; nil while nobody asks
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
	canceled = &state{err: context.Canceled, done: closed}
	exceeded = &state{err: context.DeadlineExceeded, done: closed}
)

func over(err error) *state {
	switch err {
	case context.Canceled:
		return canceled
	case context.DeadlineExceeded:
		return exceeded
	}
	return &state{err: err, done: closed}
}

func (s *state) deadline() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.at
}

func (s *state) check() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.checkNow()
}

// checkNow, with mu held, looks at the clock and at the parent.
func (s *state) checkNow() error {
	if s.err != nil {
		return s.err
	}
	return s.checkAt(!time.Now().Before(s.at))
}

// checkAt is checkNow for who has looked at the clock: late says that the deadline has passed.
func (s *state) checkAt(late bool) error {
	if s.err == nil {
		s.end(s.of.due(late))
	}
	return s.err
}

// end, with mu held, sets err for ever and tells everybody.
func (s *state) end(err error) {
	if s.err != nil || err == nil {
		return
	}
	s.err = err
	if s.done == nil {
		s.done = closed
		return
	}
	close(s.done)
	s.timer.Stop()
	s.leave()
	for f := range s.after {
		go (*f)()
	}
	s.after = nil
}

// wait returns the channel that is closed at the end.
func (s *state) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checkNow() == nil && s.done == nil {
		s.done, s.timer = make(chan struct{}), time.AfterFunc(time.Until(s.at), s.ring)
		s.leave = context.AfterFunc(s.of.parent(), func() { s.check() })
	}
	return s.done
}

// ring is the timer's: the deadline may have been moved since it was set.
func (s *state) ring() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checkNow() == nil {
		s.timer.Reset(time.Until(s.at))
	}
}

// afterwards calls f in a goroutine of its own when it is over.
func (s *state) afterwards(f func()) (stop func() bool) {
	s.wait()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		go f()
		return func() bool { return false }
	}
	if s.after == nil {
		s.after = map[*func()]any{}
	}
	s.after[&f] = nil
	return func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		_, waiting := s.after[&f]
		delete(s.after, &f)
		return waiting
	}
}

func (s *state) move(at time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.checkNow() != nil {
		return false
	}
	s.at = at
	if s.timer != nil {
		s.timer.Reset(time.Until(at))
	}
	return true
}

func (s *state) finish(took time.Duration) (late bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	late = s.checkAt(s.err == nil && took >= s.at.Sub(s.of.start)) == context.DeadlineExceeded
	s.end(context.Canceled)
	return late
}
