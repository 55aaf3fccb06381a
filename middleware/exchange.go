package middleware

import (
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// An Exchange is not safe for concurrent use: it is for its request's goroutine. It is one request on its way through a Stack, as
// its pieces see it.
//
// The stack owns it and uses it again for a later request: a piece must not keep it after its Leave. The handler never gets
// it; what the handler gets, Writer and Record, is never used again.
type Exchange struct {
	// Writer goes to the inner pieces and to the handler. It has exactly the server's optional interfaces.
	Writer http.ResponseWriter
	// Request goes to the inner pieces and to the handler; Enter may replace it, for instance to set a context.
	Request *http.Request
	// Record is what is known of the response.
	Record *Record
	// Method, Path and RemoteAddr are the request's at its arrival; a handler may change its own.
	Method, Path, RemoteAddr string
	// Panic is the handler's panic, or an inner piece's, on its way out. Leave may replace it or, with Returned, take it away.
	Panic any
	// Returned says that the handler, or the piece that answered instead of it, came to its end. It is false before,
	// after a panic and after runtime.Goexit.
	Returned bool
	// Scratch is memory for a piece to build text in, empty at first; nobody reads what it leaves there.
	Scratch []byte

	start time.Time
	took  time.Duration
	agent string
	shard uint32
	asked bool // agent is set
	owner bool
	depth int // how many pieces have entered and not left
	from  dispenser
	local []any // what Local gives, of a type each
}

// maxScratch bounds the memory that a rare long text leaves behind.
const maxScratch = 8 << 10

var (
	exchanges = sync.Pool{New: func() any { return &Exchange{shard: made.Add(1)} }}
	made      atomic.Uint32
)

// Local returns the T that x has for the pieces that ask for it: zero at first, and as they left it from then on, request after
// request. T must be a type of the piece's own package. It serves to carve what requests keep from larger pieces of memory, and the
// like; with x it is one request's at a time, and may vanish between two.
func Local[T any](x *Exchange) *T {
	for _, v := range x.local {
		if t, ok := v.(*T); ok {
			return t
		}
	}
	t := new(T)
	x.local = append(x.local, t)
	return t
}

// Shard returns a number for choosing one of several counters: requests that run at once rarely have the same, and a processor
// mostly goes on with the one it had, because that is how sync.Pool hands out exchanges.
func (x *Exchange) Shard() uint32 { return x.shard }

// Crowded says that another request used the same counter at the same time, as a CompareAndSwap that fails shows. Shard returns
// another number from now on, also to the requests that x is used for later.
func (x *Exchange) Crowded() { x.shard++ }

// Took returns the time from Start to the first call, which is a Leave's, so that all pieces say the same.
func (x *Exchange) Took() time.Duration {
	if x.took == 0 {
		x.took = max(time.Since(x.Start()), 1)
	}
	return x.took
}

// Status returns the status that the client gets, as far as a Leave can know: 200 from the server if the handler returned without
// writing; 0 if it panicked before there was one, and after a hijack.
func (x *Exchange) Status() int {
	if s := x.Record.Status(); s != 0 || x.Record.Hijacked() || !x.Returned {
		return s
	}
	return http.StatusOK
}

// Start returns the time of the first call for this request, so that all pieces share one reading of the clock.
func (x *Exchange) Start() time.Time {
	if x.start.IsZero() {
		x.start = now()
	}
	return x.start
}

// UserAgent returns the request's User-Agent at the time of the first call.
func (x *Exchange) UserAgent() string {
	if !x.asked {
		x.asked = true
		if v := x.Request.Header["User-Agent"]; len(v) > 0 {
			x.agent = v[0]
		}
	}
	return x.agent
}

func (x *Exchange) begin(w http.ResponseWriter, r *http.Request) {
	x.Writer, x.Record, x.owner = x.from.wrap(w)
	x.Request, x.Method, x.Path, x.RemoteAddr = r, r.Method, r.URL.Path, r.RemoteAddr
}

// release ends the record and forgets the request, so that no later one sees its data. What was carved from the memory in from and
// local stays there until that is used up; nobody reads it.
func (x *Exchange) release() {
	if x.owner {
		x.Record.End()
	}
	x.Writer, x.Request, x.Record, x.Panic = nil, nil, nil, nil
	x.Method, x.Path, x.RemoteAddr, x.agent = "", "", "", ""
	x.Returned, x.asked, x.owner, x.depth = false, false, false, 0
	x.start, x.took = time.Time{}, 0
	if cap(x.Scratch) > maxScratch {
		x.Scratch = nil
	}
	x.Scratch = x.Scratch[:0]
	exchanges.Put(x)
}
