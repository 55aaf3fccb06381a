package keepalive_test

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/hotpath-go/hotpath/keepalive"
)

// The server that reads, counts and resets at once acknowledges nothing: a
// reset proves nothing, and a POST must not be sent again.
func TestReadCountedAndResetIsNotRepeated(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func() io.Reader{"in memory": text("x"), "streamed": streamed("x")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(v *visit) bool {
				b := v.body()
				if b == "" {
					return v.say(ok2)
				}
				return v.reset()
			})
			tr := newTransport(t, new(keepalive.Transport))
			keepalive.Forgetful(tr) // however long a busy machine makes the pause
			n := 50 * scale
			for i := range n {
				if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
					t.Fatal(err)
				}
				_, _, err := exchange(t.Context(), tr, "POST", s.url(), body())
				var ce *keepalive.ConnError
				if !errors.As(err, &ce) || ce.Seen != keepalive.Unknown || ce.Requests != 2 || ce.Addr != s.ln.Addr().String() || !errors.Is(err, syscall.ECONNRESET) {
					t.Fatalf("POST %d = %v", i, err)
				}
			}
			if seen, _ := s.count(); seen != 2*n {
				t.Errorf("the server saw %d requests of %d", seen, 2*n)
			}
			if st := tr.Stats(); st.RetriesRefused != uint64(n) || st.RetriesProven+st.RetriesIdempotent != 0 {
				t.Errorf("stats = %+v", st.Counts)
			}
		})
	}
}

// The server that reads, counts and closes acknowledges what it read.
func TestReadCountedAndClosedIsNotRepeated(t *testing.T) {
	t.Parallel()
	s := script(t, func(v *visit) bool { return v.body() == "" && v.say(ok2) })
	tr := newTransport(t, new(keepalive.Transport))
	keepalive.Forgetful(tr) // however long a busy machine makes the pause
	n := 50 * scale
	for i := range n {
		if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
			t.Fatal(err)
		}
		if _, _, err := exchange(t.Context(), tr, "POST", s.url(), strings.NewReader("x")); !errors.Is(err, io.EOF) {
			t.Fatalf("POST %d = %v", i, err)
		}
	}
	if seen, _ := s.count(); seen != 2*n {
		t.Errorf("the server saw %d requests of %d", seen, 2*n)
	}
}

// PUT and DELETE are idempotent; a POST with a key says that it is.
func TestIdempotentIsRepeated(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ method, field string }{{"GET", ""}, {"PUT", ""}, {"DELETE", ""}, {"POST", "Idempotency-Key"}} {
		t.Run(tt.method, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(v *visit) bool {
				b := v.body()
				if v.conn == 0 && v.seq == 1 {
					return v.reset()
				}
				return v.say("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + (b + "-")[:1])
			})
			tr := newTransport(t, new(keepalive.Transport))
			if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
				t.Fatal(err)
			}
			body := streamed("x")()
			if !known {
				body = text("x")() // net/http cannot repeat a stream
			}
			req := request(t, tt.method, s.url(), body)
			if tt.method == "GET" {
				req = get(t, s.url())
			}
			if tt.field != "" {
				req.Header.Set(tt.field, "1")
			}
			resp, err := tr.RoundTrip(req)
			if err != nil {
				t.Fatal(err)
			}
			b, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if want := map[bool]string{true: "-", false: "x"}[tt.method == "GET"]; string(b) != want {
				t.Errorf("the repeated body is %q, want %q", b, want)
			}
			if st := tr.Stats(); known && st.RetriesIdempotent != 1 || st.Dials != 2 {
				t.Errorf("stats = %+v", st.Counts)
			}
		})
	}
}

// A body longer than what is kept of it cannot be sent again, and the error
// says so rather than sending half of it.
func TestLongStreamIsNotHalfRepeated(t *testing.T) {
	t.Parallel()
	s := script(t, func(v *visit) bool {
		if v.body(); v.conn == 0 && v.seq == 1 {
			return v.reset()
		}
		return v.say(ok2)
	})
	tr := newTransport(t, new(keepalive.Transport))
	keepalive.Forgetful(tr) // however long a busy machine makes the pause
	if _, _, err := exchange(t.Context(), tr, "GET", s.url(), nil); err != nil {
		t.Fatal(err)
	}
	body := &closeNoter{Reader: strings.NewReader(strings.Repeat("x", 200<<10))}
	_, _, err := exchange(t.Context(), tr, "PUT", s.url(), body)
	var ce *keepalive.ConnError
	if !errors.As(err, &ce) || known && !strings.Contains(err.Error(), "cannot be sent again") {
		t.Errorf("error = %v", err)
	}
	if seen, _ := s.count(); seen != 2 {
		t.Errorf("the server saw %d requests, want 2", seen)
	}
}

// What the client finds closed, or spoken on, it does not use: no request, of
// whatever method, is at risk.
func TestClosedAndSpokenOnConnectionsAreNotUsed(t *testing.T) {
	t.Parallel()
	for name, end := range map[string]func(*visit) bool{
		"closed": func(*visit) bool { return false },
		"reset":  func(v *visit) bool { return v.reset() },
		"spoken": func(v *visit) bool {
			_ = pause() && v.say("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
			return true
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := script(t, func(v *visit) bool { v.body(); return v.say(ok2) && end(v) })
			tr := newTransport(t, new(keepalive.Transport))
			for i := range 10 {
				body, _, err := exchange(t.Context(), tr, "POST", s.url(), stream{strings.NewReader("x")})
				if !known && name == "spoken" && body == "evil" {
					return // net/http's reader notices what was spoken when it comes to run
				}
				if err != nil || body != "ok" {
					t.Fatalf("request %d = %q, %v", i, body, err)
				}
				s.settled(i + 1)
			}
			seen, conns := s.count()
			if seen != 10 || conns != 10 {
				t.Errorf("the server saw %d requests on %d connections, want 10 on 10", seen, conns)
			}
			if st := tr.Stats(); known && st.RetriesProven+st.RetriesIdempotent+st.RetriesRefused != 0 {
				t.Errorf("stats = %+v", st.Counts)
			}
		})
	}
}

// A server that accepts and closes, always, gets a bounded number of tries.
func TestAServerThatOnlyClosesIsAnError(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			_ = c.Close()
		}
	}()
	defer func() { _ = ln.Close(); <-done }()
	tr := newTransport(t, new(keepalive.Transport))
	var ce *keepalive.ConnError
	if _, _, err := exchange(t.Context(), tr, "POST", "http://"+ln.Addr().String(), strings.NewReader("x")); !errors.As(err, &ce) {
		t.Errorf("error = %v", err)
	}
	if st := tr.Stats(); st.Dials > 8 {
		t.Errorf("%d dials for one request", st.Dials)
	}
}

// A server that closes behind every answer, unannounced: whatever link a
// request gets from another one is stale. What comes back as an error may have
// been seen; a request that provably was not has been sent on a new connection.
func TestUnsentIsNoError(t *testing.T) {
	t.Parallel()
	h := &once{ids: make(map[string]int)}
	s := script(t, func(v *visit) bool {
		h.note(v.body())
		_ = v.say(ok2)
		return false
	})
	for _, most := range []int{0, 8} { // beyond 8, a new connection needs an old one's room
		tr := newTransport(t, &keepalive.Transport{MaxConns: most})
		workers, each := 32, 10*scale
		errs := load(t.Context(), workers, each, func(w, i int) error {
			_, _, err := exchange(t.Context(), tr, "POST", s.url(), strings.NewReader(fmt.Sprint(most, w, i)))
			return err
		})
		st := tr.Stats()
		t.Logf("MaxConns %d: %d failed of %d; %d found closed, %d proven", most, len(errs), workers*each, st.FoundClosed, st.RetriesProven)
		for _, err := range errs {
			var ce *keepalive.ConnError
			if !errors.As(err, &ce) || known && ce.Seen != keepalive.Unknown {
				t.Errorf("error = %v", err)
			}
		}
		if most > 0 && st.Open > most {
			t.Errorf("%d connections, want at most %d", st.Open, most)
		}
	}
	if h.duplicates > 0 {
		t.Errorf("%d POSTs were seen twice", h.duplicates)
	}
}

// All of a pool is closed in the instant in which its requests begin.
func TestPoolClosedAtOnce(t *testing.T) {
	t.Parallel()
	h := &once{ids: make(map[string]int)}
	s := script(t, func(v *visit) bool { h.note(v.body()); return v.say(ok2) })
	tr := newTransport(t, new(keepalive.Transport))
	failed := 0
	const workers = 40
	for round := range 5 * scale * soak(t, 50) {
		errs := load(t.Context(), workers, 1, func(w, _ int) error {
			if w == 0 && round > 0 {
				s.closeAll()
			}
			_, _, err := exchange(t.Context(), tr, "POST", s.url(), strings.NewReader(fmt.Sprint(round, w)))
			return err
		})
		failed += len(errs)
		for _, err := range errs {
			var ce *keepalive.ConnError
			if !errors.As(err, &ce) || known && ce.Seen != keepalive.Unknown {
				t.Errorf("error = %v", err)
			}
		}
	}
	st := tr.Stats()
	t.Logf("%d failed; %d found closed, %d proven", failed, st.FoundClosed, st.RetriesProven)
	if h.duplicates > 0 {
		t.Errorf("%d POSTs were seen twice", h.duplicates)
	}
}

// The same under TLS, where records and not bytes are in flight.
func TestReadCountedAndResetUnderTLS(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]func() io.Reader{"in memory": text("x"), "streamed": streamed("x")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var seen atomic.Int64
			s, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == "GET" {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				seen.Add(1)
				c, _, err := http.NewResponseController(w).Hijack()
				if err != nil {
					t.Error(err)
					return
				}
				raw := c.(*tls.Conn).NetConn()
				if tc, ok := raw.(interface{ NetConn() net.Conn }); ok {
					raw = tc.NetConn()
				}
				_ = raw.(*net.TCPConn).SetLinger(0)
				_ = raw.Close()
			}), func(s *httptest.Server) { s.StartTLS() })
			tr := newTransport(t, &keepalive.Transport{Base: trusting(s)})
			keepalive.Forgetful(tr) // however long a busy machine makes the pause
			n := 5 * scale
			for i := range n {
				if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
					t.Fatal(err)
				}
				_, _, err := exchange(t.Context(), tr, "POST", s.URL, body())
				var ce *keepalive.ConnError
				if !errors.As(err, &ce) || ce.Seen != keepalive.Unknown || ce.Addr == "" {
					t.Fatalf("POST %d = %v", i, err)
				}
			}
			if got := seen.Load(); got != int64(n) {
				t.Errorf("the server saw %d POSTs of %d", got, n)
			}
		})
	}
}
