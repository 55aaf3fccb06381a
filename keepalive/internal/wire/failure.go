package wire

import (
	"errors"
	"time"
)

// Verdict is what is known of a request without an answer.
type Verdict uint8

const (
	// Unknown: the peer may have acted on the request.
	Unknown Verdict = iota
	// Unsent: not one byte of it was handed to the kernel.
	Unsent
	// Unseen: the peer ended its side before a byte of it had arrived there.
	Unseen
)

func (v Verdict) String() string {
	switch v {
	case Unsent:
		return "nothing of the request was sent"
	case Unseen:
		return "the peer had closed before a byte of the request arrived"
	}
	return "the peer may have seen the request"
}

// Failure is a request that got no answer because of its connection.
type Failure struct {
	Err      error
	Seen     Verdict
	Sent     uint64        // bytes of the request given to the kernel
	Answered bool          // some bytes of an answer came
	Ago      time.Duration // since the peer's FIN, for a connection found closed; negative if unknown
	c        *Conn
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Closed reports a connection that was found closed or spoken on before use.
func (f *Failure) Closed() bool {
	return errors.Is(f.Err, errClosedBefore) || errors.Is(f.Err, errUnsolicited)
}

// verdict is asked while the descriptor is open.
//
// A FIN carries the number of bytes its sender's TCP had received when it was
// sent. If that covers no byte of this request, the peer had ended its side
// before it could know of the request. A reset proves nothing: a peer that
// reads the request and resets before its delayed ACK leaves the same trace.
func (c *Conn) verdict() Verdict {
	switch {
	case c.got:
		return Unknown
	case c.sent.Load() == c.start:
		return Unsent
	case c.unseen():
		return Unseen
	}
	return Unknown
}

// Wait waits until the request's body is not being read any more, so that it
// can be sent again.
func (f *Failure) Wait(stop <-chan struct{}) bool {
	if f.c.writing == nil {
		return true
	}
	select {
	case <-f.c.writing:
		return true
	case <-stop:
		return false
	}
}
