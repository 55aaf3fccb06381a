package deadline

import (
	"context"
	"net/http"
	"time"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// Options says how long a request may take. It is a value: New copies it. A negative duration is refused.
type Options struct {
	// Timeout is counted from the request's arrival. Zero means 30 s.
	Timeout time.Duration
	// OnTimeout is called when a request ended after its deadline, whatever it answered. Zero means no call.
	OnTimeout func(r *http.Request)
}

// New returns the middleware. Beside other pieces in a Chain it is fused with them; see Piece.
func New(o *Options) func(http.Handler) http.Handler { return middleware.Stack{Piece(o)}.Middleware }

// Piece returns the same for a middleware.Stack. Nil means the zero Options. The request's context gets the deadline. A handler that comes back after it,
// having written nothing, is answered for: 503, a problem document. What a handler writes goes out as it always does.
func Piece(given *Options) middleware.Piece {
	o := option.Of(given)
	o.Timeout = option.Or("deadline: Options.Timeout", o.Timeout, 30*time.Second)
	return &piece{o}
}

// Extend gives the request of ctx until d from now, which may be sooner as well. It reports whether that was in time: once a
// context is done it stays so. It is false too if ctx comes from no request with a deadline.
func Extend(ctx context.Context, d time.Duration) bool {
	c := of(ctx)
	return c != nil && c.move(time.Now().Add(d))
}

type piece struct{ options Options }

// timed is what a request with a deadline costs: its context, and the copy of it that holds the context.
type timed struct {
	context deadlined
	request http.Request
}

// slab is a run of them, each given out once and never again: one allocation for slabSize requests. A context or request that somebody keeps
// holds its slab, and so the other requests in it, in memory. It is for one request at a time.
type slab struct {
	timed *[slabSize]timed
	used  int
}

// slabSize makes a slab fill the allocator's class of 1792 bytes, nearly.
const slabSize = 5

func (s *slab) next() *timed {
	if s.used == 0 {
		s.timed = new([slabSize]timed)
	}
	t := &s.timed[s.used]
	s.used = (s.used + 1) % slabSize
	return t
}

func (p *piece) Enter(x *middleware.Exchange) bool {
	t := middleware.Local[slab](x).next()
	t.context.before, t.context.start, t.context.timeout = x.Request, x.Start(), p.options.Timeout
	// What WithContext returns lives on the stack, because the compiler inlines it; TestAllocations would see it if not.
	t.request = *x.Request.WithContext(&t.context)
	x.Request = &t.request
	return true
}

func (p *piece) Leave(x *middleware.Exchange) {
	r := x.Request
	c := of(r.Context())
	if c == nil {
		return // an inner piece put a foreign context in its place
	}
	c.before.Pattern = r.Pattern // what a router found is for the pieces further out as well
	x.Request = c.before
	if !c.finish(x.Took()) {
		return
	}
	if x.Returned && !x.Record.Began() {
		x.Writer.Header()["Retry-After"] = []string{"1"}
		problem.Answer(x.Writer, http.StatusServiceUnavailable, x.Record.RequestID())
	}
	if p.options.OnTimeout != nil {
		p.options.OnTimeout(r)
	}
}

// of returns the nearest deadline around ctx, nil if there is none.
func of(ctx context.Context) *deadlined {
	if c, ok := ctx.(*deadlined); ok {
		return c
	}
	c, _ := ctx.Value(key{}).(*deadlined)
	return c
}
