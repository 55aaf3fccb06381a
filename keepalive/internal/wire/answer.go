package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/textproto"
	"os"
	"strings"
	"time"
)

var (
	errHeaderLimit  = errors.New("header limit reached")
	errClosedBefore = errors.New("the peer had closed before anything was written")
	errUnsolicited  = errors.New("the peer had sent bytes that nobody asked for")
)

// headerTimeout is net/http's error for ResponseHeaderTimeout.
type headerTimeout struct{}

func (headerTimeout) Error() string   { return "net/http: timeout awaiting response headers" }
func (headerTimeout) Timeout() bool   { return true }
func (headerTimeout) Temporary() bool { return true }
func (headerTimeout) Is(err error) bool {
	return err == context.DeadlineExceeded || err == os.ErrDeadlineExceeded
}

// Do sends the request and returns its answer. An error is a *[Failure], the
// end of the request's context, or the caller's own body's error.
func (c *Conn) Do(out *Outgoing) (*http.Response, error) {
	c.begin(out)
	resp, err := c.answer()
	if err != nil {
		return nil, c.fail(err)
	}
	c.headed()
	out.answered()
	c.deliver(resp)
	return resp, nil
}

// answer skips 1xx answers as net/http does: their number is bounded by the
// limit of the head, unless the caller looks at each.
func (c *Conn) answer() (*http.Response, error) {
	if _, err := c.br.Peek(1); err != nil {
		return nil, err
	}
	trace := c.out.trace
	if trace != nil && trace.GotFirstResponseByte != nil {
		trace.GotFirstResponseByte()
	}
	for {
		resp, err := http.ReadResponse(c.br, c.out.req)
		if err != nil {
			return nil, err
		}
		if resp.StatusCode >= 200 || resp.StatusCode < 100 || resp.StatusCode == http.StatusSwitchingProtocols {
			c.limit = unlimited
			return resp, nil
		}
		if trace != nil && trace.Got1xxResponse != nil {
			if err := trace.Got1xxResponse(resp.StatusCode, textproto.MIMEHeader(resp.Header)); err != nil {
				return nil, callerError{err}
			}
			c.limit = c.conf.maxHeader()
		}
	}
}

// deliver decides whose the connection is while the body is read. A body that
// came with its head needs no connection any more.
func (c *Conn) deliver(resp *http.Response) {
	reuse := !resp.Close && !c.out.close && resp.StatusCode >= 200
	switch {
	case resp.StatusCode == http.StatusSwitchingProtocols && hasUpgrade(resp.Header):
		c.handOver(resp)
		return
	case c.out.req.Method == http.MethodHead || resp.ContentLength == 0:
		c.end(reuse, true)
		return
	case resp.ContentLength > 0 && resp.ContentLength <= int64(c.br.Buffered()):
		b := make([]byte, resp.ContentLength)
		_, _ = io.ReadFull(resp.Body, b)                       // out of the buffer
		resp.Body = &memory{ctx: c.out.req.Context(), rest: b} // not out.ctx, which ends with the exchange
		c.unzip(resp)
		c.end(reuse, true)
		return
	}
	resp.Body = &body{rc: resp.Body, c: c, ctx: c.out.ctx, reuse: reuse}
	c.unzip(resp)
}

// handOver leaves the connection to the caller: 101 ended HTTP on it.
func (c *Conn) handOver(resp *http.Response) {
	c.unwatch()
	resp.Body = &upgraded{Conn: c.nc, br: c.br}
	c.done(false)
	c.out.finish()
}

func (c *Conn) unzip(resp *http.Response) {
	if !c.out.gzip || !strings.EqualFold(resp.Header.Get("Content-Encoding"), "gzip") {
		return
	}
	resp.Body = &unzipped{body: resp.Body}
	resp.Header.Del("Content-Encoding")
	resp.Header.Del("Content-Length")
	resp.ContentLength = -1
	resp.Uncompressed = true
}

// fail ends an exchange that has no answer. What is known must be asked before
// the descriptor is closed.
func (c *Conn) fail(err error) error {
	out := c.out
	if err == io.EOF {
		err = c.writersWord(err)
	}
	seen := c.verdict()
	if c.limit <= 0 {
		err = fmt.Errorf("net/http: server response headers exceeded %d bytes; aborted", c.conf.maxHeader())
	}
	f := &Failure{Err: err, Seen: seen, Sent: c.sent.Load() - c.start, Answered: c.got, Ago: -1, c: c}
	if f.Closed() {
		_, f.Ago = c.Idle()
	}
	own := c.outcome(err)
	c.unwatch()
	c.kill()
	c.done(false)
	switch {
	case out.ctx.Err() != nil:
		return context.Cause(out.ctx)
	case own != nil:
		return own
	case out.stream != nil && out.stream.failure() != nil:
		return out.stream.failure()
	}
	return f
}

// wordWait is how long the writer of a body has to say why it ended.
const wordWait = time.Millisecond

// writersWord is the writer's error where there is one: the kernel says only
// once why a connection is gone, and whoever asks later is told of an end.
func (c *Conn) writersWord(err error) error {
	if c.writing == nil {
		return err
	}
	select {
	case <-c.writing:
		if c.wrote != nil {
			return c.wrote
		}
	case <-time.After(wordWait):
	}
	return err
}

// outcome is the error where it is not the connection's.
func (c *Conn) outcome(err error) error {
	var own callerError
	if errors.As(err, &own) {
		return own.error
	}
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		return nil
	}
	if c.writing != nil {
		select {
		case <-c.writing:
			if c.wrote != nil {
				return nil // the grace after a failed write
			}
		default:
		}
	}
	return headerTimeout{}
}

// callerError came from the caller's own code.
type callerError struct{ error }
