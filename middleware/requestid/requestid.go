// Package requestid gives each request an id: the client's X-Request-Id if it is well-formed, else the trace-id of its W3C
// traceparent, else a new one. The id goes into the response header and to the other pieces of the stack.
package requestid

import (
	"context"
	"net/http"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
)

// Options says where ids come from and go to. It is a value: New copies it. A negative number is refused.
type Options struct {
	// Header is the header's name in requests and responses. Zero means X-Request-Id.
	Header string
	// MaxLength bounds an incoming id; a longer one is replaced. Zero means 128.
	MaxLength int
	// IgnoreIncoming makes a new id for every request, for servers whose clients are not to choose. Zero means that
	// well-formed incoming ids are kept.
	IgnoreIncoming bool
	// Context also stores the id in the request's context, for code that sees no ResponseWriter; it costs a copy of the
	// request (FromContext reads it). Zero means the id is reached by Value only.
	Context bool
}

// New returns the middleware. Beside other pieces in a Chain it is fused with them; see Piece.
func New(o *Options) func(http.Handler) http.Handler { return middleware.Stack{Piece(o)}.Middleware }

// Piece returns the same for a middleware.Stack. Nil means the zero Options. Without Options.Context it allocates once for 21 new
// ids and not at all for an incoming one.
func Piece(given *Options) middleware.Piece {
	o := option.Of(given)
	if o.Header == "" {
		o.Header = "X-Request-Id"
	}
	o.Header = http.CanonicalHeaderKey(o.Header)
	o.MaxLength = option.Or("requestid: Options.MaxLength", o.MaxLength, 128)
	return &piece{o}
}

// Value returns the id of the request that w answers, through any writer that has Unwrap; "" if there is none.
func Value(w http.ResponseWriter) string {
	if rec := middleware.RecordOf(w); rec != nil {
		return rec.RequestID()
	}
	return ""
}

type contextKey struct{}

// FromContext returns the id stored under Options.Context, "" if there is none.
func FromContext(ctx context.Context) string {
	id, _ := ctx.Value(contextKey{}).(string)
	return id
}

type piece struct{ options Options }

func (p *piece) Enter(x *middleware.Exchange) bool {
	value := p.incoming(x.Request.Header)
	if value == nil {
		value = middleware.Local[run](x).generate()
	}
	x.Writer.Header()[p.options.Header] = value
	x.Record.SetRequestID(value[0])
	if p.options.Context {
		x.Request = x.Request.WithContext(context.WithValue(x.Request.Context(), contextKey{}, value[0]))
	}
	return true
}

func (p *piece) Leave(*middleware.Exchange) {}

// incoming returns the client's id as a header value, nil if it sent none. Its capacity is its length, so that Header.Add cannot
// write into the request's.
func (p *piece) incoming(in http.Header) []string {
	if p.options.IgnoreIncoming {
		return nil
	}
	if v := in[p.options.Header]; len(v) == 1 && wellFormed(v[0], p.options.MaxLength) {
		return v[:1:1]
	}
	if v := in["Traceparent"]; len(v) == 1 {
		if id, ok := traceID(v[0]); ok {
			return []string{id}
		}
	}
	return nil
}
