package zerocopy

import (
	"io"
	"net/http"
)

// Send writes b to w in the fewest calls w allows, and reports how many bytes
// of b were taken.
//
// To an http.ResponseWriter it sends b as the whole response body: write
// nothing before or after it. It sets Content-Length and Content-Type as
// net/http would have found them, unless they are set or the response is
// encoded or chunked. A body that fits beside the header in net/http's own
// buffer leaves with it in one call; a longer one reaches a conn of a
// [Listener] in a second. Any other writer gets the same bytes by plain writes:
// HTTP/2, TLS, wrappers that do not implement io.ReaderFrom.
//
// To a conn of a Listener, a *net.TCPConn or a *net.UnixConn it makes one
// gathering write for each run of memory, and sendfile for files. After an
// error the stream ends in the middle of b: close the conn.
//
// When a file turns out short ([ErrShortFile]) the conn of the response is
// closed without its end, never padded and never used again; the handler
// should just return, or panic with http.ErrAbortHandler if w is a wrapper
// without Unwrap. Only if nothing was written, no header either (0 and the error
// are returned), can it still answer with an error of its own.
func Send(w io.Writer, b *Body) (int64, error) {
	if rw, ok := w.(http.ResponseWriter); ok {
		return respond(rw, nil, b, 0, b.n, describe(rw.Header(), b, b.n), false)
	}
	return b.WriteTo(w)
}

// Reply is [Send] in answer to r. Knowing the request it knows the conn, and
// sends header and body together: one call for memory, two for a file. A HEAD
// request gets the header only, and no file is read for it.
func Reply(w http.ResponseWriter, r *http.Request, b *Body) (int64, error) {
	return reply(w, r, b)
}

// A BodyWriter is used by one goroutine at a time, as every ResponseWriter is. It
// is that of an adapter to another server, one that sends the body after the
// handler has returned. [Send], [Reply], [Files] and [Template] hand it the Body,
// the header being set. done, which may be nil, is to be called when b is not
// needed any more, by any goroutine.
type BodyWriter interface {
	http.ResponseWriter
	SendBody(b *Body, done func())
}

func reply(w http.ResponseWriter, r *http.Request, b *Body) (int64, error) {
	exact := describe(w.Header(), b, b.n)
	if r.Method == http.MethodHead {
		_, err := w.Write(nil)
		return 0, err
	}
	return respond(w, r, b, 0, b.n, exact, false)
}
