// Package recovery turns a handler's panic into an honest answer: a 500 if nothing of the response has been sent, a broken
// connection if some of it has, so that no client takes half a response for a whole one.
package recovery

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/hotpath-go/hotpath/middleware"
)

// Options says who hears of a panic. It must not be changed after New.
type Options struct {
	// Logger gets one error for each panic, with the stack. Zero means no line is written.
	Logger *slog.Logger
	// OnPanic is called with the request, the panic's value and its stack, on the request's goroutine, after the answer was
	// written. If it panics itself, the connection is broken. Zero means no call.
	OnPanic func(r *http.Request, value any, stack []byte)
}

// New returns the middleware. It goes inside the access log, so that the log sees the 500.
//
// http.ErrAbortHandler is the handler's own wish and passes through untouched. Any other panic is answered with a problem
// document (RFC 9457) and status 500. If part of the response may have been sent already, or the connection was hijacked, the
// panic goes on as http.ErrAbortHandler: net/http then closes the connection or resets the HTTP/2 stream, without a second
// stack in its log. A hijacked connection is not closed: it may have a new owner.
func New(o Options) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return &handler{o, next} }
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
	defer h.catch(w, r, rec)
	h.next.ServeHTTP(w, r)
}

// catch must be the deferred function itself: recover works nowhere deeper.
func (h *handler) catch(w http.ResponseWriter, r *http.Request, rec *middleware.Record) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	stack := debug.Stack()
	began := rec.Began()
	if !began {
		answer(w, rec.RequestID())
	}
	h.report(r, rec, v, stack)
	if began {
		panic(http.ErrAbortHandler)
	}
}

func (h *handler) report(r *http.Request, rec *middleware.Record, v any, stack []byte) {
	if l := h.options.Logger; l != nil {
		l.LogAttrs(r.Context(), slog.LevelError, "handler panicked", slog.Any("panic", v), slog.String("method", r.Method),
			slog.String("path", r.URL.Path), slog.String("request_id", rec.RequestID()), slog.String("stack", string(stack)))
	}
	if f := h.options.OnPanic; f != nil {
		f(r, v, stack)
	}
}
