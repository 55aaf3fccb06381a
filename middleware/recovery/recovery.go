// Package recovery turns a handler's panic into an honest answer: a 500 if nothing of the response has been sent, a broken
// connection if some of it has, so that no client takes half a response for a whole one.
package recovery

import (
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/hotpath-go/hotpath/middleware"
	"github.com/hotpath-go/hotpath/middleware/internal/option"
	"github.com/hotpath-go/hotpath/middleware/internal/problem"
)

// Options says who hears of a panic. It is a value: New copies it.
type Options struct {
	// Logger gets one error for each panic, with the stack. Zero means no line is written.
	Logger *slog.Logger
	// OnPanic is called with the request, the panic's value and its stack, on the request's goroutine, after the answer was
	// written. If it panics itself, the connection is broken. Zero means no call.
	OnPanic func(r *http.Request, value any, stack []byte)
}

// New returns the middleware. Beside other pieces in a Chain it is fused with them; see Piece.
func New(o *Options) func(http.Handler) http.Handler { return middleware.Stack{Piece(o)}.Middleware }

// Piece returns the same for a middleware.Stack. Nil means the zero Options. It goes inside the access log, so that the log sees the 500.
//
// http.ErrAbortHandler is the handler's own wish and passes through untouched. Any other panic is answered with a problem
// document (RFC 9457) and status 500. If part of the response may have been sent already, or the connection was hijacked, the
// panic goes on as http.ErrAbortHandler: net/http then closes the connection or resets the HTTP/2 stream, without a second
// stack in its log. A hijacked connection is not closed: it may have a new owner.
func Piece(o *Options) middleware.Piece { return &piece{option.Of(o)} }

type piece struct{ options Options }

func (p *piece) Enter(*middleware.Exchange) bool { return true }

// Leave runs while the frames of the panic are still on the stack, so that debug.Stack shows where it came from.
func (p *piece) Leave(x *middleware.Exchange) {
	v := x.Panic
	if v == nil || v == http.ErrAbortHandler {
		return
	}
	stack := debug.Stack()
	if x.Record.Began() {
		x.Panic = http.ErrAbortHandler
	} else {
		problem.Answer(x.Writer, http.StatusInternalServerError, x.Record.RequestID())
		x.Panic, x.Returned = nil, true
	}
	p.report(x, v, stack)
}

func (p *piece) report(x *middleware.Exchange, v any, stack []byte) {
	if l := p.options.Logger; l != nil {
		l.LogAttrs(x.Request.Context(), slog.LevelError, "handler panicked", slog.Any("panic", v), slog.String("method", x.Method),
			slog.String("path", x.Path), slog.String("request_id", x.Record.RequestID()), slog.String("stack", string(stack)))
	}
	if f := p.options.OnPanic; f != nil {
		f(x.Request, v, stack)
	}
}
