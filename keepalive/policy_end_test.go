package keepalive_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// trickle streams a line for each tick it gets, then ends.
func trickle(ticks <-chan struct{}) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		rc := http.NewResponseController(w)
		_ = rc.Flush()
		for range ticks {
			_, _ = io.WriteString(w, "tick\n")
			_ = rc.Flush()
		}
	}
}

// An age that passes in the middle of an answer ends the connection after the
// next one, not under this one.
func TestMaxAgeDoesNotCutAStream(t *testing.T) {
	t.Parallel()
	const age = 20 * time.Millisecond
	ticks := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/stream", trickle(ticks))
	mux.Handle("/", echo)
	s, l := policed(t, &keepalive.Policy{MaxAge: age, Jitter: -1}, mux, false)
	client := &http.Transport{}
	defer client.CloseIdleConnections()
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/stream", nil)
	resp, err := client.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewReader(resp.Body)
	for i := range 5 {
		time.Sleep(age)
		ticks <- struct{}{}
		if line, err := lines.ReadString('\n'); err != nil || line != "tick\n" {
			t.Fatalf("line %d: %q, %v", i, line, err)
		}
	}
	close(ticks)
	if rest, err := io.ReadAll(lines); err != nil || len(rest) > 0 || resp.Close {
		t.Errorf("the stream ends with %q, %v, close = %v", rest, err, resp.Close)
	}
	if _, resp, err := exchange(t.Context(), client, "GET", s.URL, nil); err != nil || !resp.Close {
		t.Errorf("the request after: %v, want Connection: close", err)
	}
	if conns, most, _ := l.counts(); conns != 1 || most != 2 {
		t.Errorf("%d connections, %d requests on one; want both on the same", conns, most)
	}
}

// GOAWAY comes while another stream of the same connection runs: that one must
// end by itself, new ones go elsewhere.
func TestGoawayLeavesRunningStreamsAlone(t *testing.T) {
	t.Parallel()
	ticks := make(chan struct{})
	mux := http.NewServeMux()
	mux.Handle("/stream", trickle(ticks))
	mux.Handle("/", echo)
	s, l := policed(t, &keepalive.Policy{MaxRequests: 3}, mux, true)
	client := trusting(s)
	defer client.CloseIdleConnections()
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.URL+"/stream", nil)
	resp, err := client.RoundTrip(req)
	if err != nil || resp.ProtoMajor != 2 {
		t.Fatal(resp, err)
	}
	for i := range 6 { // the third request of the first connection brings GOAWAY
		// net/http repeats a POST that GOAWAY refused if it can rewind the body.
		if body, _, err := exchange(t.Context(), client, "POST", s.URL, strings.NewReader("x")); err != nil || body != "xok" {
			t.Fatalf("POST %d: %q, %v", i, body, err)
		}
	}
	lines := bufio.NewReader(resp.Body)
	for i := range 3 {
		ticks <- struct{}{}
		if line, err := lines.ReadString('\n'); err != nil || line != "tick\n" {
			t.Fatalf("line %d after GOAWAY: %q, %v", i, line, err)
		}
	}
	close(ticks)
	if _, err := io.Copy(io.Discard, lines); err != nil {
		t.Errorf("the stream ends with %v", err)
	}
	if conns, _, total := l.counts(); conns < 2 || total != 7 {
		t.Errorf("%d connections for %d requests, want 7 requests on more than one", conns, total)
	}
}

// A handler that panics ends its connection unannounced. It must have been
// counted, and must not spoil the account of the next connection.
func TestAPanicIsARequestLikeAnother(t *testing.T) {
	t.Parallel()
	p := &keepalive.Policy{MaxRequests: 3}
	s, l := atListener(t, p, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/panic" {
			panic(http.ErrAbortHandler)
		}
		echo(w, r)
	}))
	client := &http.Transport{}
	defer client.CloseIdleConnections()
	for round := range 3 {
		if _, _, err := exchange(t.Context(), client, "GET", s.URL, nil); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		if _, _, err := exchange(t.Context(), client, "POST", s.URL+"/panic", stream{strings.NewReader(strings.Repeat("x", 1<<20))}); err == nil {
			t.Errorf("round %d: the panic was answered", round)
		}
	}
	for i := range 4 {
		if _, resp, err := exchange(t.Context(), client, "GET", s.URL, nil); err != nil || resp.Close != (i == 2) {
			t.Errorf("request %d on a fresh connection: close = %v, %v", i+1, resp != nil && resp.Close, err)
		}
	}
	if conns, most, total := l.counts(); conns != 5 || most != 3 || total != 10 {
		t.Errorf("%d connections, most %d, total %d; want 5, 3, 10", conns, most, total)
	}
	p.Drain()
	if _, resp, err := exchange(t.Context(), client, "POST", s.URL+"/panic", nil); err == nil {
		t.Errorf("%v", resp)
	}
}

// Pipelined requests before the last answer are served, those after it are not,
// and what was answered arrives whole.
func TestPipelinedRequestsUpToTheLast(t *testing.T) {
	t.Parallel()
	const limit = 4
	s, l := atListener(t, &keepalive.Policy{MaxRequests: limit}, echo)
	for range 20 * scale {
		c, err := net.Dial("tcp", s.Listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
		// More than net/http's buffer holds, so that some stay in the socket.
		_, _ = io.WriteString(c, strings.Repeat("GET / HTTP/1.1\r\nHost: x\r\nX: "+strings.Repeat("y", 1000)+"\r\n\r\n", 3*limit))
		br := bufio.NewReader(c)
		for i := range limit {
			resp, err := http.ReadResponse(br, nil)
			if err != nil {
				t.Fatalf("answer %d: %v", i+1, err)
			}
			if body, err := io.ReadAll(resp.Body); string(body) != "ok" || err != nil || resp.Close != (i == limit-1) {
				t.Fatalf("answer %d: %q, %v, close = %v", i+1, body, err, resp.Close)
			}
		}
		_ = c.Close()
	}
	if _, most, _ := l.counts(); most != limit {
		t.Errorf("a connection carried %d requests, want %d", most, limit)
	}
}

// The same under TLS, where crypto/tls stands between the server and the
// connection that counts, for both protocols.
func TestListenerUnderTLS(t *testing.T) {
	t.Parallel()
	for _, h2 := range []bool{false, true} {
		const limit, workers, each = 4, 4, 10 * scale
		p := &keepalive.Policy{MaxRequests: limit, ResetTimedOut: true}
		s, l := serve(t, echo, func(s *httptest.Server) {
			p.Configure(s.Config)
			s.Listener = p.Listener(s.Listener)
			if s.EnableHTTP2 = h2; !h2 {
				s.StartTLS()
			}
		})
		client := trusting(s)
		client.MaxIdleConnsPerHost = workers
		errs := load(t.Context(), workers, each, func(int, int) error {
			// HTTP/2's GOAWAY may refuse a stream: net/http repeats what it can rewind.
			body, resp, err := exchange(t.Context(), client, "POST", s.URL, strings.NewReader("x"))
			if err == nil && (body != "xok" || (resp.ProtoMajor == 2) != h2) {
				return fmt.Errorf("%s %q", resp.Proto, body)
			}
			return err
		})
		if len(errs) > 0 {
			t.Errorf("HTTP/2 %v: %d of %d failed, first: %v", h2, len(errs), workers*each, errs[0])
		}
		if conns, most, total := l.counts(); total != workers*each || conns < 2 || !h2 && most != limit {
			t.Errorf("HTTP/2 %v: %d connections, most %d, total %d", h2, conns, most, total)
		}
		client.CloseIdleConnections()
	}
}

// Drain under load: every client is told, none fails, and no connection is left
// for Shutdown to cut.
func TestDrainUnderLoadFailsNobody(t *testing.T) {
	t.Parallel()
	p := new(keepalive.Policy)
	s, l := atListener(t, p, echo)
	const workers, each = 8, 50 * scale
	client := &http.Transport{MaxIdleConnsPerHost: workers}
	defer client.CloseIdleConnections()
	errs := load(t.Context(), workers, each, func(w, i int) error {
		if w == 0 && i == each/2 {
			p.Drain()
		}
		_, _, err := exchange(t.Context(), client, "POST", s.URL, stream{strings.NewReader("x")})
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d of %d failed, first: %v", len(errs), workers*each, errs[0])
	}
	if conns, _, _ := l.counts(); conns < each/2 {
		t.Errorf("%d connections: Drain did not end them", conns)
	}
}

// A server that is not net/http's asks for each request.
func TestLastForOtherServers(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	c, err := net.Dial("tcp", ln.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	p := &keepalive.Policy{MaxRequests: 3, IdleTimeout: 7 * time.Second}
	got, err := p.Listener(ln).Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = got.Close() }()
	for i, want := range []bool{false, false, true, true} {
		if last := p.Last(shell{got}); last != want {
			t.Errorf("request %d: last = %v, want %v", i+1, last, want)
		}
	}
	if p.KeepAlive() != "timeout=7" || (&keepalive.Policy{IdleTimeout: -1}).KeepAlive() != "" {
		t.Errorf("KeepAlive = %q", p.KeepAlive())
	}
	// Another policy's connection is no account of ours.
	q := &keepalive.Policy{MaxRequests: 2}
	w := httptest.NewRecorder()
	q.Handler(echo).ServeHTTP(w, httptest.NewRequestWithContext(q.ConnContext(t.Context(), got), "GET", "/", nil))
	if w.Header().Get("Connection") == "close" {
		t.Error("the first request of a second policy is the last: it has spent from another's account")
	}
	free := new(keepalive.Policy)
	if free.Last(c) || !func() bool { free.Drain(); return free.Last(c) }() {
		t.Error("without limits only Drain makes a request the last")
	}
	defer func() {
		if recover() == nil {
			t.Error("a connection without an account did not panic")
		}
	}()
	p.Last(c)
}
