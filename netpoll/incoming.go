package netpoll

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// moment is a read deadline in nanoseconds since its Listener began; never and past are two of them.
type moment int64

const (
	never moment = 0
	past  moment = 1
)

// incoming is the reading side of a connection and its deadline. Safe for concurrent use.
//
// net/http sets the read deadline six times for each request: for the wait between two, to break off its background read, and
// to take back what it has set. A socket of ours is told only what a Read under way has to know, which is an earlier deadline
// than it has. A later one, or none, is known here, and when the socket's runs out too early the Read goes on under the one that
// is wanted. So a busy connection sets a few deadlines a second.
type incoming struct {
	conn  net.Conn
	start time.Time
	lazy  bool // immutable: nobody else sets the deadline of conn's socket; otherwise every call goes through

	// A setter stores wanted and then looks for readers; a Read adds itself to readers and then looks at wanted. Both are
	// sequentially consistent, so one of the two sees the other.
	wanted  atomic.Int64
	stands  atomic.Int64 // the socket's
	readers atomic.Int32
	exposed atomic.Bool // others may read from the socket: from now on it is told everything
	mu      sync.Mutex  // of whoever tells the socket, so that what it is told last is what is wanted
}

// errBroken ends a background read of net/http's that is broken off before it has begun.
var errBroken = &net.OpError{Op: "read", Net: "tcp", Err: os.ErrDeadlineExceeded}

func (r *incoming) open(conn net.Conn, start time.Time) {
	r.conn, r.start = conn, start
	switch conn.(type) {
	case *net.TCPConn, *secureConn: // *net.UnixConn has more ways to read
		r.lazy = true
	}
}

// Read is conn's.
func (r *incoming) Read(p []byte) (n int, err error) {
	r.enter()
	n, err = r.conn.Read(p)
	for !r.leave(err) {
		n, err = r.conn.Read(p)
	}
	return n, err
}

// wait calls f, which waits for conn to be readable, as Read does.
func (r *incoming) wait(f func() error) error {
	r.enter()
	err := f()
	for !r.leave(err) {
		err = f()
	}
	return err
}

// enter comes before a Read of conn, and leave after it.
func (r *incoming) enter() {
	if !r.lazy {
		return
	}
	r.readers.Add(1)
	if !r.suits(r.wanted.Load()) {
		r.tell()
	}
}

// leave reports whether that was the end: a Read that has timed out too early is to be made again, and to leave again.
func (r *incoming) leave(err error) bool {
	if err != nil && r.lazy && r.early(err) {
		r.tell()
		return false
	}
	if r.lazy {
		r.readers.Add(-1)
	}
	return true
}

// early does not ask for a net.Error that is a timeout: ETIMEDOUT, of a connection that is lost, is one too.
func (r *incoming) early(err error) bool {
	if r.exposed.Load() || !errors.Is(err, os.ErrDeadlineExceeded) {
		return false
	}
	w := moment(r.wanted.Load())
	return w == never || r.now() < w
}

// SetDeadline is conn's SetReadDeadline.
func (r *incoming) SetDeadline(t time.Time) error {
	if !r.lazy {
		return r.conn.SetReadDeadline(t)
	}
	return r.want(r.at(t))
}

func (r *incoming) want(w moment) error {
	if !r.lazy {
		return r.conn.SetReadDeadline(r.time(w))
	}
	r.wanted.Store(int64(w))
	if r.exposed.Load() || r.readers.Load() > 0 && !r.suits(int64(w)) {
		return r.tell()
	}
	return nil
}

// broken reports whether a Read would end before it begins.
func (r *incoming) broken() bool { return r.lazy && moment(r.wanted.Load()) == past }

// expose makes the socket's deadline the one that is wanted, now and always.
func (r *incoming) expose() {
	if r.lazy && !r.exposed.Swap(true) {
		r.tell()
	}
}

// suits reports whether the socket's deadline will do for w: it may run out before, but not be one to break a Read off.
func (r *incoming) suits(w int64) bool {
	s := r.stands.Load()
	return s == w || moment(s) > past && (moment(w) == never || s < w)
}

// tell ends with what is wanted: whoever changes that meanwhile either sees what stands, and tells the socket himself, or is seen.
func (r *incoming) tell() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		w := r.wanted.Load()
		r.stands.Store(w)
		if err := r.conn.SetReadDeadline(r.time(moment(w))); err != nil || w == r.wanted.Load() {
			return err
		}
	}
}

func (r *incoming) now() moment { return moment(time.Since(r.start)) }

// longAgo is what net/http breaks a Read off with.
var longAgo = time.Unix(1, 0)

// at has a time without a monotonic reading, which is one of the wall clock, mean what it does to the net package.
func (r *incoming) at(t time.Time) moment {
	switch {
	case t.IsZero():
		return never
	case t == longAgo:
		return past
	case t == t.Round(0):
		t = time.Now().Add(time.Until(t))
	}
	return max(past, moment(t.Sub(r.start)))
}

func (r *incoming) time(w moment) time.Time {
	if w == never {
		return time.Time{}
	}
	return r.start.Add(time.Duration(w))
}
