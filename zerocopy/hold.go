package zerocopy

import (
	"sync"
	"sync/atomic"
)

// A hold keeps one write back, so that a header can leave with its body. It is
// a promise with a short life: Reply announces a body, net/http writes the
// header, the body takes it along, all in one call of Reply. Whatever else
// happens on the conn lets it go first, and Reply itself at its end.
type hold struct {
	// state is written with mu locked. It is read without it as well: whoever
	// finds it idle has no order against the goroutine that announces, and
	// writes of two such goroutines may go in either order on any conn.
	state atomic.Uint32
	mu    sync.Mutex
	buf   *holdBuf
	n     int
	due   promise
	from  origin
}

// An origin is who writes to the conn. It is asked once: whoever serves a conn
// does so to its end.
type origin uint8

const (
	originUnknown origin = iota
	originHTTP           // net/http, with nobody in between
	originOther
)

const (
	stateIdle      = iota
	stateAnnounced // the next write may be kept back
	stateHolding   // buf[:n] waits
	stateArmed     // nothing waits, but only a token may be written
)

// holdSize is the buffer net/http writes through, the longest write it makes
// of bytes that are not ours.
const holdSize = 4 << 10

// A holdBuf has room for a write that waited and for a short one behind it.
type holdBuf [2 * holdSize]byte

// holdBufs holds buffers of conns that hold nothing, which is nearly all.
var holdBufs = sync.Pool{New: func() any { return new(holdBuf) }}

func (h *hold) idle() bool { return h.state.Load() == stateIdle }

func (h *hold) announce() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.idle() {
		h.state.Store(stateAnnounced)
	}
}

// keep takes a copy of p if a body is announced and p is short enough.
// The caller holds mu.
func (h *hold) keep(p []byte) bool {
	if h.state.Load() != stateAnnounced || len(p) > holdSize {
		return false
	}
	if h.from == originUnknown {
		h.from = originOther
		if byHTTP() {
			h.from = originHTTP
		}
	}
	h.buf = holdBufs.Get().(*holdBuf)
	h.n = copy(h.buf[:], p)
	h.state.Store(stateHolding)
	return true
}

// take ends the hold and returns what waited; give it back to holdBufs when
// it has been written. The caller holds mu.
func (h *hold) take() (buf *holdBuf, n int) {
	buf, n = h.buf, h.n
	h.buf, h.n = nil, 0
	if h.due.left > 0 {
		h.state.Store(stateArmed)
	} else {
		h.state.Store(stateIdle)
	}
	return buf, n
}

// Each of the three below writes with mu locked, so that a second writer which
// still saw the hold waits its turn. Reads and deadlines see the state idle by
// then and do not wait.

// writeHeld is Write while a body is announced or a header waits.
func (c *core) writeHeld(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.due.left > 0 {
		// The header is out and a token must follow. These bytes may hold a copy
		// of one, which means nothing to the peer.
		return 0, c.fail(errMisplaced)
	}
	if c.keep(p) {
		return len(p), nil
	}
	buf, n := c.take()
	if n == 0 {
		return c.write(p)
	}
	defer holdBufs.Put(buf)
	c.counts.held.Add(1)
	if len(p) <= len(buf)-n { // copied sooner than two addresses are given to the kernel
		sent, err := c.write(buf[:n+copy(buf[n:], p)])
		return max(0, sent-n), err
	}
	one := newSingle(segment{mem: p, n: int64(len(p))})
	defer one.put()
	sent, err := c.send(buf[:n], &one.Body, 0, one.n)
	return int(sent), err
}

// carry sends the range of b together with the header that waits.
func (c *core) carry(b *Body, off, n int64) (int64, error) {
	if err := c.fault(); err != nil {
		return 0, err
	}
	if c.idle() {
		return c.send(nil, b, off, n)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.due.left > 0 {
		return 0, c.fail(errMisplaced)
	}
	return c.carryHeld(b, off, n)
}

// carryHeld is the end of carry. The caller holds mu.
func (c *core) carryHeld(b *Body, off, n int64) (int64, error) {
	buf, held := c.take()
	if held == 0 {
		return c.send(nil, b, off, n)
	}
	defer holdBufs.Put(buf)
	c.counts.held.Add(1)
	return c.send(buf[:held], b, off, n)
}

// release ends the hold; what waited is written by itself.
func (c *core) release() error {
	if c.idle() {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	buf, held := c.take()
	if held == 0 {
		return nil
	}
	defer holdBufs.Put(buf)
	_, err := c.write(buf[:held])
	return err
}

// write is one plain write, counted.
func (c *core) write(p []byte) (int, error) {
	n, err := c.transmit(p)
	note(&c.counts.writes, &c.counts.writeBytes, int64(n))
	return n, err
}

// send writes a short piece of memory, or runs a sender, and remembers a file
// that failed.
func (c *core) send(head []byte, b *Body, off, n int64) (sent int64, err error) {
	if p := b.piece(off, n); p != nil && len(head) == 0 {
		sent, err = c.sendPiece(p)
	} else {
		s := getSender(c)
		defer s.put()
		sent, err = s.send(head, b, off, n)
	}
	if err != nil && isFileFailure(err) {
		c.fail(err)
	}
	return sent, err
}

func (c *core) sendPiece(p []byte) (int64, error) {
	n, err := c.write(p)
	c.pace.progress(c.nc.SetWriteDeadline)
	return int64(n), memoryErr(err)
}
