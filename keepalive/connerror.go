package keepalive

import (
	"fmt"
	"strings"
	"time"

	"github.com/hotpath-go/hotpath/keepalive/internal/wire"
)

// Evidence is a plain value, safe to copy: what is known of a request that got
// no answer.
type Evidence uint8

const (
	// Unknown: the peer may have acted on it.
	Unknown = Evidence(wire.Unknown)
	// Unsent: nothing of it was sent.
	Unsent = Evidence(wire.Unsent)
	// Unseen: the peer had closed before a byte of it arrived.
	Unseen = Evidence(wire.Unseen)
)

// String says it in words.
func (e Evidence) String() string { return wire.Verdict(e).String() }

// ConnError is safe for concurrent use. It is a request that failed because of
// its connection and was not, or not successfully, repeated, and says all that
// is known.
type ConnError struct {
	Addr     string        // the peer
	Age      time.Duration // of the connection
	Idle     time.Duration // before this request; zero for a connection's first
	Requests int           // on the connection, this one included
	Sent     uint64        // bytes of the request given to the kernel; zero also for net/http's connections
	Seen     Evidence
	Err      error // the last read's or write's error

	body error // why the request could not be repeated though that was safe
}

// Error implements error.
func (e *ConnError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "keepalive: %s: request %d on a connection %v old", e.Addr, e.Requests, e.Age.Round(time.Millisecond))
	if e.Idle > 0 {
		fmt.Fprintf(&b, ", idle for %v", e.Idle.Round(time.Millisecond))
	}
	fmt.Fprintf(&b, ": %v", e.Err)
	if e.Sent > 0 {
		fmt.Fprintf(&b, "; %d bytes sent", e.Sent)
	}
	fmt.Fprintf(&b, "; %v", e.Seen)
	if e.body != nil {
		fmt.Fprintf(&b, "; %v", e.body)
	}
	return b.String()
}

// Unwrap returns the last read's or write's error.
func (e *ConnError) Unwrap() error { return e.Err }

// Timeout reports whether that error was a timeout.
func (e *ConnError) Timeout() bool {
	t, ok := e.Err.(interface{ Timeout() bool })
	return ok && t.Timeout()
}

// Temporary is Timeout, for package net's old interface.
func (e *ConnError) Temporary() bool { return e.Timeout() }
