package wire

import (
	"bufio"
	"errors"
	"sync"
	"time"
)

// firstPortable writes and then reads. A request that the peer may not take at
// once has a goroutine, so that an early answer is read meanwhile.
func (c *Conn) firstPortable(p []byte) (int, error) {
	c.phase = listen
	switch {
	case c.out.stream != nil:
		c.out.stream.Started()
		c.spawn(c.stream)
	case c.out.body > 0:
		c.lend(*c.out.buf)
	default:
		if err := c.copyOut(*c.out.buf); err != nil {
			return 0, err
		}
	}
	return c.nc.Read(p)
}

// lend leaves the rest of a request in memory to a goroutine.
func (c *Conn) lend(b []byte) {
	c.out.lent = true
	c.spawn(func() error { return c.copyOut(b) })
}

func (c *Conn) copyOut(b []byte) error {
	_, err := (&counted{c: c}).Write(b)
	return err
}

// spawn runs write beside the reader of the answer.
func (c *Conn) spawn(write func() error) {
	done := make(chan struct{})
	c.writing = done
	go func() {
		defer close(done)
		if c.wrote = write(); c.wrote != nil {
			c.unblock(c.wrote)
		} else if d := c.conf.HeaderTimeout; d > 0 && c.out.stream != nil {
			c.expect(d)
		}
	}()
}

// answerGrace is how long a peer that stopped taking the request may still
// have an answer (413, 401) on its way.
const answerGrace = 500 * time.Millisecond

// unblock ends the wait for an answer to a request that will not be complete.
// An error of the body or of the request itself is the caller's, and no answer
// could be to that request; the network's may still be followed by one.
func (c *Conn) unblock(err error) {
	var network interface{ Timeout() bool }
	if s := c.out.stream; s != nil && (s.failure() != nil || !errors.As(err, &network)) {
		s.fail(err)
		c.kill()
		return
	}
	c.expect(answerGrace)
}

// counted is the connection as a writer that is accounted for.
type counted struct {
	c   *Conn
	err error // the network's, which net/http reports as if it were the body's
}

// Write counts before it writes: the reader of the answer must never think that
// less was sent than was.
func (w *counted) Write(p []byte) (n int, err error) {
	w.c.sent.Add(uint64(len(p)))
	n, w.err = w.c.nc.Write(p)
	return n, w.err
}

var writers = sync.Pool{New: func() any { return bufio.NewWriter(nil) }}

// stream writes a request whose body cannot be put together beforehand.
// net/http does it: chunks, lengths, trailers, trace hooks.
func (c *Conn) stream() error {
	bw := writers.Get().(*bufio.Writer)
	to := &counted{c: c}
	bw.Reset(to)
	err := c.out.stream.req.Write(bw)
	if err == nil {
		err = bw.Flush()
	}
	if to.err != nil {
		return to.err
	}
	if err == nil {
		bw.Reset(nil)
		writers.Put(bw)
	}
	return err
}
