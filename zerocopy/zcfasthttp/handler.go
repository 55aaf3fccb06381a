package zcfasthttp

import (
	"net/http"
	"net/url"

	"github.com/valyala/fasthttp"

	"github.com/hotpath-go/hotpath/zerocopy"
)

// Handler serves f.
func Handler(f *zerocopy.Files) fasthttp.RequestHandler {
	return func(ctx *fasthttp.RequestCtx) {
		w := &writer{ctx: ctx, header: make(http.Header, 8)}
		f.ServeHTTP(w, request(ctx))
		w.finish()
	}
}

// request has what Files looks at. Strings are copied: those of fasthttp are
// used again when the handler has returned.
func request(ctx *fasthttp.RequestCtx) *http.Request {
	r := &http.Request{
		Method: string(ctx.Method()),
		URL:    &url.URL{Path: string(ctx.Path()), RawQuery: string(ctx.URI().QueryString())},
		Proto:  "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: make(http.Header),
	}
	for _, k := range asked {
		for _, v := range ctx.Request.Header.PeekAll(k) {
			r.Header[k] = append(r.Header[k], string(v))
		}
	}
	return r
}

var asked = []string{"Accept-Encoding", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range"}

// A writer is the response for the time of one call.
type writer struct {
	ctx    *fasthttp.RequestCtx
	header http.Header
}

func (w *writer) Header() http.Header { return w.header }

func (w *writer) WriteHeader(code int) { w.ctx.SetStatusCode(code) }

func (w *writer) Write(p []byte) (int, error) { return w.ctx.Write(p) }

// SendBody implements [zerocopy.BodyWriter].
func (w *writer) SendBody(b *zerocopy.Body, done func()) { ReplyThen(w.ctx, b, done) }

// finish moves the header, once: nothing looks at it before.
func (w *writer) finish() {
	h := &w.ctx.Response.Header
	for k, vs := range w.header {
		switch {
		case k == "Content-Length" && w.ctx.IsHead():
			h.SetBytesV(k, []byte(vs[0]))
		case k == "Content-Length":
		default:
			for _, v := range vs {
				h.Add(k, v)
			}
		}
	}
	if _, typed := w.header["Content-Type"]; !typed {
		h.SetNoDefaultContentType(true)
	}
}
