package keepalive_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
	"go.uber.org/goleak"
)

// The default transport throws away what the third worker gives back; this one
// must not, with nothing configured.
func TestZeroValueKeepsWhatItDialed(t *testing.T) {
	t.Parallel()
	const workers, each = 64, 20 * scale
	tr := newTransport(t, new(keepalive.Transport))
	crowd(t, tr, workers, each)
	// All workers were inside at once before any connection came back, so each
	// had to dial, and from then on none had a reason to. On a starved machine
	// net/http gives up a connection whose writer reports 50 ms late: hence 8.
	if st := tr.Stats(); st.Dials < workers || st.Dials > workers+8 || st.Reuses+st.Dials != workers*(each+2) {
		t.Errorf("stats = %+v, want %d dials and %d reuses", st, workers, workers*(each+1))
	}

	var dials atomic.Int64
	std := http.DefaultTransport.(*http.Transport).Clone()
	std.DialContext = func(ctx context.Context, network, addr string) (net.Conn, error) {
		dials.Add(1)
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	defer std.CloseIdleConnections()
	crowd(t, std, workers, each)
	if n := dials.Load(); n < workers+workers/2 {
		t.Errorf("http.DefaultTransport dialed %d times: this test no longer shows a difference", n)
	}
}

// crowd has all workers inside the server at once, then each requests on its own, then all are inside again.
func crowd(t *testing.T, rt http.RoundTripper, workers, each int) {
	t.Helper()
	var inside [2]sync.WaitGroup
	for i := range inside {
		inside[i].Add(workers)
	}
	meet := func(i int) { inside[i].Done(); inside[i].Wait() }
	s, _ := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/meet":
			meet(0)
		case "/meet/again":
			meet(1)
		}
	}), nil)
	ask := func(path string, n int) {
		errs := load(t.Context(), workers, n, func(int, int) error {
			_, _, err := exchange(t.Context(), rt, "GET", s.URL+path, nil)
			return err
		})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
	}
	ask("/meet", 1)
	ask("/", each)
	ask("/meet/again", 1)
}

func TestStatsFollowTheConnections(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	s, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = http.NewResponseController(w).Flush()
		<-release
	}), nil)
	tr := newTransport(t, new(keepalive.Transport))
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	if st := tr.Stats(); st.Open != 1 || st.Idle != 0 {
		t.Errorf("during the answer: %+v, want 1 open and 0 idle", st)
	}
	close(release)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if st := tr.Stats(); st.Open != 1 || st.Idle != 1 {
		t.Errorf("after the answer: %+v, want 1 open and 1 idle", st)
	}
	tr.CloseIdleConnections()
	if st := tr.Stats(); st.Open != 0 || st.Idle != 0 || st.Dials != 1 {
		t.Errorf("after CloseIdleConnections: %+v, want none open", st)
	}
	if _, _, err := exchange(t.Context(), tr, "GET", "http://127.0.0.1:1", nil); err == nil {
		t.Error("a dial to a closed port succeeded")
	}
	if st := tr.Stats(); st.DialErrors == 0 || st.Open != 0 {
		t.Errorf("after a failed dial: %+v", st)
	}
}

func TestRoundTripLeavesTheRequestAlone(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	for _, body := range []io.ReadCloser{nil, io.NopCloser(strings.NewReader("x"))} {
		tr := newTransport(t, &keepalive.Transport{MaxRequests: 1})
		req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL, nil)
		req.Body = body
		req.Header.Set("X-Own", "1")
		before, header := *req, maps.Clone(req.Header)
		resp, err := tr.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		if resp.Request != req {
			t.Error("Response.Request is not the caller's request")
		}
		if !reflect.DeepEqual(req.Header, header) || !reflect.DeepEqual(*req, before) {
			t.Errorf("request changed: %+v, was %+v", *req, before)
		}
	}
}

func TestBodiesStream(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.EnableFullDuplex()
		_ = rc.Flush()
		buf := make([]byte, 1)
		for {
			if _, err := r.Body.Read(buf); err != nil {
				return
			}
			_, _ = w.Write(buf)
			_ = rc.Flush()
		}
	}), nil)
	tr := newTransport(t, &keepalive.Transport{MaxRequests: 1})
	pr, pw := io.Pipe()
	req, _ := http.NewRequestWithContext(t.Context(), "POST", s.URL, pr)
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	buf := make([]byte, 1)
	for i := range 10 {
		if _, err := pw.Write([]byte{byte(i)}); err != nil {
			t.Fatal(err)
		}
		if _, err := io.ReadFull(resp.Body, buf); err != nil || buf[0] != byte(i) {
			t.Fatalf("byte %d came back as %v, %v", i, buf, err)
		}
	}
	_ = pw.Close()
}

func TestContextCancel(t *testing.T) {
	t.Parallel()
	entered, leave := make(chan struct{}, 1), make(chan struct{})
	s, _ := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		entered <- struct{}{}
		select {
		case <-r.Context().Done():
		case <-leave:
		}
	}), nil)
	defer close(leave)
	tr := newTransport(t, new(keepalive.Transport))
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-entered; cancel() }()
	if _, _, err := exchange(ctx, tr, "GET", s.URL, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want context.Canceled", err)
	}
}

// http.Client's Timeout comes as Request.Cancel to every transport but
// net/http's own.
func TestClientTimeout(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/hang":
			<-r.Context().Done()
		case "/hang/body":
			_, _ = io.WriteString(w, "begin")
			_ = http.NewResponseController(w).Flush()
			<-r.Context().Done()
		default:
			_, _ = io.WriteString(w, "ok")
		}
	}), nil)
	tr := newTransport(t, new(keepalive.Transport))
	for _, path := range []string{"/", "/hang", "/", "/hang/body", "/"} {
		client := &http.Client{Transport: tr, Timeout: 20 * time.Second}
		if path != "/" {
			client.Timeout = 100 * time.Millisecond
		}
		resp, err := client.Get(s.URL + path)
		if err == nil {
			time.Sleep(5 * time.Millisecond) // the exchange is over, its answer is not read
			var b []byte
			b, err = io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if err == nil && string(b) != "ok" {
				t.Errorf("%s = %q", path, b)
			}
		}
		var timeout interface{ Timeout() bool }
		if hangs := path != "/"; hangs != (err != nil) || hangs && (!errors.As(err, &timeout) || !timeout.Timeout()) {
			t.Errorf("%s: error = %v", path, err)
		}
	}
}

func TestCallersTraceStillRuns(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, new(keepalive.Transport))
	var got []string
	var mu sync.Mutex // PutIdleConn runs in net/http's reader
	note := func(s string) { mu.Lock(); got = append(got, s); mu.Unlock() }
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		GotConn: func(i httptrace.GotConnInfo) {
			if _, ok := i.Conn.RemoteAddr().(*net.TCPAddr); !ok {
				t.Errorf("GotConn's address is a %T", i.Conn.RemoteAddr())
			}
			note(fmt.Sprintf("got reused=%v", i.Reused))
		},
		PutIdleConn:  func(err error) { note(fmt.Sprintf("put %v", err)) },
		ConnectStart: func(string, string) { note("connect") },
		WroteRequest: func(httptrace.WroteRequestInfo) {},
	})
	for range 2 {
		if _, _, err := exchange(ctx, tr, "GET", s.URL, nil); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"connect", "got reused=false", "put <nil>", "got reused=true", "put <nil>"}
	mu.Lock()
	defer mu.Unlock()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("trace = %q, want %q", got, want)
	}
}

func TestProxy(t *testing.T) {
	t.Parallel()
	proxy, l := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "via proxy: "+r.RequestURI)
	}), nil)
	u, _ := url.Parse(proxy.URL)
	tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{Proxy: http.ProxyURL(u)}, MaxRequests: 2})
	for range 6 {
		body, _, err := exchange(t.Context(), tr, "GET", "http://example.invalid/x", nil)
		if err != nil || body != "via proxy: http://example.invalid/x" {
			t.Fatalf("answer = %q, %v", body, err)
		}
	}
	if conns, most, _ := l.counts(); conns != 3 || most != 2 {
		t.Errorf("connections = %d, most = %d, want 3 and 2", conns, most)
	}
}

// The connection to follow is the one below TLS, below a tunnel.
func TestProxyConnect(t *testing.T) {
	t.Parallel()
	backend, l := serve(t, echo, func(s *httptest.Server) { s.StartTLS() })
	proxy, _ := serve(t, http.HandlerFunc(tunnel), nil)
	u, _ := url.Parse(proxy.URL)
	base := trusting(backend)
	base.Proxy = http.ProxyURL(u)
	tr := newTransport(t, &keepalive.Transport{Base: base, MaxRequests: 2})
	keepalive.Forgetful(tr) // however long a busy machine makes the pause
	for range 6 {
		if body, _, err := exchange(t.Context(), tr, "POST", backend.URL, strings.NewReader("x")); err != nil || body != "xok" {
			t.Fatalf("answer = %q, %v", body, err)
		}
	}
	if conns, most, _ := l.counts(); conns != 3 || most != 2 || tr.Stats().Dials != 3 {
		t.Errorf("connections = %d, most = %d, stats = %+v, want 3 and 2", conns, most, tr.Stats())
	}
}

func tunnel(w http.ResponseWriter, r *http.Request) {
	far, err := net.Dial("tcp", r.Host)
	if err != nil {
		w.WriteHeader(http.StatusBadGateway)
		return
	}
	defer func() { _ = far.Close() }()
	w.WriteHeader(http.StatusOK)
	near, rw, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer func() { _ = near.Close() }()
	go func() {
		_, _ = io.Copy(far, rw)
		_ = far.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(near, far)
}

func TestHTTP2ByDefaultWhereBaseHadIt(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, func(s *httptest.Server) { s.EnableHTTP2 = true })
	base := trusting(s)
	used := base.Clone() // a Base that has served requests has changed inside
	if _, _, err := exchange(t.Context(), used, "GET", s.URL, nil); err != nil {
		t.Fatal(err)
	}
	defer used.CloseIdleConnections()
	off := base.Clone()
	off.ForceAttemptHTTP2, off.TLSClientConfig.NextProtos = false, nil
	for want, b := range map[int]*http.Transport{2: used, 1: off} {
		tr := newTransport(t, &keepalive.Transport{Base: b})
		if _, resp, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil || resp.ProtoMajor != want {
			t.Errorf("answer = %v, %v, want HTTP/%d", resp, err, want)
		}
	}
}

func TestCloseIdleConnectionsLeavesNothing(t *testing.T) {
	// Not parallel: goleak must see only this test's goroutines.
	opt := goleak.IgnoreCurrent()
	for _, h2 := range []bool{false, true} {
		s, _ := serve(t, echo, func(s *httptest.Server) { s.EnableHTTP2 = h2 })
		tr := &keepalive.Transport{MaxRequests: 3}
		if h2 {
			tr.Base = trusting(s)
		}
		load(t.Context(), 8, 10, func(int, int) error {
			_, _, err := exchange(t.Context(), tr, "GET", s.URL, nil)
			return err
		})
		tr.CloseIdleConnections()
		s.Client().CloseIdleConnections()
		s.Close()
	}
	goleak.VerifyNone(t, opt)
}

type closeNoter struct {
	io.Reader
	closed bool
}

func (c *closeNoter) Close() error { c.closed = true; return nil }

func TestUnusableSettingsAreErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		tr   *keepalive.Transport
		want error
	}{
		{"DialTLSContext", &keepalive.Transport{Base: &http.Transport{
			DialTLSContext: func(context.Context, string, string) (net.Conn, error) { return nil, nil },
		}}, keepalive.ErrBase},
		{"UserTimeout below the probes", &keepalive.Transport{UserTimeout: time.Second}, keepalive.ErrUserTimeout},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			body := &closeNoter{Reader: strings.NewReader("x")}
			req, _ := http.NewRequestWithContext(t.Context(), "POST", "http://127.0.0.1:1", body)
			if _, err := tt.tr.RoundTrip(req); !errors.Is(err, tt.want) {
				t.Errorf("error = %v, want %v", err, tt.want)
			}
			if !body.closed {
				t.Error("the request's body was not closed")
			}
			tt.tr.CloseIdleConnections()
		})
	}
}

func TestInvalidRequestsFailAsInNetHTTP(t *testing.T) {
	t.Parallel()
	tr := newTransport(t, new(keepalive.Transport))
	for _, req := range []*http.Request{
		{Method: "GET"},
		{Method: "GET", URL: &url.URL{Scheme: "http", Host: "x"}},
		{Method: "GET", URL: &url.URL{Scheme: "gopher", Host: "x"}, Header: http.Header{}},
	} {
		_, want := new(http.Transport).RoundTrip(req)
		_, got := tr.RoundTrip(req)
		if got == nil || want == nil || got.Error() != want.Error() {
			t.Errorf("error = %v, want %v", got, want)
		}
	}
}
