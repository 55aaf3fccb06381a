package keepalive

import (
	"errors"
	"io"
	"net"
	"os"
	"sync/atomic"
	"time"
)

// What a policyConn remembers. Each bit is a fact by itself, so plain atomics
// do; whoever reads or writes sets it, whoever closes looks at it.
const (
	lateRead  = 1 << iota // nothing came until the read deadline; the next byte clears it
	lateWrite             // the client did not take what was written in time
	looked                // a look beyond the deadline found bytes; the next Read in time clears it
	aborted               // the read deadline is one that interrupts
	halved                // CloseWrite was called: net/http's sign that the client is still sending
	owned                 // SetLinger was called: how this ends is decided
)

// policyConn keeps every method of *net.TCPConn (ReadFrom, SyscallConn, …).
type policyConn struct {
	*net.TCPConn
	policy *Policy
	life   *connLife // nil without limits; never written after Accept
	state  atomic.Uint32
}

// NetConn returns the connection that was accepted.
func (c *policyConn) NetConn() net.Conn { return c.TCPConn }

// Read reads, and at a deadline looks once more: package net answers at once
// when the deadline has passed, even if bytes have come. Only the first look
// after a deadline may find some, so that no client lives on by trickling.
func (c *policyConn) Read(b []byte) (int, error) {
	n, err := c.TCPConn.Read(b)
	if err == nil {
		if c.state.Load()&(lateRead|looked) != 0 {
			c.state.And(^uint32(lateRead | looked))
		}
		return n, nil
	}
	if errors.Is(err, os.ErrDeadlineExceeded) && c.look(b, &n) {
		return n, nil
	}
	return n, err
}

func (c *policyConn) look(b []byte, n *int) bool {
	state := c.state.Load()
	// One byte is what net/http reads in the background of a handler.
	if state&aborted != 0 || len(b) <= 1 {
		return false
	}
	if state&looked == 0 {
		if *n = readNow(c.TCPConn, b); *n > 0 {
			c.state.Or(looked)
			return true
		}
	}
	c.state.Or(lateRead)
	return false
}

// Write notes a client that does not read.
func (c *policyConn) Write(b []byte) (int, error) {
	n, err := c.TCPConn.Write(b)
	return n, c.wrote(err)
}

// ReadFrom is Write for io.Copy: package net may use sendfile or splice.
func (c *policyConn) ReadFrom(r io.Reader) (int64, error) {
	n, err := c.TCPConn.ReadFrom(r)
	return n, c.wrote(err)
}

func (c *policyConn) wrote(err error) error {
	if err != nil && errors.Is(err, os.ErrDeadlineExceeded) {
		c.state.Or(lateWrite)
	}
	return err
}

// SetDeadline sets both deadlines.
func (c *policyConn) SetDeadline(t time.Time) error {
	c.interrupts(t)
	return c.TCPConn.SetDeadline(t)
}

// SetReadDeadline sets the deadline of Read.
func (c *policyConn) SetReadDeadline(t time.Time) error {
	c.interrupts(t)
	return c.TCPConn.SetReadDeadline(t)
}

// interrupts tells a deadline from an interruption, for which net/http and
// others set one in the distant past. Nobody may look beyond that.
func (c *policyConn) interrupts(t time.Time) {
	const year2001 = 1_000_000_000
	past := !t.IsZero() && t.Unix() < year2001
	switch state := c.state.Load(); {
	case past && state&aborted == 0:
		c.state.Or(aborted)
	case !past && state&aborted != 0:
		c.state.And(^uint32(aborted))
	}
}

// CloseWrite ends the answers; requests may still come.
func (c *policyConn) CloseWrite() error {
	c.state.Or(halved)
	return c.TCPConn.CloseWrite()
}

// SetLinger is the owner's word on how Close ends the connection.
func (c *policyConn) SetLinger(sec int) error {
	c.state.Or(owned)
	return c.TCPConn.SetLinger(sec)
}

// Close ends the connection in the way that fits how it went.
func (c *policyConn) Close() error {
	state := c.state.Load()
	late := state & (lateRead | lateWrite)
	switch {
	case state&owned != 0:
	case late != 0 && c.policy.ResetTimedOut && (late&lateWrite != 0 || acknowledged(c.TCPConn)):
		_ = c.TCPConn.SetLinger(0)
	case late == 0 || late == lateRead && state&halved != 0: // an idle close must not linger: see linger
		if d := orDefault(c.policy.Linger, defaultLinger); d > 0 && linger(c.TCPConn, d, state&halved != 0) {
			return nil
		}
	}
	return c.TCPConn.Close()
}
