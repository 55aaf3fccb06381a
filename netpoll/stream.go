package netpoll

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"sync"
	"time"
)

var (
	// ErrStreamClosed is what a Stream that is closed, or about to be, returns.
	ErrStreamClosed = fmt.Errorf("netpoll: stream %w", net.ErrClosed)
	// ErrQueueFull is what Write returns at Server.MaxQueue and Go at Server.MaxTasks; nothing was taken.
	ErrQueueFull = errors.New("netpoll: the stream's queue is full")
	// ErrStreamTimeout is what OnClose is given when a timeout or deadline has ended the Stream. It is
	// os.ErrDeadlineExceeded.
	ErrStreamTimeout = fmt.Errorf("netpoll: stream: %w", os.ErrDeadlineExceeded)
)

// PanicError is what OnClose is given when one of the Server's functions, or what was given to Stream.Go, has panicked, and
// what Options.HandshakeError is given when a function of the tls.Config has. It is safe for concurrent use: nobody changes
// it after it was made.
type PanicError struct {
	Value any
	Stack []byte
}

func (e *PanicError) Error() string { return fmt.Sprint("netpoll: panic: ", e.Value) }

// A Stream is one connection of a Server. Its methods are safe for concurrent use, also from the Server's functions; Data
// belongs to those functions.
type Stream struct {
	// Data is the program's own.
	Data any

	srv  *Server
	wire wire
	rest []byte // what OnData has not used; belongs to the goroutine that calls the functions

	mu       sync.Mutex // guards all below; due is the clock's
	out      outbox
	tasks    int   // of Go
	corked   bool  // a function runs: what it writes leaves together when it returns
	blocked  bool  // the wire takes no more for now
	paused   bool  // not read from, for what waits to be sent
	held     bool  // nor by the program's wish
	again    bool  // rest is to be given once more, before anything is read
	owed     bool  // OnWritable is to be called
	need     int   // and there is to be room for so much, which was refused
	eof      bool  // the peer sends no more
	closing  bool  // no more is taken from the program; once all is sent it ends with reason
	hasty    bool  // closing for an error: the peer's end is not awaited
	linger   bool  // all is sent; the peer's end is awaited
	ended    bool  // the wire is gone
	reason   error // for OnClose, of a Stream that is closing
	failure  error // ends the Stream as soon as its goroutine sees it
	heard    time.Time
	stuck    time.Time // since when blocked, or the last progress
	lag      int       // what the wire had unsent then
	closed   time.Time // since when closing
	deadline time.Time
	at       time.Time // when the clock will look
	due      timer[Stream]
}

// wire is how a Stream's bytes move: a descriptor in a loop, or a net.Conn with goroutines of its own. All but kick and
// remoteAddr need the Stream's mu.
type wire interface {
	write(p []byte) (int, error)  // what can be sent without waiting
	flush(o *outbox) (int, error) // the same of what waits in o, which forgets nothing
	unsent() int                  // of what it has taken: less than before is progress. 0 where it tells of all progress
	changed()                     // reading() or blocked has another value
	shutWrite()
	kick() // calls Stream.turn soon, where the functions are called
	close()
	localAddr() net.Addr
	remoteAddr() net.Addr
}

// Write queues a copy of p, or sends it. It never waits: at Server.MaxQueue it takes nothing and returns ErrQueueFull. That
// p was taken does not mean that the peer will get it.
func (s *Stream) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.failure != nil || s.ended {
		return 0, ErrStreamClosed
	}
	if s.out.bytes > 0 && s.out.bytes+len(p) > s.srv.MaxQueue {
		s.owed, s.need = true, max(s.need, len(p))
		s.settle()
		return 0, ErrQueueFull
	}
	n := 0
	if !s.corked && s.out.empty() {
		n = s.sendNow(p)
	}
	if n < len(p) {
		s.out.write(p[n:])
	}
	if !s.corked || s.out.bytes >= s.srv.HighWater {
		s.pump()
	}
	s.settle()
	return len(p), nil
}

// Go runs f on one of the Server's workers. What it returns, which it must not use any more, is sent in the place of this
// call among the writes: what is written after it waits for it.
func (s *Stream) Go(f func() []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing || s.failure != nil || s.ended:
		return ErrStreamClosed
	case s.tasks >= s.srv.MaxTasks:
		return ErrQueueFull
	}
	s.tasks++
	place := s.out.reserve()
	s.settle()
	s.srv.workers.submit(func() { s.run(f, place) })
	return nil
}

// run is a worker's.
func (s *Stream) run(f func() []byte, place *chunk) {
	var b []byte
	err := guard(func() { b = f() })
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tasks--
	if s.ended {
		return
	}
	if err != nil {
		s.failed(err)
		return
	}
	s.out.fill(place, b)
	if !s.corked {
		s.pump()
	}
	s.settle()
}

// Congested reports whether so much waits to be sent, or to be finished by workers, that the Stream is not read from.
// OnData should then return what it has not looked at as unused; it is given that again when there is room.
func (s *Stream) Congested() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.congested()
}

// Pause stops reading from the Stream until Resume, so that the kernel slows its peer down. After it has returned OnData is
// called no more, but for a call under way. The peer's end is not seen meanwhile; the timeouts go on.
//
// A relay pauses one Stream when the other is Congested, and resumes it from that one's OnWritable. That may have come
// just before the Pause, so look once more: if !other.Congested() { s.Resume() }.
func (s *Stream) Pause() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.held && !s.linger && !s.ended {
		s.held = true
		s.wire.changed()
	}
}

// Resume ends a Pause. What OnData has left unused is given to it again first.
func (s *Stream) Resume() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.held && !s.ended {
		s.held, s.again = false, true
		s.settle()
	}
}

// SetDeadline ends the Stream at t, at most 200 ms late. Zero means no deadline but the Server's timeouts.
func (s *Stream) SetDeadline(t time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.deadline = t
	s.schedule()
}

// Close takes no more writes, sends what waits, and ends the Stream when the peer has seen it, or after
// Server.CloseTimeout. OnData is not called any more.
func (s *Stream) Close() error {
	if !s.shut(nil) {
		return ErrStreamClosed
	}
	return nil
}

// Abort ends the Stream at once; err is for OnClose.
func (s *Stream) Abort(err error) {
	if err == nil {
		err = ErrStreamClosed
	}
	s.fail(err)
}

// LocalAddr is the Server's end, nil once the Stream has ended.
func (s *Stream) LocalAddr() net.Addr {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return nil
	}
	return s.wire.localAddr()
}

// RemoteAddr is the peer's end.
func (s *Stream) RemoteAddr() net.Addr { return s.wire.remoteAddr() }

func (s *Stream) shut(reason error) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing || s.ended {
		return false
	}
	s.close(reason)
	return true
}

// close needs mu.
func (s *Stream) close(reason error) {
	s.closing, s.reason, s.closed = true, reason, time.Now()
	s.wire.changed()
	s.schedule()
	s.settle()
}

func (s *Stream) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed(err)
}

// failed needs mu. The first reason stays.
func (s *Stream) failed(err error) {
	if s.failure == nil && !s.ended {
		s.failure = err
		s.settle()
	}
}

// errPeer is io.EOF, or says that something was cut off.
func (s *Stream) errPeer() error {
	if len(s.rest) > 0 {
		return io.ErrUnexpectedEOF
	}
	return io.EOF
}
