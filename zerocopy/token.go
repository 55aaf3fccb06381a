package zerocopy

import (
	"bytes"
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

// A promise is the range of a Body that tokens stand for.
type promise struct {
	b    *Body
	off  int64
	left int64
}

// arm lets tokens through for the range and nothing else, if the header that
// waits announces just as many bytes as they are. It does not wait when it was
// sent earlier, or is longer than usual: then nobody here knows whether the
// body is to be chunked. From here on every other write breaks the conn.
func (c *core) arm(b *Body, off, n int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.state.Load() != stateHolding || !announces(c.buf[:c.n], n) {
		return false
	}
	c.due = promise{b, off, n}
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
	sent, err := c.carryHeld(c.due.b, c.due.off, n)
	c.due.off += sent
	c.due.left -= sent
	if c.due.left == 0 {
		c.due.b = nil
		c.state.Store(stateIdle)
	}
	return int(sent), err
}

// byToken sends the header and the range of b through w by tokens.
func byToken(w http.ResponseWriter, c *core, b *Body, off, n int64) (int64, error) {
	c.announce()
	defer c.release()
	if err := flushHeader(w); err != nil {
		return 0, err
	}
	if !c.arm(b, off, n) {
		return stream(w, b, off, n)
	}
	sent, err := tokens(w, n)
	// Whatever w says: the conn knows what it sent. Tokens that did not arrive
	// lie in some buffer as zeros, and must not follow.
	if left := c.disarm(); left > 0 {
		sent = n - left
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
// echo's Flush does not look whether a status has been sent.
func flushHeader(w http.ResponseWriter) error {
	if _, err := w.Write(nil); err != nil {
		return err
	}
	if fe, ok := w.(interface{ FlushError() error }); ok {
		return fe.FlushError()
	}
	w.(http.Flusher).Flush()
	return nil
}
