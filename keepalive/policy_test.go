package keepalive_test

import (
	"bufio"
	"context"
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

// policed starts a server under p. The ledger stays innermost, so that the
// policy's own chaining of ConnContext is under test everywhere.
func policed(t testing.TB, p *keepalive.Policy, h http.Handler, h2 bool) (*httptest.Server, *ledger) {
	return serve(t, h, func(s *httptest.Server) {
		s.EnableHTTP2 = h2
		p.Configure(s.Config)
	})
}

// atListener starts h under p with the policy on the connections as well.
func atListener(t testing.TB, p *keepalive.Policy, h http.Handler) (*httptest.Server, *ledger) {
	return serve(t, h, func(s *httptest.Server) {
		p.Configure(s.Config)
		s.Listener = p.Listener(s.Listener)
	})
}

func TestPolicyMaxRequestsTurnsOverWithoutErrors(t *testing.T) {
	t.Parallel()
	const limit, workers, each = 3, 8, 150 * scale // 800 turn-overs without the race detector
	s, l := policed(t, &keepalive.Policy{MaxRequests: limit}, echo, false)
	client := &http.Transport{MaxIdleConnsPerHost: workers}
	defer client.CloseIdleConnections()
	errs := load(t.Context(), workers, each, func(int, int) error {
		// POST with a body that cannot be repeated: no retry can hide a race.
		_, _, err := exchange(t.Context(), client, "POST", s.URL, stream{strings.NewReader("x")})
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d of %d requests failed, first: %v", len(errs), workers*each, errs[0])
	}
	conns, most, total := l.counts()
	if most != limit || total != workers*each || conns < total/limit {
		t.Errorf("connections = %d, most = %d, total = %d; want most %d", conns, most, total, limit)
	}
}

// talk sends n requests on one raw connection and returns each answer.
func talk(t *testing.T, addr string, n int, headers string) []*http.Response {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	br := bufio.NewReader(c)
	var got []*http.Response
	for range n {
		if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n"+headers+"\r\n"); err != nil {
			break
		}
		resp, err := http.ReadResponse(br, nil)
		if err != nil {
			break
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		got = append(got, resp)
	}
	return got
}

func TestPolicyAnnouncesTheLastAnswerThenCloses(t *testing.T) {
	t.Parallel()
	s, _ := policed(t, &keepalive.Policy{MaxRequests: 4, IdleTimeout: 7500 * time.Millisecond}, echo, false)
	got := talk(t, s.Listener.Addr().String(), 10, "")
	if len(got) != 4 {
		t.Fatalf("answers on one connection = %d, want 4", len(got))
	}
	for i, r := range got {
		last := i == 3
		if r.Close != last {
			t.Errorf("answer %d: Connection: close = %v, want %v", i+1, r.Close, last)
		}
		if ka := r.Header.Get("Keep-Alive"); (ka == "timeout=7") == last {
			t.Errorf("answer %d: Keep-Alive = %q", i+1, ka)
		}
	}
}

func TestPolicyMaxAge(t *testing.T) {
	t.Parallel()
	s, l := policed(t, &keepalive.Policy{MaxAge: 40 * time.Millisecond}, echo, false)
	client := &http.Transport{}
	defer client.CloseIdleConnections()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	begin := time.Now()
	errs := load(ctx, 2, 1<<30, func(int, int) error {
		if conns, _, _ := l.counts(); conns >= 4 && time.Since(begin) > 500*time.Millisecond {
			cancel()
		}
		_, _, err := exchange(t.Context(), client, "POST", s.URL, stream{strings.NewReader("x")})
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d requests failed, first: %v", len(errs), errs[0])
	}
	if conns, _, total := l.counts(); conns < 4 || conns > total/2 && total > 100 {
		t.Errorf("connections = %d for %d requests, want several", conns, total)
	}
}

func TestPolicyHTTP2(t *testing.T) {
	t.Parallel()
	const limit, workers, each = 5, 8, 40
	s, l := policed(t, &keepalive.Policy{MaxRequests: limit}, echo, true)
	client := trusting(s)
	defer client.CloseIdleConnections()
	for i := range 20 {
		if _, resp, err := exchange(t.Context(), client, "GET", s.URL, nil); err != nil || resp.ProtoMajor != 2 || resp.Header.Get("Keep-Alive") != "" {
			t.Fatalf("request %d: %v, %v", i, resp, err)
		}
	}
	if conns, _, _ := l.counts(); conns < 3 {
		t.Errorf("connections = %d for 20 requests in a row, want about 4", conns)
	}
	errs := load(t.Context(), workers, each, func(int, int) error {
		_, _, err := exchange(t.Context(), client, "GET", s.URL, nil)
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d of %d requests failed, first: %v", len(errs), workers*each, errs[0])
	}
}

func TestPolicyDrain(t *testing.T) {
	t.Parallel()
	p := new(keepalive.Policy)
	s, _ := policed(t, p, echo, false)
	addr := s.Listener.Addr().String()
	if p.Draining() {
		t.Error("Draining before Drain")
	}
	if got := talk(t, addr, 3, ""); len(got) != 3 || got[2].Close {
		t.Errorf("before Drain: %d answers", len(got))
	}
	p.Drain()
	if !p.Draining() {
		t.Error("not Draining after Drain")
	}
	if got := talk(t, addr, 3, ""); len(got) != 1 || !got[0].Close {
		t.Errorf("after Drain: %d answers, want one that closes", len(got))
	}
	// h2c is ignored by net/http and must not save a connection from draining.
	if got := talk(t, addr, 3, "Upgrade: h2c\r\nConnection: Upgrade\r\n"); len(got) != 1 {
		t.Errorf("after Drain with Upgrade: h2c: %d answers, want one", len(got))
	}
	if got := talk(t, addr, 3, "Upgrade: websocket\r\n"); len(got) != 1 {
		t.Errorf("after Drain with an Upgrade that the Connection field does not name: %d answers, want one", len(got))
	}
	if got := talk(t, addr, 2, "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n"); len(got) != 2 {
		t.Errorf("after Drain with an upgrade: %d answers, want both", len(got))
	}
}

// parked is a connection that has a history, as a parking listener gives back.
type parked struct {
	net.Conn
	accepted time.Time
	served   int
}

func (p parked) Accepted() time.Time { return p.accepted }
func (p parked) Served() int         { return p.served }

// shell is a wrapper with nothing of its own but the way down.
type shell struct{ net.Conn }

func (s shell) NetConn() net.Conn { return s.Conn }

func TestPolicyGoesOnWhereAParkedConnectionWas(t *testing.T) {
	t.Parallel()
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	old := time.Now().Add(-time.Hour)
	tests := []struct {
		conn net.Conn
		p    *keepalive.Policy
		want []bool // close on the first, second, … answer
	}{
		{a, &keepalive.Policy{MaxRequests: 3}, []bool{false, false, true, true}},
		{parked{a, time.Now(), 2}, &keepalive.Policy{MaxRequests: 3}, []bool{true}},
		{shell{parked{a, time.Now(), 1}}, &keepalive.Policy{MaxRequests: 3}, []bool{false, true}},
		{shell{shell{parked{a, old, 0}}}, &keepalive.Policy{MaxAge: 30 * time.Minute}, []bool{true}},
		{parked{a, old, 0}, &keepalive.Policy{MaxAge: 2 * time.Hour}, []bool{false}},
		{parked{a, old, 9}, &keepalive.Policy{}, []bool{false}},
	}
	for i, tt := range tests {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			h := tt.p.Handler(echo)
			ctx := tt.p.ConnContext(t.Context(), tt.conn)
			for n, want := range tt.want {
				w := httptest.NewRecorder()
				h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
				if got := w.Header().Get("Connection") == "close"; got != want {
					t.Errorf("answer %d: close = %v, want %v", n+1, got, want)
				}
			}
		})
	}
}

func TestPolicyConfigure(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name         string
		p            *keepalive.Policy
		srv          *http.Server
		idle, header time.Duration
	}{
		{"zero", &keepalive.Policy{}, &http.Server{}, 95 * time.Second, 10 * time.Second},
		{"own header timeout stays", &keepalive.Policy{}, &http.Server{ReadHeaderTimeout: 1}, 95 * time.Second, 1},
		{"all off", &keepalive.Policy{IdleTimeout: -1, ReadHeaderTimeout: -1}, &http.Server{IdleTimeout: 2}, 2, 0},
		{"no grace", &keepalive.Policy{IdleTimeout: 9 * time.Second, Grace: -1}, &http.Server{}, 9 * time.Second, 10 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			tt.p.Configure(tt.srv)
			if tt.srv.IdleTimeout != tt.idle || tt.srv.ReadHeaderTimeout != tt.header {
				t.Errorf("timeouts = %v and %v, want %v and %v", tt.srv.IdleTimeout, tt.srv.ReadHeaderTimeout, tt.idle, tt.header)
			}
			defer func() {
				if recover() == nil {
					t.Error("a second Configure did not panic")
				}
			}()
			tt.p.Configure(tt.srv)
		})
	}
}

// The promise to the client is that the server closes later than it said.
func TestPolicyClosesIdleConnectionsAfterTheGrace(t *testing.T) {
	t.Parallel()
	const idle, grace = 60 * time.Millisecond, 120 * time.Millisecond
	s, _ := policed(t, &keepalive.Policy{IdleTimeout: idle, Grace: grace}, echo, false)
	c, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	start := time.Now() // the server cannot have been idle before
	if _, err := io.WriteString(c, "GET / HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	br := bufio.NewReader(c)
	if _, err := br.Peek(1); err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(io.Discard, br); err != nil {
		t.Errorf("the idle close reads as %v, want a clean end", err)
	}
	if d := time.Since(start); d < idle+grace {
		t.Errorf("closed after %v, promised %v", d, idle+grace)
	}
}

func TestPolicyNoAdvertisement(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{-1, 900 * time.Millisecond} {
		w := httptest.NewRecorder()
		(&keepalive.Policy{IdleTimeout: d}).Handler(echo).ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
		if got := w.Header().Get("Keep-Alive"); got != "" {
			t.Errorf("IdleTimeout %v: Keep-Alive = %q, want none", d, got)
		}
	}
}

func TestPolicyWithoutConnContextSaysSo(t *testing.T) {
	t.Parallel()
	defer func() {
		if msg := fmt.Sprint(recover()); !strings.Contains(msg, "Policy.Configure") {
			t.Errorf("panic = %q, want the cure in it", msg)
		}
	}()
	h := (&keepalive.Policy{MaxRequests: 1}).Handler(echo)
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/", nil))
}

// Two policies on one server keep two accounts.
func TestPoliciesDoNotShareAccounts(t *testing.T) {
	t.Parallel()
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	p, q := &keepalive.Policy{MaxRequests: 2}, &keepalive.Policy{MaxRequests: 3}
	h := p.Handler(q.Handler(echo))
	ctx := q.ConnContext(p.ConnContext(t.Context(), a), a)
	for i, want := range []bool{false, true} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(ctx, "GET", "/", nil))
		if got := w.Header().Get("Connection") == "close"; got != want {
			t.Errorf("answer %d: close = %v, want %v", i+1, got, want)
		}
	}
}
