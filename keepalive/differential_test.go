package keepalive_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// outcome is what a caller and a server can see of one exchange.
type outcome struct {
	Head         string // as the server read it
	Status       string
	Header       string
	Body         string
	BodyErr      string
	Length       int64
	Close        bool
	Uncompressed bool
	Encoding     []string
	Trailer      string
	Err          string // its kind
	Conns        int    // after a second, plain request
	Steps        []string
}

// difference is an exchange in which the two could differ.
type difference struct {
	name     string
	act      func(*visit) bool
	req      func(t *testing.T, url string) *http.Request
	tune     func(*http.Transport)
	read     func(*http.Response) (string, error) // nil: io.ReadAll
	trace    bool
	anyConns bool // net/http itself decides by a race how many there are
	anyHead  bool // likewise: whether the head left before the body failed
	timed    bool // what a busy machine may turn around: a timer and what it should follow, or net/http's reader and writer
}

const ok2 = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

func get(t *testing.T, url string) *http.Request { return request(t, "GET", url, nil) }

func request(t *testing.T, method, url string, body io.Reader, fields ...string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, body)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(fields); i += 2 {
		r.Header.Add(fields[i], fields[i+1])
	}
	return r
}

// answering reads the request, then says the answer on the connection's first
// request and a plain one afterwards.
func answering(answer string, stay bool) func(*visit) bool {
	return func(v *visit) bool {
		v.body()
		if v.seq+v.conn > 0 {
			return v.say(ok2)
		}
		return v.say(answer) && stay
	}
}

func gzipped(s string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = io.WriteString(w, s)
	_ = w.Close()
	return b.String()
}

// TestAsNetHTTP puts the same server and request before http.Transport and
// Transport and compares all that can be seen.
func TestAsNetHTTP(t *testing.T) {
	t.Parallel()
	for _, d := range differences() {
		t.Run(d.name, func(t *testing.T) {
			t.Parallel()
			want, got := d.run(t, false), d.run(t, true)
			for try := 0; d.timed && try < 3 && !reflect.DeepEqual(got, want); try++ {
				want, got = d.run(t, false), d.run(t, true)
			}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("keepalive.Transport:\n%+v\nhttp.Transport:\n%+v", got, want)
			}
		})
	}
}

func (d difference) run(t *testing.T, ours bool) (o outcome) {
	s := script(t, d.act)
	std := &http.Transport{}
	if d.tune != nil {
		d.tune(std)
	}
	var rt http.RoundTripper = std
	if ours {
		rt = newTransport(t, &keepalive.Transport{Base: std})
	} else {
		t.Cleanup(std.CloseIdleConnections)
	}
	req := d.req(t, s.url())
	var steps *tracer
	if d.trace {
		steps = new(tracer)
		req = req.WithContext(httptrace.WithClientTrace(req.Context(), steps.trace()))
	}
	go func() {
		select {
		case <-s.held:
			giveUp(req)
		case <-s.left:
		}
	}()
	resp, err := rt.RoundTrip(req)
	if err != nil {
		o.Err = kind(err)
	} else {
		o.read(resp, d.read)
		if resp.Request != req {
			o.Err = "another Request"
		}
	}
	close(s.left)
	o.Head = strings.ReplaceAll(sortedHead(s.firstHead()), s.ln.Addr().String(), "HOST")
	if d.trace {
		steps.wrote(t) // by net/http's goroutine, perhaps after the answer
		o.Steps = steps.all(s.ln.Addr().String())
	}
	if o.Head != "" {
		s.settled(1) // bytes that come late
	}
	if d.anyHead {
		o.Head = ""
	}
	if resp, err := rt.RoundTrip(get(t, s.url())); err == nil {
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
	if _, o.Conns = s.count(); d.anyConns {
		o.Conns = 0
	}
	return o
}

func (o *outcome) read(resp *http.Response, read func(*http.Response) (string, error)) {
	o.Status, o.Length, o.Close = resp.Status, resp.ContentLength, resp.Close
	o.Uncompressed, o.Encoding = resp.Uncompressed, resp.TransferEncoding
	o.Header = fmt.Sprint(resp.Header)
	if read == nil {
		read = func(r *http.Response) (string, error) { b, err := io.ReadAll(r.Body); return string(b), err }
	}
	body, err := read(resp)
	if o.Body = body; err != nil {
		o.BodyErr = kind(err)
	}
	o.Trailer = fmt.Sprint(resp.Trailer)
	_ = resp.Body.Close()
	if _, err := resp.Body.Read(make([]byte, 1)); err == nil {
		o.BodyErr += "; read after close"
	}
}

// sortedHead: the order of fields is free.
func sortedHead(h string) string {
	lines := strings.Split(h, "\r\n")
	slices.Sort(lines[1:])
	return strings.Join(lines, "\n")
}

// kind is what of an error both must agree on; the words around are ours.
func kind(err error) string {
	var timeout interface{ Timeout() bool }
	switch {
	case errors.Is(err, context.Canceled):
		return "canceled"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	for _, part := range []string{
		"malformed HTTP", "malformed MIME", "server response headers exceeded", "unexpected EOF", "gzip: invalid header",
		"Body length", "the caller's own", "connection reset", "broken pipe", "EOF", "multiple Content-Length", "nil Body", "bad Content-Length", "unsupported transfer encoding",
		"malformed chunked", "invalid byte in chunk length", "invalid header", "request canceled", "mine",
	} {
		if strings.Contains(err.Error(), part) {
			return part
		}
	}
	return err.Error()
}

// tracer notes the hooks in their order; the two transports write and read in
// different goroutines, so only each goroutine's order is compared.
type tracer struct{ writes, reads, conns steps }

func (tr *tracer) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn:              func(hp string) { tr.conns.add("GetConn " + hp) },
		GotConn:              func(i httptrace.GotConnInfo) { tr.conns.add(fmt.Sprint("GotConn ", i.Reused, i.WasIdle)) },
		ConnectStart:         func(_, a string) { tr.conns.add("ConnectStart " + a) },
		ConnectDone:          func(_, a string, err error) { tr.conns.add(fmt.Sprint("ConnectDone ", a, err)) },
		PutIdleConn:          func(err error) { tr.reads.add(fmt.Sprint("PutIdleConn ", err)) },
		GotFirstResponseByte: func() { tr.reads.add("first byte") },
		Got100Continue:       func() { tr.reads.add("100") },
		Got1xxResponse: func(code int, h textproto.MIMEHeader) error {
			tr.reads.add(fmt.Sprint(code, maps.Clone(h)))
			if h.Get("Refuse") != "" {
				return errors.New("the caller's own error")
			}
			return nil
		},
		WroteHeaderField: func(k string, v []string) { tr.writes.add(fmt.Sprint("field ", k, v)) },
		WroteHeaders:     func() { tr.writes.add("headers") },
		Wait100Continue:  func() { tr.writes.add("wait 100") },
		WroteRequest:     func(i httptrace.WroteRequestInfo) { tr.writes.add(fmt.Sprint("request ", i.Err)) },
	}
}

// wrote waits for the last of the hooks that another goroutine may run.
func (tr *tracer) wrote(t *testing.T) {
	t.Helper()
	is := func(s string) bool { return strings.HasPrefix(s, "request ") }
	for until := time.Now().Add(10 * time.Second); !slices.ContainsFunc(tr.writes.get(), is); time.Sleep(time.Millisecond) {
		if time.Now().After(until) {
			t.Error("WroteRequest was never called")
			return
		}
	}
}

func (tr *tracer) all(host string) []string {
	out := slices.Concat(tr.conns.get(), tr.reads.get(), tr.writes.get())
	for i := range out {
		out[i] = strings.ReplaceAll(out[i], host, "HOST")
	}
	slices.Sort(out) // field order is free
	return out
}
