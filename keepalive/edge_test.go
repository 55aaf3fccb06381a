package keepalive_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// Idle limits are whole seconds nearly everywhere, so a POST does not meet one
// of a server that says nothing; what may be repeated, and whoever was told the
// limit, uses the connection.
func TestAPostKeepsAwayFromWholeSeconds(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, says string
		tls                bool
		conns              int
		dials              uint64
	}{
		{"POST", "POST", "", false, 0, 2},
		{"POST under TLS", "POST", "", true, 0, 2},
		{"POST, room for one", "POST", "", false, 1, 2},
		{"POST under TLS, room for one", "POST", "", true, 1, 2},
		{"GET", "GET", "", false, 0, 1},
		{"GET under TLS", "GET", "", true, 0, 1},
		{"GET, room for one", "GET", "", false, 1, 1},
		{"POST, limit said", "POST", "timeout=5", false, 1, 1},
		{"POST under TLS, limit said", "POST", "timeout=5", true, 1, 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var answered atomic.Int64
			h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				answered.Store(time.Now().UnixNano())
				if tt.says != "" {
					w.Header().Set("Keep-Alive", tt.says)
				}
			})
			base := new(http.Transport)
			s, _ := serve(t, h, func(s *httptest.Server) {
				if tt.tls {
					s.StartTLS()
					base = trusting(s)
				}
			})
			for range rounds { // until nothing was late
				tr := newTransport(t, &keepalive.Transport{Base: base, MaxConns: tt.conns})
				if _, _, err := exchange(t.Context(), tr, tt.method, s.URL, nil); err != nil {
					t.Fatal(err)
				}
				first := time.Unix(0, answered.Load())
				time.Sleep(990 * time.Millisecond)
				if _, _, err := exchange(t.Context(), tr, tt.method, s.URL, nil); err != nil {
					t.Fatal(err)
				}
				if time.Since(first) > 1030*time.Millisecond {
					continue
				}
				if st := tr.Stats(); st.Dials != tt.dials {
					t.Errorf("stats = %+v, want %d dials", st.Counts, tt.dials)
				}
				return
			}
			t.Fatal("this machine is never in time")
		})
	}
}

// net/http's reader finds what the server closed while nobody used it: https
// learns from that, before a request fails.
func TestIdleLimitIsLearnedUnderTLS(t *testing.T) {
	t.Parallel()
	const idle = 100 * time.Millisecond
	tr := newTransport(t, new(keepalive.Transport))
	s, _ := serve(t, echo, func(s *httptest.Server) {
		s.Config.IdleTimeout = idle
		s.StartTLS()
		tr.Base = trusting(s)
	})
	if !known {
		return
	}
	ask := func(pause time.Duration) {
		if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(pause)
	}
	for try := 0; tr.Stats().ClosedIdle == 0; try++ { // closes that a busy machine delayed do not agree, and teach nothing
		if try == rounds {
			t.Fatalf("stats = %+v: the limit was not learned", tr.Stats().Counts)
		}
		for range 3 {
			ask(2 * idle)
		}
		ask(idle - 5*time.Millisecond) // between what is learned and the limit
		ask(0)
	}
	if st := tr.Stats(); st.FoundClosed < 3 || st.RetriesIdempotent+st.RetriesProven > 0 {
		t.Errorf("stats = %+v: it was learned from requests that met the close", st.Counts)
	}
}

// A caller that reads its answer late does not make the connection younger: the
// server has been idle since it sent the last of it.
func TestIdleCountsFromTheServersLastByte(t *testing.T) {
	t.Parallel()
	if !known {
		return
	}
	h := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Keep-Alive", "timeout=1") // kept for half of it
		_, _ = io.WriteString(w, "ok")
	})
	tr := newTransport(t, new(keepalive.Transport))
	s, _ := serve(t, h, func(s *httptest.Server) {
		s.StartTLS()
		tr.Base = trusting(s)
	})
	resp, err := tr.RoundTrip(get(t, s.URL))
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(600 * time.Millisecond)
	_, _ = io.Copy(io.Discard, resp.Body)
	_ = resp.Body.Close()
	if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
		t.Fatal(err)
	}
	if st := tr.Stats(); st.Dials != 2 || st.ClosedIdle != 1 {
		t.Errorf("stats = %+v, want the first connection closed for being idle", st.Counts)
	}
}

// An HTTP/2 connection belongs to many: no pause makes one request close it
// under those that were given it in the same moment.
func TestNoRequestClosesHTTP2UnderOthers(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, func(s *httptest.Server) { s.EnableHTTP2 = true })
	for range 2 * scale {
		tr := newTransport(t, &keepalive.Transport{Base: trusting(s)})
		if _, _, err := exchange(t.Context(), tr, "POST", s.URL, nil); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Second)
		errs := load(t.Context(), 32, 1, func(int, int) error {
			_, _, err := exchange(t.Context(), tr, "POST", s.URL, stream{strings.NewReader("x")})
			return err
		})
		if st := tr.Stats(); len(errs) > 0 || st.Dials != 1 {
			t.Fatalf("%d failed: %v; %d dials", len(errs), errs, st.Dials)
		}
	}
}

// A streamed body that only the connection it was given can carry goes out on
// it, however old: taken away, it would be lost for certain.
func TestAStreamThatCannotBeTakenAway(t *testing.T) {
	t.Parallel()
	h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Keep-Alive", "timeout=1") // kept for half of it
		echo(w, r)
	})
	s, _ := serve(t, h, nil)
	proxy, _ := url.Parse(s.URL)
	tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{Proxy: http.ProxyURL(proxy)}})
	for i := range 2 {
		time.Sleep(time.Duration(i) * 600 * time.Millisecond)
		if body, _, err := exchange(t.Context(), tr, "POST", "http://example.org/", stream{strings.NewReader("x")}); err != nil || body != "xok" {
			t.Fatalf("request %d = %q, %v", i, body, err)
		}
	}
}
