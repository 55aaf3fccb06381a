package zcfasthttp

import (
	"io"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Reply makes b the body of ctx's response. It is sent when the handler has
// returned, so what b refers to must stay until then; see [ReplyThen].
func Reply(ctx *fasthttp.RequestCtx, b *zerocopy.Body) { ReplyThen(ctx, b, nil) }

// ReplyThen is Reply; done is called when b is not needed any more, whether or
// not it was sent.
func ReplyThen(ctx *fasthttp.RequestCtx, b *zerocopy.Body, done func()) {
	s := &stream{r: b.NewReader(), done: done, release: zerocopy.Announce(ctx.Conn())}
	// The flush brings the header to the conn, which keeps it for the body.
	// Without it the front of the body would be copied beside the header.
	ctx.Response.ImmediateHeaderFlush = true
	ctx.Response.SetBodyStream(s, int(b.Len()))
}

// A stream is what fasthttp takes for the body. It belongs to one response.
type stream struct {
	r       *zerocopy.Reader
	done    func()
	release func()
}

func (s *stream) Read(p []byte) (int, error) { return s.r.Read(p) }

// WriteTo keeps fasthttp from copying through a buffer of its own. Its writer's
// ReadFrom hands the Reader down to the conn.
func (s *stream) WriteTo(w io.Writer) (int64, error) {
	if rf, ok := w.(io.ReaderFrom); ok {
		return rf.ReadFrom(s.r)
	}
	return s.r.WriteTo(w)
}

// Close is called by fasthttp in the end, also if another body took the place
// of this one: nothing stays announced.
func (s *stream) Close() error {
	s.release()
	if s.done != nil {
		s.done()
		s.done = nil
	}
	return nil
}
