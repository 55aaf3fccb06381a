// Package wire is one HTTP/1.1 client connection without TLS, driven by the
// goroutine of its request. Its answers are parsed by net/http
// ([http.ReadResponse]) and its streamed requests written by net/http
// ([http.Request.Write]); what is its own is who does it and when: no goroutine
// and no buffer belong to a connection that is idle, and the read that would
// find nothing after the request was written is done in front of it, where it
// tells whether the peer has closed or spoken out of turn.
package wire

import (
	"bufio"
	"context"
	"math"
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// Config is shared by all connections of a client and not changed.
type Config struct {
	MaxHeaderBytes int64         // of an answer; zero means 10 MiB, as net/http
	HeaderTimeout  time.Duration // from the request's last byte; zero means none
	ReadBuffer     int           // zero means 4 KiB
	readers        readers
}

// Conn is one connection. It has one owner at a time: its keeper while it is
// idle, then the goroutine that called Do, and from Do's return on whoever
// reads the answer's body. Only Close may be called by anybody.
type Conn struct {
	nc     net.Conn
	conf   *Config
	raw    syscall.RawConn       // nil: not a bare socket, so nothing is known but errors
	step   func(fd uintptr) bool // look, then write, then read; made once
	done   func(reuse bool)      // gives the connection back to its keeper, once for each Do
	kill   func()
	RTT    time.Duration // when it was opened; 0: not known; not changed
	rested bool          // it was idle before its first request
	base   uint64        // what the kernel counted as acknowledged before the first request; 0: it does not count

	// sent is all that the kernel took. Atomic: the writer of a streamed body
	// adds while the answer's reader looks.
	sent atomic.Uint64

	head sync.Mutex // guards waiting and the read deadline that goes with it
	// waiting is true until the answer's head has come; a writing goroutine
	// may bound the wait for the head, never the body's.
	waiting bool
	timed   bool // guarded by head: a read deadline is set

	exchange
}

// exchange is the request under way.
type exchange struct {
	out     *Outgoing
	br      *bufio.Reader
	stop    func() bool   // ends the watch on the context
	writing chan struct{} // nil, or closed when the writing goroutine has ended
	wrote   error         // of that goroutine; read after writing is closed
	start   uint64        // sent before this request
	got     bool          // a byte of an answer has come
	limit   int64         // what may still be read of the head
	phase   phase
	in      []byte
	n       int
	err     error
}

type phase uint8

const (
	look   phase = iota // nothing done yet
	listen              // the request was handed to the kernel or to a goroutine
)

// New takes over a connection that has carried nothing. done is called once
// for each Do, when the connection can take the next request or never will.
func New(nc net.Conn, conf *Config) *Conn {
	c := &Conn{nc: nc, conf: conf}
	c.kill = func() { _ = nc.Close() }
	c.attach()
	return c
}

// Keep says whom the connection returns to; it comes before the first Do.
func (c *Conn) Keep(done func(reuse bool)) { c.done = done }

// Rest is called when nobody has a request for it: what the peer says from now
// on is no answer.
func (c *Conn) Rest() { c.rested = true }

// NetConn returns the connection below, for reading facts.
func (c *Conn) NetConn() net.Conn { return c.nc }

// Close closes the connection under whatever it does.
func (c *Conn) Close() { c.kill() }

// begin runs on the goroutine of the request.
func (c *Conn) begin(out *Outgoing) {
	c.exchange = exchange{out: out, start: c.sent.Load(), limit: c.conf.maxHeader()}
	c.br = c.conf.readers.get(c, c.conf.ReadBuffer)
	if out.ctx.Done() != nil {
		c.stop = context.AfterFunc(out.ctx, c.kill)
	}
	c.waiting = true // before any goroutine of this exchange
	if d := c.conf.HeaderTimeout; d > 0 && out.stream == nil {
		c.expect(d)
	}
}

// end gives the connection back, or gives it up. Only the goroutine that holds
// the reader may recycle it.
func (c *Conn) end(reuse, recycle bool) {
	out := c.out
	reuse = c.unwatch() && reuse && c.br.Buffered() == 0 && c.written()
	if recycle {
		c.conf.readers.put(c.br)
	}
	if reuse {
		c.exchange = exchange{}
	} else {
		c.kill()
	}
	c.done(reuse)
	out.finish()
	if t := out.trace; t != nil && t.PutIdleConn != nil && reuse {
		t.PutIdleConn(nil)
	}
}

// unwatch reports whether the context's end has left the connection alone.
func (c *Conn) unwatch() bool { return c.stop == nil || c.stop() }

// expect bounds the wait for the answer's head. A dead connection's error is
// left to the read.
func (c *Conn) expect(d time.Duration) {
	c.head.Lock()
	defer c.head.Unlock()
	if c.waiting {
		c.timed = true
		_ = c.nc.SetReadDeadline(time.Now().Add(d))
	}
}

// headed ends that wait.
func (c *Conn) headed() {
	c.head.Lock()
	defer c.head.Unlock()
	c.waiting = false
	if c.timed {
		c.timed = false
		_ = c.nc.SetReadDeadline(time.Time{})
	}
}

// writeGrace is how long an answer that is complete waits for its request to
// be: net/http's maxWriteWaitBeforeConnReuse.
const writeGrace = 50 * time.Millisecond

// written reports whether the whole request has left.
func (c *Conn) written() bool {
	if c.writing == nil {
		return true
	}
	select {
	case <-c.writing:
		return c.wrote == nil
	default:
	}
	t := time.NewTimer(writeGrace)
	defer t.Stop()
	select {
	case <-c.writing:
		return c.wrote == nil
	case <-t.C:
		return false
	}
}

// Read is what the answer's parser reads from: the first call also sends the
// request.
func (c *Conn) Read(p []byte) (int, error) {
	if c.limit <= 0 {
		return 0, errHeaderLimit
	}
	p = p[:min(int64(len(p)), c.limit)]
	var n int
	var err error
	if c.phase == look {
		n, err = c.first(p)
	} else {
		n, err = c.nc.Read(p)
	}
	if n > 0 {
		c.got = true
	}
	c.limit -= int64(n)
	return n, err
}

func (f *Config) maxHeader() int64 {
	if f.MaxHeaderBytes <= 0 {
		return 10 << 20
	}
	return f.MaxHeaderBytes
}

const unlimited = math.MaxInt64
