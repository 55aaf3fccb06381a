package wire

import (
	"bytes"
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"reflect"
	"strings"
)

// maxInMemory is the largest body that is put together with its head: what a
// socket takes at once in nearly every case.
const maxInMemory = 64 << 10

// Outgoing is one request on its way, over as many connections as it takes. It
// is used by one goroutine at a time.
type Outgoing struct {
	req    *http.Request
	ctx    context.Context
	cancel context.CancelCauseFunc // nil, or ends the watch on Request.Cancel
	trace  *httptrace.ClientTrace
	buf    *[]byte // the whole request, or nil
	body   int     // how much of buf is its body
	lent   bool    // buf was lent to a goroutine, so it is not used again
	stream *source // the request where it is not in memory
	gzip   bool    // we asked for it, so we undo it
	close  bool    // the connection's last
}

// Prepare puts the request together. last announces that its connection will
// not be used again.
func Prepare(req *http.Request, compress, last bool) (*Outgoing, error) {
	o := &Outgoing{req: req, ctx: req.Context()}
	o.trace = httptrace.ContextClientTrace(o.ctx)
	o.close = last || req.Close || HasToken(req.Header["Connection"], "close")
	o.gzip = compress && req.Method != http.MethodHead && req.Header.Get("Accept-Encoding") == "" && req.Header.Get("Range") == ""
	//lint:ignore SA1019 http.Client's Timeout sets it for every transport but net/http's own
	if legacy := req.Cancel; legacy != nil {
		o.watch(legacy)
	}
	host, plain := plainHost(req)
	n := bodyInMemory(req)
	if n < 0 || !plain || traced(o.trace) || !o.assemble(host, n) {
		o.stream = newSource(req, o)
		return o, nil
	}
	if n > 0 {
		if err := o.take(n); err != nil {
			o.Release()
			return nil, err
		}
	}
	return o, nil
}

var errRequestCanceled = errors.New("net/http: request canceled")

// watch turns Request.Cancel into a context's end.
func (o *Outgoing) watch(legacy <-chan struct{}) {
	o.ctx, o.cancel = context.WithCancelCause(o.ctx)
	ctx, cancel := o.ctx, o.cancel
	go func() {
		select {
		case <-legacy:
			cancel(errRequestCanceled)
		case <-ctx.Done():
		}
	}()
}

// Last says whether the request announces its connection's end.
func (o *Outgoing) Last() bool { return o.close }

// Context is the request's, and ends by Request.Cancel too.
func (o *Outgoing) Context() context.Context { return o.ctx }

// Release ends a request that will not be answered.
func (o *Outgoing) Release() {
	o.answered()
	o.finish()
}

// answered: nothing will be sent again.
func (o *Outgoing) answered() {
	o.free()
	if o.stream != nil {
		o.stream.Settle()
	}
}

// finish comes when the answer has been read too.
func (o *Outgoing) finish() {
	if o.cancel != nil {
		o.cancel(errDone)
	}
}

var errDone = errors.New("request done")

func (o *Outgoing) free() {
	if o.buf == nil || o.lent {
		return
	}
	if cap(*o.buf) <= maxKept {
		*o.buf = (*o.buf)[:0]
		requests.Put(o.buf)
	}
	o.buf = nil
}

// assemble writes the head; false leaves the request to net/http.
func (o *Outgoing) assemble(host string, n int) bool {
	buf := requests.Get().(*[]byte)
	b, ok := appendHead((*buf)[:0], o, host, n)
	*buf, o.buf, o.body = b, buf, n
	if !ok {
		o.free()
	}
	return ok
}

// take moves the body behind the head.
func (o *Outgoing) take(n int) error {
	b := *o.buf
	at := len(b)
	b = append(b, make([]byte, n)...)
	*o.buf = b
	_, err := io.ReadFull(o.req.Body, b[at:])
	if cerr := o.req.Body.Close(); err == nil {
		err = cerr
	}
	return err
}

// traced: net/http calls the hooks of writing where they belong.
func traced(t *httptrace.ClientTrace) bool {
	return t != nil && (t.WroteHeaderField != nil || t.WroteHeaders != nil || t.WroteRequest != nil)
}

// bodyInMemory returns the body's length where reading it cannot wait and the
// request says the same, or -1.
func bodyInMemory(req *http.Request) int {
	if len(req.TransferEncoding) > 0 || len(req.Trailer) > 0 {
		return -1
	}
	if req.Body == nil || req.Body == http.NoBody {
		if req.ContentLength != 0 {
			return -1
		}
		return 0
	}
	if req.ContentLength <= 0 || req.ContentLength > maxInMemory {
		return -1
	}
	if n, ok := length(req.Body); !ok || int64(n) != req.ContentLength {
		return -1
	}
	return int(req.ContentLength)
}

var (
	nopCloser         = reflect.TypeOf(io.NopCloser(nil))
	nopCloserWriterTo = reflect.TypeOf(io.NopCloser(struct {
		io.Reader
		io.WriterTo
	}{}))
)

// length knows the readers that net/http knows.
func length(r io.Reader) (int, bool) {
	switch v := r.(type) {
	case *bytes.Reader:
		return v.Len(), true
	case *bytes.Buffer:
		return v.Len(), true
	case *strings.Reader:
		return v.Len(), true
	}
	if t := reflect.TypeOf(r); t == nopCloser || t == nopCloserWriterTo {
		if inner, ok := reflect.ValueOf(r).Field(0).Interface().(io.Reader); ok && inner != nil {
			return length(inner)
		}
	}
	return 0, false
}

// forNetHTTP is the request as net/http is to write it.
func (o *Outgoing) forNetHTTP(body io.ReadCloser) *http.Request {
	r := o.req.WithContext(o.ctx)
	if o.gzip {
		r.Header = maps.Clone(r.Header)
		if r.Header == nil {
			r.Header = make(http.Header)
		}
		r.Header.Set("Accept-Encoding", "gzip")
	}
	r.Close = o.close
	r.Body = body
	return r
}
