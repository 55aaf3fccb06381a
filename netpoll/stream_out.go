package netpoll

import (
	"errors"
	"time"
)

// errAgain is what a wire returns when it takes no more for now.
var errAgain = errors.New("netpoll: not now")

// sendNow needs mu, and nothing before p.
func (s *Stream) sendNow(p []byte) int {
	if s.blocked {
		return 0
	}
	n, err := s.wire.write(p)
	s.took(n, err)
	return n
}

// pump needs mu. It sends what the wire takes.
func (s *Stream) pump() {
	for !s.blocked && s.failure == nil && s.out.ready() {
		n, err := s.wire.flush(&s.out)
		s.out.sent(n)
		s.took(n, err)
	}
}

// took needs mu.
func (s *Stream) took(n int, err error) {
	switch {
	case err == nil:
	case errors.Is(err, errAgain):
		s.blocked, s.stuck, s.lag = true, time.Now(), s.wire.unsent()
		s.wire.changed()
		s.schedule()
	default:
		s.failed(err)
	}
}

// writable is the wire's: it takes more again.
func (s *Stream) writable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	s.blocked = false
	s.pump()
	if !s.blocked {
		s.wire.changed()
	}
	s.settle()
}

// congested needs mu.
func (s *Stream) congested() bool {
	return s.out.bytes > s.srv.HighWater || s.tasks >= s.srv.MaxTasks
}

// stalls needs mu: it is not to be read from.
func (s *Stream) stalls() bool {
	return s.out.bytes > s.srv.HighWater && !s.srv.Duplex || s.tasks >= s.srv.MaxTasks
}

// halted reports whether what OnData leaves unused will be given again without more coming, or never again.
func (s *Stream) halted() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.held || s.stalls() || s.closing || s.failure != nil
}

// roomy needs mu: whoever was refused may write again.
func (s *Stream) roomy() bool {
	return s.out.bytes == 0 || s.out.bytes <= s.srv.HighWater/2 && s.out.bytes+s.need <= s.srv.MaxQueue
}

// relieved needs mu: it may be read from again.
func (s *Stream) relieved() bool {
	return (s.roomy() || s.srv.Duplex) && s.tasks <= s.srv.MaxTasks/2
}

// resumable needs mu. Who waits for room does not wait for workers: one of those may be who waits.
func (s *Stream) resumable() bool {
	return !s.closing && (s.owed && s.roomy() || s.paused && s.relieved() || s.again && !s.held && !s.paused)
}

// reading needs mu.
func (s *Stream) reading() bool { return !s.paused && !s.held && !s.again && !s.eof }

// settle needs mu. It follows what was changed: reading stops when too much waits; what only the Stream's own goroutine may
// do is left to turn.
func (s *Stream) settle() {
	if s.ended {
		return
	}
	s.owed = s.owed || s.out.bytes > s.srv.HighWater
	if !s.paused && !s.closing && s.stalls() {
		s.paused = true
		s.wire.changed()
	}
	if !s.corked && s.hasTurn() {
		s.wire.kick()
	}
}

// hasTurn needs mu: is there something for turn to do?
func (s *Stream) hasTurn() bool {
	return s.failure != nil || s.sentAll() && !s.linger || s.linger && s.eof || s.resumable()
}

// sentAll needs mu.
func (s *Stream) sentAll() bool { return s.closing && s.out.empty() && s.tasks == 0 }

// schedule needs mu. The clock is moved only to look earlier: a later time is found when it looks.
func (s *Stream) schedule() {
	next := s.next()
	if s.ended || next.IsZero() || !s.at.IsZero() && !next.Before(s.at) {
		return
	}
	s.at = next
	s.srv.clock.set(s, next)
}

// next needs mu. It is when the first of the timeouts is over.
func (s *Stream) next() (at time.Time) {
	earlier := func(t time.Time) {
		if at.IsZero() || t.Before(at) {
			at = t
		}
	}
	if !s.deadline.IsZero() {
		earlier(s.deadline)
	}
	if s.srv.IdleTimeout > 0 && !s.closing {
		earlier(s.heard.Add(s.srv.IdleTimeout))
	}
	if s.blocked {
		earlier(s.stuck.Add(s.srv.WriteTimeout))
	}
	if s.closing {
		earlier(s.closed.Add(s.srv.CloseTimeout))
	}
	return at
}

// expire is the clock's.
func (s *Stream) expire() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.at = time.Time{}
	s.progress()
	if next := s.next(); next.IsZero() || time.Until(next) > 0 {
		s.schedule()
		return
	}
	if s.linger {
		s.eof = true // waited long enough for it
		s.settle()
		return
	}
	s.failed(ErrStreamTimeout)
}

// progress needs mu. It looks, where WriteTimeout would be over, whether the peer has taken something.
func (s *Stream) progress() {
	if !s.blocked || s.ended || time.Since(s.stuck) < s.srv.WriteTimeout {
		return
	}
	if n := s.wire.unsent(); n < s.lag {
		s.stuck, s.lag = time.Now(), n
	}
}
