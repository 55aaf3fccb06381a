// Package requestid gives each request an id: the client's X-Request-Id if it is well-formed, else the trace-id of its W3C
// traceparent, else a new one. The id goes into the response header and to the other pieces of the stack.
package requestid

import (
	"context"
	"net/http"

	"github.com/hotpath-go/hotpath/middleware"
)

// Options says where ids come from and go to. It must not be changed after New.
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

// New returns the middleware. Without Options.Context it allocates once for a new id and not at all for an incoming one.
func New(o Options) func(http.Handler) http.Handler {
	if o.Header == "" {
		o.Header = "X-Request-Id"
	}
	o.Header = http.CanonicalHeaderKey(o.Header)
	if o.MaxLength <= 0 {
		o.MaxLength = 128
	}
	return func(next http.Handler) http.Handler { return &handler{o, next} }
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

type handler struct {
	options Options
	next    http.Handler
}

func (h *handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w, rec, owner := middleware.Wrap(w)
	if owner {
		defer rec.End()
	}
	value := h.value(r.Header)
	w.Header()[h.options.Header] = value
	rec.SetRequestID(value[0])
	if h.options.Context {
		r = r.WithContext(context.WithValue(r.Context(), contextKey{}, value[0]))
	}
	h.next.ServeHTTP(w, r)
}

// value returns the id as a header value. Its capacity is its length, so that Header.Add cannot write into the request's.
func (h *handler) value(in http.Header) []string {
	if h.options.IgnoreIncoming {
		return generate()
	}
	if v := in[h.options.Header]; len(v) == 1 && wellFormed(v[0], h.options.MaxLength) {
		return v[:1:1]
	}
	if v := in["Traceparent"]; len(v) == 1 {
		if id, ok := traceID(v[0]); ok {
			return []string{id}
		}
	}
	return generate()
}
