//go:build linux && !portable

package keepalive_test

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// A POST explores no idle time: it goes out on a new connection, and the old
// one stays to show how long the server leaves it open. Then the POST's own is
// known to be safe.
func TestAPostIsNoScout(t *testing.T) {
	t.Parallel()
	const pause = 100 * time.Millisecond
	for _, tt := range []struct {
		name  string
		order keepalive.Order
		conns int
		tls   bool
		other string // method of the second request
		dials uint64
	}{
		{"http", keepalive.LIFO, 0, false, "POST", 2},
		{"http, FIFO", keepalive.FIFO, 0, false, "POST", 2},
		{"https", keepalive.LIFO, 0, true, "POST", 2},
		{"http, explored by a GET", keepalive.LIFO, 0, false, "GET", 1},
		{"https, explored by a GET", keepalive.LIFO, 0, true, "GET", 1},
		{"http, room for one", keepalive.LIFO, 1, false, "POST", 1},
		{"https, room for one", keepalive.LIFO, 1, true, "POST", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tr := newTransport(t, &keepalive.Transport{Order: tt.order, MaxConns: tt.conns})
			s, _ := serve(t, echo, func(s *httptest.Server) {
				if tt.tls {
					s.StartTLS()
					tr.Base = trusting(s)
				}
			})
			ask := func(method string) {
				t.Helper()
				if _, _, err := exchange(t.Context(), tr, method, s.URL, strings.NewReader("x")); err != nil {
					t.Fatal(err)
				}
			}
			ask("POST")
			time.Sleep(4 * pause) // more than a busy machine adds to the next ones
			ask(tt.other)
			for range 3 {
				time.Sleep(pause)
				ask("POST")
			}
			if st := tr.Stats(); st.Dials != tt.dials || tt.tls && st.ClosedIdle != tt.dials-1 {
				t.Errorf("stats = %+v, want %d dials", st.Counts, tt.dials)
			}
		})
	}
}

// A scout is closed with the idle connections, and when the server closes it.
func TestAScoutLeaves(t *testing.T) {
	t.Parallel()
	for name, limit := range map[string]time.Duration{"with the idle ones": 0, "when the server does": 200 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var mu sync.Mutex
			open := make(map[net.Conn]bool)
			tr := newTransport(t, new(keepalive.Transport))
			s, _ := serve(t, echo, func(s *httptest.Server) {
				s.Config.IdleTimeout = limit
				next := s.Config.ConnState
				s.Config.ConnState = func(c net.Conn, to http.ConnState) {
					mu.Lock()
					if open[c] = true; to == http.StateClosed {
						delete(open, c)
					}
					mu.Unlock()
					if next != nil {
						next(c, to)
					}
				}
				s.StartTLS()
				tr.Base = trusting(s)
			})
			count := func() int { mu.Lock(); defer mu.Unlock(); return len(open) }
			for i := range 2 {
				if i > 0 {
					time.Sleep(60 * time.Millisecond)
				}
				if _, _, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader("x")); err != nil {
					t.Fatal(err)
				}
			}
			if n := count(); limit == 0 && n != 2 {
				t.Errorf("%d connections open, want one and a scout", n)
			}
			if limit == 0 {
				tr.CloseIdleConnections()
			}
			for until := time.Now().Add(5 * time.Second); count() > 0; time.Sleep(5 * time.Millisecond) {
				if time.Now().After(until) {
					t.Fatalf("%d connections are still open", count())
				}
			}
		})
	}
}

// A request that is taken from a connection before it is sent has all of its
// body, though net/http may have begun to read it.
func TestAStreamThatWasTakenAway(t *testing.T) {
	t.Parallel()
	tr := newTransport(t, new(keepalive.Transport))
	s, _ := serve(t, echo, func(s *httptest.Server) {
		s.StartTLS()
		tr.Base = trusting(s)
	})
	for i := range 10 {
		keepalive.Forget(tr)
		if i > 0 {
			time.Sleep(15 * time.Millisecond)
		}
		body, _, err := exchange(t.Context(), tr, "POST", s.URL, stream{strings.NewReader("all of it")})
		if err != nil || body != "all of itok" {
			t.Fatalf("request %d = %q, %v", i, body, err)
		}
	}
	if st := tr.Stats(); st.ClosedIdle == 0 {
		t.Errorf("stats = %+v: none was taken away", st.Counts)
	}
}

// The choice of a connection holds for a moment. A writer that comes later asks
// once more, before a byte is sent.
func TestAChoiceGrowsOld(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Keep-Alive", "timeout=1") // kept for half of it
		echo(w, r)
	})
	for name, body := range map[string]func() io.Reader{"in memory": text("x"), "streamed": streamed("x")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := serve(t, h, func(s *httptest.Server) { s.StartTLS() })
			tr := newTransport(t, &keepalive.Transport{Base: trusting(s)})
			delay := time.Duration(0)
			ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{GotConn: func(httptrace.GotConnInfo) {
				time.Sleep(delay)
				delay = 0
			}})
			for i := range 2 {
				delay = time.Duration(i) * 600 * time.Millisecond
				if got, _, err := exchange(ctx, tr, "POST", s.URL, body()); err != nil || got != "xok" {
					t.Fatalf("request %d = %q, %v", i, got, err)
				}
			}
			if st := tr.Stats(); st.Dials != 2 || st.ClosedIdle != 1 || st.RetriesProven != 0 {
				t.Errorf("stats = %+v, want the first connection closed for being idle", st.Counts)
			}
		})
	}
}
