package zerocopy

import (
	"bytes"
	"io"
	"net/http"
	"strconv"
	"unsafe"
)

// A token is a slice of window. It is written in the place of a body, through
// a ResponseWriter that does nothing with bytes but count them and pass them
// on: gin's status, size and log stay right although it has no ReadFrom, and
// nothing is allocated. At the other end the conn knows the slice by its address and
// sends the body that was promised; a token's own bytes are never sent.
//
// Only writers known by name get one (see transparent), since a writer that
// looks at the bytes would see zeros.
var window [16 << 20]byte

// minToken is more than any buffer of net/http holds: a shorter slice would be
// copied on its way and lose its address.
const minToken = holdSize + 1

func isToken(p []byte) bool {
	// Addresses are compared as numbers and never turned back: no rule of
	// unsafe.Pointer is touched. A global does not move.
	at := uintptr(unsafe.Pointer(unsafe.SliceData(p)))
	return at-uintptr(unsafe.Pointer(&window)) < uintptr(len(window))
}

// A promise is what tokens stand for: a range of a Body, or bytes to come from
// another socket.
type promise struct {
	b    *Body
	off  int64
	from *inflow // if set, instead of b
	left int64
}

// arm lets tokens through for p and nothing else, if the header that
// waits announces just as many bytes as they are. It does not wait when it was
// sent earlier, or is longer than usual: then nobody here knows whether the
// body is to be chunked. Nor are there tokens if another conn stands around this one
// and would see them. From here on every other write breaks the conn.
func (c *core) arm(p promise) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Load() != stateHolding || c.from != originHTTP || !announces(c.buf[:c.n], p.left) {
		return false
	}
	c.due = p
	return true
}

// announces reports whether head is a whole header of a response of n bytes.
func announces(head []byte, n int64) bool {
	var line [40]byte
	want := append(strconv.AppendInt(append(line[:0], "\r\nContent-Length: "...), n, 10), "\r\n"...)
	return bytes.HasPrefix(head, []byte("HTTP/1.")) && bytes.HasSuffix(head, []byte("\r\n\r\n")) &&
		bytes.Contains(head, want)
}

// disarm reports how much of the promise is left. The header, if it still
// waits, is for release.
func (c *core) disarm() int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	left := c.due.left
	c.due = promise{}
	if c.state.Load() != stateHolding {
		c.state.Store(stateIdle)
	}
	return left
}

// redeem sends the part of the promise that p stands for.
func (c *core) redeem(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := int64(len(p))
	if n > c.due.left {
		return 0, c.fail(errMisplaced)
	}
	var sent int64
	var err error
	if c.due.from != nil {
		sent, err = c.relayHeld(n)
	} else {
		sent, err = c.carryHeld(c.due.b, c.due.off, n)
	}
	c.due.off += sent
	c.due.left -= sent
	if c.due.left == 0 {
		c.due = promise{}
		c.state.Store(stateIdle)
	}
	return int(sent), err
}

// relayHeld is relay for a token. It reads from another socket and may wait
// long: the promise is out of the conn meanwhile, and mu is not locked. The
// caller holds mu.
func (c *core) relayHeld(n int64) (sent int64, err error) {
	due := c.due
	c.due = promise{}
	if c.buf == nil {
		c.state.Store(stateIdle)
	}
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.due = due
		if c.buf == nil {
			c.state.Store(stateArmed)
		}
	}()
	sent, err = c.relay(due.from, n)
	if err == nil && sent < n {
		err = io.ErrUnexpectedEOF
	}
	return sent, err
}

// byToken sends the header and what p promises through w by tokens. If the
// header is not one that tokens may follow, otherwise is called to send it.
func byToken(w http.ResponseWriter, c *core, p promise, otherwise func() (int64, error)) (int64, error) {
	c.announce()
	defer c.release()
	if err := flushHeader(w); err != nil {
		return 0, err
	}
	if !c.arm(p) {
		return otherwise()
	}
	sent, err := tokens(w, p.left)
	// Whatever w says: the conn knows what it sent. Tokens that did not arrive
	// lie in some buffer as zeros, and must not follow.
	if left := c.disarm(); left > 0 {
		sent = p.left - left
		if err == nil {
			err = c.fail(errMisplaced)
		}
	}
	return sent, err
}

func tokens(w http.ResponseWriter, n int64) (sent int64, err error) {
	for sent < n && err == nil {
		size := min(n-sent, int64(len(window)))
		if rest := n - sent - size; rest > 0 && rest < minToken {
			size -= minToken
		}
		var m int
		m, err = w.Write(window[:size])
		sent += int64(m)
	}
	return sent, err
}

// flushHeader makes w write its header now. The empty Write comes first since
// echo's Flush does not look whether a status has been sent; net/http's does.
func flushHeader(w http.ResponseWriter) error {
	if kindOf(w) != kindHTTP {
		if _, err := w.Write(nil); err != nil {
			return err
		}
	}
	return flush(w)
}

func flush(w http.ResponseWriter) error {
	if fe, ok := w.(interface{ FlushError() error }); ok {
		return fe.FlushError()
	}
	w.(http.Flusher).Flush()
	return nil
}
