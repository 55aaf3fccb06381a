package middleware

import (
	"net/http"
	"sync/atomic"
	"time"
)

// Record is what is known of one response. It is safe for concurrent use, but for SetRequestID, SetMatch and TimeFirstByte, which
// belong before the next handler is called.
//
// A Record belongs to one request for ever: it is never reused, so reading it late gives that request's figures and no other's.
type Record struct {
	inner     http.ResponseWriter
	requestID string
	match     Match
	bytes     atomic.Int64
	// first holds the clock at TimeFirstByte until firstSeen is set, and then the time from there to the first byte.
	first  atomic.Int64
	status atomic.Int32
	flags  atomic.Uint32
}

const (
	ended     = 1 << iota // the handler has returned: every further use of the writer is refused
	unwrapped             // somebody took the inner writer and may have written past us
	hijacked              // the connection is the handler's own
	copying               // inside the inner writer's ReadFrom, which may have written already
	timed                 // TimeFirstByte was called
	firstSeen             // first holds its final value
)

// epoch makes clock a monotonic reading alone, about half the price of time.Now.
var epoch = time.Now()

func clock() int64 { return int64(time.Since(epoch)) }

// Status returns the final status written, 0 while there is none. Informational ones (100 to 199 but 101) are not final. After
// a handler that returned without writing it stays 0, and the server sends 200; after a hijack it is nobody's.
func (r *Record) Status() int { return int(r.status.Load()) }

// Bytes returns how many body bytes the inner writer accepted.
func (r *Record) Bytes() int64 { return r.bytes.Load() }

// Hijacked reports whether the handler has taken the connection.
func (r *Record) Hijacked() bool { return r.flags.Load()&hijacked != 0 }

// Began reports whether part of the final response may have been sent, so that an error page would come too late.
// It is careful: it says true once the connection was hijacked, and once anyone has called Unwrap, since what is written to the inner writer is not seen.
func (r *Record) Began() bool {
	return r.status.Load() != 0 || r.flags.Load()&(unwrapped|hijacked|copying) != 0
}

// TimeFirstByte starts the clock for FirstByte. Without it no clock is read.
func (r *Record) TimeFirstByte() {
	if r.flags.Load()&timed == 0 {
		r.first.Store(clock())
		r.flags.Or(timed)
	}
}

// FirstByte returns the time from TimeFirstByte to the final header or first body byte the handler wrote, 0 if there was neither.
func (r *Record) FirstByte() time.Duration {
	if r.flags.Load()&firstSeen == 0 {
		return 0
	}
	return time.Duration(r.first.Load())
}

// RequestID returns what SetRequestID stored, "" if nothing.
func (r *Record) RequestID() string { return r.requestID }

// SetRequestID stores the request's id for all pieces of the stack, further out as well as further in.
func (r *Record) SetRequestID(id string) {
	for ; r != nil; r = r.further() {
		r.requestID = id
	}
}

// further is the record of a wrapper further out, when a foreign writer stands between; nil if there is none.
func (r *Record) further() *Record {
	if u, ok := r.inner.(unwrapper); ok {
		return RecordOf(u.Unwrap())
	}
	return nil
}

// End closes the writer for good: whoever kept it gets ErrHandlerDone. The caller for whom Wrap returned owner == true owes
// exactly this call, deferred, so that it also happens when the handler panics.
func (r *Record) End() { r.flags.Or(ended) }

func (r *Record) begin(status int) {
	if r.status.Load() == 0 {
		r.beginAt(status, r.now())
	}
}

func (r *Record) beginAt(status int, at int64) {
	if !r.status.CompareAndSwap(0, int32(status)) || r.flags.Load()&timed == 0 {
		return
	}
	r.first.Store(at - r.first.Load())
	r.flags.Or(firstSeen)
}

func (r *Record) now() int64 {
	if r.flags.Load()&timed == 0 {
		return 0
	}
	return clock()
}
