package wire

import (
	"errors"
	"io"
	"net/http"
	"sync"
)

// maxTee is how much of a body that cannot be had again is kept, in case its
// connection turns out to have been closed.
const maxTee = 64 << 10

// source is a request that net/http writes.
type source struct {
	req *http.Request // as it is to be written
	*Body
}

func newSource(req *http.Request, o *Outgoing) *source {
	s := &source{Body: NewBody(req)}
	body := req.Body
	if body != nil && body != http.NoBody {
		body = s
	}
	s.req = o.forNetHTTP(body)
	return s
}

// Body is a request's body that may have to be sent again. Read runs in the
// writing goroutine, the rest in the request's, which may not wait for it.
type Body struct {
	getBody func() (io.ReadCloser, error)

	mu     sync.Mutex
	body   io.ReadCloser // guarded by mu: the caller's
	tee    bool          // guarded by mu: all that was read is in kept
	kept   []byte        // guarded by mu
	again  []byte        // guarded by mu: of kept, still to be sent again
	read   bool          // guarded by mu: something was read
	over   bool          // guarded by mu: nobody will send it again
	runs   bool          // guarded by mu: a writer has it, and closes it
	ended  bool          // guarded by mu: that writer is through and left it open
	closed bool          // guarded by mu
	left   chan struct{} // guarded by mu: not nil if somebody waits for the writer's Close
	err    error         // guarded by mu: the body's own, or what is wrong with the request
}

// NewBody is the body of req.
func NewBody(req *http.Request) *Body { return &Body{getBody: req.GetBody, body: req.Body} }

// Tee makes a streamed body repeatable as far as it is short. Only a
// connection that has been idle is worth it.
func (o *Outgoing) Tee() {
	if o.stream != nil {
		o.stream.Tee()
	}
}

// Tee makes it repeatable as far as it is short, unless it is anyway.
func (s *Body) Tee() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.getBody == nil {
		s.tee = s.tee || !s.read
	}
}

// Read implements [io.Reader] for the writing goroutine.
func (s *Body) Read(p []byte) (int, error) {
	s.mu.Lock()
	if len(s.again) > 0 {
		n := copy(p, s.again)
		s.again = s.again[n:]
		s.mu.Unlock()
		return n, nil
	}
	body := s.body
	s.read = true
	s.mu.Unlock()
	n, err := body.Read(p) // without the lock: it may wait
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.tee {
		s.keep(p[:n])
	}
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

func (s *Body) keep(p []byte) {
	if s.tee = len(s.kept)+len(p) <= maxTee; !s.tee {
		s.kept = nil
		return
	}
	s.kept = append(s.kept, p...)
}

// Close is called by net/http when it has written, or failed to. A body that
// may be wanted again stays open.
func (s *Body) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.left != nil {
		close(s.left)
		s.left = nil
	}
	if s.ended = s.tee && !s.over; s.ended {
		return nil
	}
	return s.shut()
}

// shut is called with mu held.
func (s *Body) shut() error {
	if s.closed || s.body == nil {
		return nil
	}
	s.closed = true
	return s.body.Close()
}

// fail keeps the first error.
func (s *Body) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.err = err
	}
}

func (s *Body) failure() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Started is called before the writing goroutine has it.
func (s *Body) Started() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs = true
}

// Wait waits until its writer has closed it.
func (s *Body) Wait(stop <-chan struct{}) bool {
	s.mu.Lock()
	if !s.runs || s.ended || s.closed {
		s.mu.Unlock()
		return true
	}
	if s.left == nil {
		s.left = make(chan struct{})
	}
	left := s.left
	s.mu.Unlock()
	select {
	case <-left:
		return true
	case <-stop:
		return false
	}
}

// Settle says that the body will not be sent again. A writer that is still at
// it closes it when its own Read returns.
func (s *Body) Settle() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over, s.tee, s.kept = true, false, nil
	if s.ended || !s.runs {
		_ = s.shut()
	}
}

var errCannotRewind = errors.New("the body cannot be sent again")

// Rewind makes the request ready to be sent once more; its writer has ended.
func (o *Outgoing) Rewind() error {
	if o.stream == nil {
		return nil
	}
	return o.stream.Rewind()
}

// Rewind is for a body whose writer has ended.
func (s *Body) Rewind() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.runs, s.ended = false, false
	switch {
	case s.body == nil || s.body == http.NoBody || !s.read && !s.closed:
		return nil
	case s.getBody != nil:
		_ = s.shut()
		body, err := s.getBody()
		if err != nil {
			return err
		}
		s.body, s.closed, s.read = body, false, false
		return nil
	case s.tee:
		s.again = s.kept
		return nil
	}
	return errCannotRewind
}
