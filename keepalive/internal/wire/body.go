package wire

import (
	"bufio"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
)

var errReadClosed = errors.New("http: read on closed response body")

// memory is a body that came with its head. Close may be called while Read runs.
type memory struct {
	ctx context.Context // the request's: its end ends the body, as in net/http

	mu   sync.Mutex
	rest []byte // guarded by mu
	over error  // guarded by mu
}

func (m *memory) Read(p []byte) (int, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.over != nil {
		return 0, m.over
	}
	if err := m.ctx.Err(); err != nil && len(m.rest) > 0 {
		m.over = context.Cause(m.ctx)
		return 0, m.over
	}
	n := copy(p, m.rest)
	m.rest = m.rest[n:]
	if len(m.rest) == 0 {
		m.over = io.EOF
	}
	return n, m.over // EOF with the last bytes, as net/http's own body says it
}

func (m *memory) Close() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.over, m.rest = errReadClosed, nil
	return nil
}

// body is read from the connection, which goes back to its keeper at the end.
// Close may be called while Read runs.
type body struct {
	rc    io.ReadCloser // net/http's, which ends at the framing's end
	c     *Conn
	ctx   context.Context
	reuse bool

	mu   sync.Mutex
	over error // guarded by mu; set once
}

func (b *body) Read(p []byte) (int, error) {
	if err := b.ended(); err != nil {
		return 0, err
	}
	n, err := b.rc.Read(p)
	if err != nil {
		err = b.finish(err)
	}
	return n, err
}

func (b *body) ended() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.over
}

// finish is called by the reading goroutine, which therefore may recycle the
// buffer.
func (b *body) finish(err error) error {
	if err != io.EOF && b.ctx.Err() != nil {
		err = context.Cause(b.ctx)
	}
	if !b.claim(err) {
		return b.ended()
	}
	b.c.end(err == io.EOF && b.reuse, err == io.EOF)
	return err
}

func (b *body) claim(err error) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.over != nil {
		return false
	}
	b.over = err
	return true
}

// Close before the end costs the connection: what is left could be anything.
func (b *body) Close() error {
	if b.claim(errReadClosed) {
		b.c.kill() // first: a Read may be waiting
		b.c.end(false, false)
	}
	return nil
}

// unzipped starts at the first read, so that an answer's head can be seen even
// if its body is not what it says. Close may be called while Read runs.
type unzipped struct {
	body io.ReadCloser
	zr   *gzip.Reader // the reading goroutine's

	mu  sync.Mutex
	err error // guarded by mu; set once
}

func (u *unzipped) Read(p []byte) (int, error) {
	if err := u.over(nil); err != nil {
		return 0, err
	}
	if u.zr == nil {
		zr, err := gzip.NewReader(u.body)
		if err != nil {
			return 0, u.over(err)
		}
		u.zr = zr
	}
	return u.zr.Read(p)
}

// over returns why there is no more to read: err, if nothing was before.
func (u *unzipped) over(err error) error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.err == nil {
		u.err = err
	}
	return u.err
}

func (u *unzipped) Close() error {
	_ = u.over(errReadClosed)
	return u.body.Close()
}

// upgraded is the connection after 101.
type upgraded struct {
	net.Conn
	br *bufio.Reader
}

func (u *upgraded) Read(p []byte) (int, error) {
	if u.br != nil && u.br.Buffered() > 0 {
		return u.br.Read(p[:min(len(p), u.br.Buffered())])
	}
	return u.Conn.Read(p)
}

// CloseWrite ends what is written, as net/http's own body of a 101 does.
func (u *upgraded) CloseWrite() error { return CloseWrite(u.Conn) }

// CloseWrite calls c's own, if it has one.
func CloseWrite(c net.Conn) error {
	if cw, ok := c.(interface{ CloseWrite() error }); ok {
		return cw.CloseWrite()
	}
	return fmt.Errorf("CloseWrite: %w", http.ErrNotSupported)
}

func hasUpgrade(h http.Header) bool {
	return h.Get("Upgrade") != "" && hasToken(h["Connection"], "upgrade")
}

func hasToken(values []string, token string) bool {
	for _, v := range values {
		for part := range strings.SplitSeq(v, ",") {
			if strings.EqualFold(strings.TrimSpace(part), token) {
				return true
			}
		}
	}
	return false
}
