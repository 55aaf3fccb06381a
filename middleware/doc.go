// Package middleware is what stands around the handlers of an HTTP service: a chain that is composed once, and one response
// writer that all its pieces share.
//
// # A chain
//
// A middleware is a func(http.Handler) http.Handler, so every router and every library that speaks net/http fits in.
// [Chain] is a list of them, the outermost first:
//
//	log := accesslog.New(&accesslog.Options{Writer: os.Stdout})
//	h := middleware.Chain{log.Middleware, requestid.New(nil), recovery.New(nil)}.Then(mux)
//
// Access log outside, so that it sees what the others answer; recovery inside, so that a panic becomes a 500 that is logged
// with its request id. The pieces, each a package, each usable alone:
//
//   - accesslog: one line a request, written by another goroutine; with a ring, nothing that is handed over is lost with the process
//   - router: http.ServeMux's patterns in a radix tree; it stands inside
//   - requestid: the client's id, the trace's, or a new one
//   - metrics: latency histograms by route and status class, as Prometheus text
//   - health: liveness, readiness, draining; it stands outside limits
//   - ipfilter: addresses allowed and denied, and the client's address behind proxies
//   - limit: requests at a time, requests of one client, bytes of a body
//   - deadline: a context that ends, and 503 for the handler that was late
//   - recovery: a panic becomes a problem document, or a broken connection, never half a response that looks whole
//
// # One pass
//
// A [Piece] is a middleware as two calls, Enter and Leave. A [Stack] of them runs in one pass, with one writer, one deferred
// call and one pooled [Exchange]. The pieces here are Stacks of one, and Stacks that meet are fused, so a Chain of them is one
// pass already; a foreign middleware in between starts another.
//
// # One writer for the stack
//
// A piece that wants to know what was answered calls [Wrap]. The first one wraps; the others get the same writer back and the
// same [Record]: status, bytes, first byte, request id.
//
//	w, rec, owner := middleware.Wrap(w)
//	if owner {
//		defer rec.End()
//	}
//	next.ServeHTTP(w, r)
//
// The writer has exactly the optional interfaces of the one it wraps: Flusher, FlushError, Hijacker, ReaderFrom (and so sendfile), Pusher,
// StringWriter, CloseNotifier, the deadlines (both or none), EnableFullDuplex. It has Unwrap, for http.ResponseController.
// There is one generated type for each of the 512 combinations; together they add about 1 MB to a stripped binary.
//
// # Late use
//
// A goroutine that outlives its request and still holds the writer is refused: it gets [ErrHandlerDone], and a method that has no error does nothing.
// With -race, or with -tags hotpathdebug, it panics and says what to do. It can never reach a later request, because a writer
// is never used twice: writers come from pooled slabs of 38, one allocation each, and a slab that is used up is left to the
// garbage collector. A writer that somebody keeps holds its slab of 3 kB in memory, and no response. A call that had begun before the handler returned is as much a race as with net/http's own writer.
package middleware
