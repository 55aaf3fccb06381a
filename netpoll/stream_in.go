package netpoll

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// What follows runs where the Server's functions are called, one at a time for each Stream: in its loop, or under its turn.

// guard turns a panic into an error.
func guard(f func()) (err error) {
	returned := false
	defer func() {
		if v := recover(); v != nil {
			err = &PanicError{Value: v, Stack: debug.Stack()}
		} else if !returned {
			panic(goexit)
		}
	}()
	f()
	returned = true
	return nil
}

func isPanic(err error) bool {
	var thrown *PanicError
	return errors.As(err, &thrown)
}

func (s *Stream) cork() {
	s.mu.Lock()
	s.corked = true
	s.mu.Unlock()
}

// uncork sends what was written, and reports whether turn has something to do.
func (s *Stream) uncork(err error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case err == nil:
	case isPanic(err):
		s.failed(err)
	case !s.closing: // what was written answers what came before it
		s.hasty = true
		s.close(err)
	}
	s.pump()
	s.settle() // corked still: turn is up to the caller
	s.corked = false
	return s.hasTurn()
}

// call runs one of the Server's functions.
func (s *Stream) call(f func(*Stream)) {
	if f != nil {
		s.cork()
		s.uncork(guard(func() { f(s) }))
	}
}

// opened is the first turn.
func (s *Stream) opened() {
	s.mu.Lock()
	s.heard = time.Now()
	s.schedule()
	s.mu.Unlock()
	s.call(s.srv.OnOpen)
	s.turn()
}

// received takes what has come; p is the wire's again afterwards.
func (s *Stream) received(p []byte, now time.Time) {
	s.mu.Lock()
	s.heard = now
	deaf, held := s.closing || s.failure != nil, s.held
	s.corked = true
	s.mu.Unlock()
	if !deaf && (held || len(s.rest) > 0) {
		s.rest = append(s.rest, p...)
		p = s.rest
	}
	if deaf || held {
		if s.uncork(nil) {
			s.turn()
		}
		return
	}
	if s.deliver(p) {
		s.turn()
	}
}

// deliver needs cork; it uncorks and reports whether turn has something to do.
func (s *Stream) deliver(p []byte) bool {
	var used int
	var err error
	if thrown := guard(func() { used, err = s.srv.OnData(s, p) }); thrown != nil {
		err = thrown
	}
	if used < 0 || used > len(p) {
		used, err = len(p), fmt.Errorf("netpoll: OnData has used %d of %d bytes", used, len(p))
	}
	s.keep(p[used:])
	if err == nil && len(s.rest) > s.srv.MaxRest && !s.halted() {
		err = ErrFrameTooLong
	}
	return s.uncork(err)
}

// keep copies what was not used. Nothing is held for a Stream whose data was all used.
func (s *Stream) keep(p []byte) {
	switch {
	case len(p) == 0:
		s.rest = nil
	case len(s.rest) > 0: // p is its end
		s.rest = s.rest[:copy(s.rest, p)]
	default:
		s.rest = append([]byte(nil), p...)
	}
}

// ending takes the peer's end.
func (s *Stream) ending() {
	s.mu.Lock()
	s.eof = true
	s.wire.changed()
	if !s.closing {
		s.close(s.errPeer())
	}
	s.mu.Unlock()
	s.turn()
}

// turn does what is left to the Stream's own goroutine.
func (s *Stream) turn() {
	for s.step() {
	}
}

func (s *Stream) step() (more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
	case s.failure != nil:
		s.end(s.failure)
	case s.sentAll() && (s.eof || s.hasty):
		s.end(s.reason)
	case s.sentAll() && !s.linger:
		// Closing now would reset the connection if something unread has come, and what was sent might be lost to the
		// peer: its end is awaited first.
		s.linger, s.paused, s.held, s.again = true, false, false, false
		s.rest = nil
		s.wire.shutWrite()
		s.wire.changed()
	case s.resumable():
		s.resume()
		return true
	}
	return false
}

// resume needs mu and gives it up for the functions.
func (s *Stream) resume() {
	reads := s.paused && s.relieved()
	room := reads || s.owed && s.roomy()
	s.paused, s.again = s.paused && !reads, s.again || reads
	if room {
		s.owed, s.need = false, 0
		s.unlocked(func() { s.call(s.srv.OnWritable) })
	}
	if s.again && !s.held {
		s.again = false
		s.unlocked(func() {
			if len(s.rest) > 0 {
				s.cork()
				s.deliver(s.rest)
			}
		})
	}
	s.wire.changed()
}

// unlocked needs mu and gives it up for f. It has it again also when f panics: its callers' deferred Unlock must not say more.
func (s *Stream) unlocked(f func()) {
	s.mu.Unlock()
	defer s.mu.Lock()
	f()
}

// end needs mu and gives it up for OnClose.
func (s *Stream) end(err error) {
	s.ended = true
	s.out.clear()
	s.rest = nil
	s.srv.clock.set(s, time.Time{})
	s.wire.close()
	s.unlocked(func() {
		if s.srv.OnClose != nil {
			var c call
			defer c.done()
			s.srv.OnClose(s, err)
			c.returned = true
		}
		s.srv.leave(s)
	})
}
