package middleware

import (
	"math"
	"net/http"
	"sync/atomic"
	"time"
	"unsafe"
)

// A Record is not safe for concurrent use: it is for one goroutine at a time, as its writer; only End may be called at any time. It
// is what is known of one response.
//
// A Record belongs to one request for ever: it is never reused, so reading it late gives that request's figures and no other's.
type Record struct {
	// table and value are the inner writer as words. value is nil once the handler has returned: every further use is refused then. A single
	// word, so that a goroutine that outlives the request sees it or sees nil; see load. All else it could only race for, as it would
	// with the server's own writer.
	table, value unsafe.Pointer

	requestID string
	match     Match
	bytes     int64
	// first holds the clock at TimeFirstByte until firstSeen is set, and then the time from there to the first byte.
	first  int64
	status int16 // that many at most: net/http takes three digits
	flags  uint16
}

// inner returns the writer that r records, nil once the request has ended.
func (r *Record) inner() http.ResponseWriter {
	value := load(&r.value)
	if value == nil {
		return nil
	}
	return words{r.table, value}.join()
}

const (
	unwrapped = 1 << iota // somebody took the inner writer and may have written past us
	hijacked              // the connection is the handler's own
	copying               // inside the inner writer's ReadFrom, which may have written already
	timed                 // TimeFirstByte was called
	firstSeen             // first holds its final value
	nested                // the inner writer has Unwrap
)

// epoch makes clock a monotonic reading alone, about half the price of time.Now.
var epoch = time.Now()

func clock() int64 { return int64(time.Since(epoch)) }

// recent is a reading of both clocks.
var recent atomic.Pointer[time.Time]

// now is time.Now at half its price: for a second after a reading of both clocks it reads the monotonic one alone. So it takes a second
// until it follows a wall clock that was set.
func now() time.Time {
	if t := recent.Load(); t != nil {
		if d := time.Since(*t); d >= 0 && d < time.Second { // outside is another clock, such as that of testing/synctest
			return t.Add(d)
		}
	}
	t := time.Now()
	recent.Store(&t)
	return t
}

// Status returns the final status written, 0 while there is none. Informational ones (100 to 199 but 101) are not final. After
// a handler that returned without writing it stays 0, and the server sends 200; after a hijack it is nobody's.
func (r *Record) Status() int { return int(r.status) }

// Bytes returns how many body bytes the inner writer accepted.
func (r *Record) Bytes() int64 { return r.bytes }

// Hijacked reports whether the handler has taken the connection.
func (r *Record) Hijacked() bool { return r.flags&hijacked != 0 }

// Began reports whether part of the final response may have been sent, so that an error page would come too late.
// It is careful: it says true once the connection was hijacked, and once anyone has called Unwrap, since what is written to the inner writer is not seen.
func (r *Record) Began() bool {
	return r.status != 0 || r.flags&(unwrapped|hijacked|copying) != 0
}

// TimeFirstByte starts the clock for FirstByte. Without it no clock is read.
func (r *Record) TimeFirstByte() {
	if r.flags&timed == 0 {
		r.first = clock()
		r.flags |= timed
	}
}

// FirstByte returns the time from TimeFirstByte to the final header or first body byte the handler wrote, 0 if there was neither.
func (r *Record) FirstByte() time.Duration {
	if r.flags&firstSeen == 0 {
		return 0
	}
	return time.Duration(r.first)
}

// RequestID returns what SetRequestID stored, "" if nothing.
func (r *Record) RequestID() string { return r.requestID }

// SetRequestID stores the request's id for all pieces of the stack, further out as well as further in.
func (r *Record) SetRequestID(id string) {
	for ; r != nil; r = r.further() {
		r.requestID = id
	}
}

// further is the record of a wrapper further out, when a foreign writer stands between; nil if there is none, or r has ended.
func (r *Record) further() *Record {
	if r.flags&nested == 0 {
		return nil
	}
	if u, ok := r.inner().(unwrapper); ok {
		return RecordOf(u.Unwrap())
	}
	return nil
}

// End closes the writer for good: whoever kept it gets ErrHandlerDone. The caller for whom Wrap returned owner == true owes
// exactly this call, deferred, so that it also happens when the handler panics.
func (r *Record) End() { forget(&r.value) }

// begin notes the first final status.
func (r *Record) begin(status int) {
	if r.status == 0 {
		r.status = int16(min(status, math.MaxInt16))
		if r.flags&timed != 0 {
			r.see(clock())
		}
	}
}

// see notes when the first byte was written.
func (r *Record) see(at int64) {
	r.first = at - r.first
	r.flags |= firstSeen
}
