package zerocopy

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httputil"
	"sync"
)

// Proxy returns p as a handler whose long bodies go from socket to socket by
// splice, in both directions, without entering this process. It takes a
// [Listener] below the server and a [Dialer] in p.Transport; if that is nil, it
// gets an http.DefaultTransport of its own with one. p is copied: change it
// before, not after.
//
// A response is spliced if its length is known, it came over HTTP/1 without
// TLS, and neither p.ModifyResponse nor a middleware looks at its bytes; those
// of gin and echo do not. A request's body is if its length is known and nothing
// above the proxy reads it or puts a limit on it.
// Everything else takes the way it takes without Proxy.
func Proxy(p *httputil.ReverseProxy) http.Handler {
	x := *p
	if x.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.DialContext = new(Dialer).DialContext
		x.Transport = t
	}
	x.ModifyResponse = func(res *http.Response) error {
		if p.ModifyResponse != nil {
			if err := p.ModifyResponse(res); err != nil {
				return err
			}
		}
		if d, ok := res.Request.Context().Value(downstreamKey{}).(*downstream); ok {
			d.take(res)
		}
		return nil
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		d := &downstream{ResponseWriter: w, c: lookup(r)}
		if rf, ok := w.(readerFlusher); ok && !miscounts(w) {
			d.rf = rf
		}
		if d.c == nil || d.rf == nil && !transparent(w) {
			x.ServeHTTP(w, r)
			return
		}
		r = r.WithContext(context.WithValue(r.Context(), downstreamKey{}, d))
		r.Body = uploadOf(r)
		x.ServeHTTP(d, r)
	})
}

type downstreamKey struct{}

// A downstream is the ResponseWriter that a ReverseProxy is given.
type downstream struct {
	http.ResponseWriter
	c  *core
	rf readerFlusher // the ResponseWriter, or nil if it takes tokens instead
	mu sync.Mutex    // a ReverseProxy with FlushInterval flushes from a timer
}

// Unwrap lets the proxy hijack for an upgrade.
func (d *downstream) Unwrap() http.ResponseWriter { return d.ResponseWriter }

// FlushError is for http.ResponseController. It waits for the end of a splice,
// which leaves nothing to be flushed.
func (d *downstream) FlushError() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return http.NewResponseController(d.ResponseWriter).Flush()
}

// take has the body of res spliced, if it is one of those that can be.
func (d *downstream) take(res *http.Response) {
	if res.ContentLength >= inletMin && res.StatusCode != http.StatusSwitchingProtocols && isDownload(res.Body) {
		res.Body = &spliced{res.Body, d, res.ContentLength}
	}
}

// A spliced is a body that sends itself. ReverseProxy knows only Read and
// Write; the first Read of it does the work of both, and finds the end.
type spliced struct {
	io.ReadCloser
	d *downstream // nil when the body has been sent
	n int64
}

func (s *spliced) Read(p []byte) (int, error) {
	if s.d == nil {
		return s.ReadCloser.Read(p)
	}
	d := s.d
	s.d = nil
	err := d.send(&inflow{s.ReadCloser}, s.n)
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Op == "write" {
		// The client left. ReverseProxy reports errors of reading, but not this one.
		return 0, context.Canceled
	}
	if err != nil {
		return 0, err
	}
	return s.ReadCloser.Read(p)
}

func (d *downstream) send(f *inflow, n int64) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.rf == nil {
		_, err := byToken(d.ResponseWriter, d.c, promise{from: f, left: n}, func() (int64, error) {
			return io.Copy(struct{ io.Writer }{d.ResponseWriter}, io.LimitReader(f, n))
		})
		return err
	}
	_, err := together(d.c, func() (int64, error) {
		if err := flushHeader(d.ResponseWriter); err != nil {
			return 0, err
		}
		return d.rf.ReadFrom(io.LimitReader(f, n))
	})
	return err
}
