package limit

import (
	"io"
	"net/http"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// BodyOptions says how long a request's body may be. It is a value: NewBody copies it. A negative number is refused.
type BodyOptions struct {
	// Max is the greatest number of bytes. Zero means 1 MiB.
	Max int64
}

// A Body is safe for concurrent use. It is a piece of a middleware.Stack that answers 413 to requests that announce a longer body, before the handler sees them. Other bodies end with an
// *http.MaxBytesError where they exceed it; for a handler that then returns, having written nothing, it answers 413 too.
type Body struct{ max int64 }

// NewBody returns the limit. Nil means the zero BodyOptions.
func NewBody(o *BodyOptions) *Body {
	return &Body{option.Or("limit: BodyOptions.Max", option.Of(o).Max, 1<<20)}
}

// Middleware limits the bodies that next reads. Beside other pieces in a Chain it is fused with them.
func (b *Body) Middleware(next http.Handler) http.Handler { return middleware.Stack{b}.Then(next) }

// Enter is for middleware.Stack.
func (b *Body) Enter(x *middleware.Exchange) bool {
	r := x.Request
	if r.ContentLength > b.max {
		b.refuse(x)
		return false
	}
	if r.Body != nil && r.Body != http.NoBody { // the announced length may be that of what a decompressor reads
		r.Body = &bounded{ReadCloser: r.Body, max: b.max, left: b.max}
	}
	return true
}

// Leave is for middleware.Stack.
func (b *Body) Leave(x *middleware.Exchange) {
	if body, ok := x.Request.Body.(*bounded); ok && body.ended() && x.Returned && !x.Record.Began() {
		b.refuse(x)
	}
}

// refuse closes the connection: what is left of the body is not worth reading.
func (b *Body) refuse(x *middleware.Exchange) {
	x.Writer.Header()["Connection"] = []string{"close"}
	problem.Answer(x.Writer, http.StatusRequestEntityTooLarge, x.Record.RequestID())
}

// bounded is a body that ends in an error behind max bytes. It belongs to its request's goroutine.
type bounded struct {
	io.ReadCloser
	max, left int64
	exceeded  bool
}

// ended reports whether the body ended in the error, its own or that of a limit further out.
func (b *bounded) ended() bool {
	outer, ok := b.ReadCloser.(*bounded)
	return b.exceeded || ok && outer.ended()
}

// Read may read more than it may give: that is how it tells a body that ends in time from one that does not.
func (b *bounded) Read(p []byte) (int, error) {
	if b.exceeded {
		return 0, &http.MaxBytesError{Limit: b.max}
	}
	n, err := b.ReadCloser.Read(p)
	if int64(n) <= b.left {
		b.left -= int64(n)
		return n, err
	}
	n, b.exceeded = int(b.left), true
	return n, &http.MaxBytesError{Limit: b.max}
}
