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
	"sync/atomic"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestMaxRequestsIsExact(t *testing.T) {
	t.Parallel()
	const limit, workers = 3, 8
	bodies := map[string]func() io.Reader{
		"GET":    func() io.Reader { return nil },
		"POST":   func() io.Reader { return strings.NewReader("x") },
		"stream": func() io.Reader { return stream{strings.NewReader("x")} },
	}
	for name, body := range bodies {
		for _, secure := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s/tls=%v", name, secure), func(t *testing.T) {
				t.Parallel()
				each := 60 * scale
				if secure {
					each = 15 * scale // a handshake costs a hundred times the request
				}
				s, l := serve(t, echo, func(s *httptest.Server) {
					if secure {
						s.StartTLS()
					}
				})
				tr := newTransport(t, &keepalive.Transport{MaxRequests: limit})
				if secure {
					tr.Base = trusting(s)
				}
				errs := load(t.Context(), workers, each, func(int, int) error {
					method := "POST"
					if name == "GET" {
						method = "GET"
					}
					_, _, err := exchange(t.Context(), tr, method, s.URL, body())
					return err
				})
				if len(errs) > 0 {
					t.Fatalf("%d of %d requests failed, first: %v", len(errs), workers*each, errs[0])
				}
				conns, most, total := l.counts()
				if most != limit || total != workers*each {
					t.Errorf("most requests on a connection = %d, want %d; total = %d, want %d", most, limit, total, workers*each)
				}
				if least := total / limit; conns < least || conns > least+2*workers {
					t.Errorf("connections = %d, want about %d", conns, least)
				}
				if st := tr.Stats(); st.RetiredByRequests < uint64(total/limit-workers) || st.RetiredByAge != 0 {
					t.Errorf("stats = %+v, want about %d retired by requests", st, total/limit)
				}
			})
		}
	}
}

// A server may close after "Connection: close" without saying so; the client
// that puts such a connection back into its pool fails on it.
func TestMaxRequestsWithAServerThatClosesInSilence(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var over atomic.Int64
	done := make(chan struct{})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			go silentCloser(c, 3, &over)
		}
	}()
	defer func() { _ = ln.Close(); <-done }()
	tr := newTransport(t, &keepalive.Transport{MaxRequests: 3})
	for i := range 150 * scale {
		body, _, err := exchange(t.Context(), tr, "POST", "http://"+ln.Addr().String(), stream{strings.NewReader("x")})
		if err != nil || body != "ok" {
			t.Fatalf("request %d = %q, %v", i, body, err)
		}
	}
	if n := over.Load(); n != 0 {
		t.Errorf("%d requests came after the announced last one", n)
	}
}

func silentCloser(c net.Conn, limit int, over *atomic.Int64) {
	defer func() { _ = c.Close() }()
	br := bufio.NewReader(c)
	for n := 1; ; n++ {
		r, err := http.ReadRequest(br)
		if err != nil {
			return
		}
		if n > limit {
			over.Add(1)
		}
		_, _ = io.Copy(io.Discard, r.Body)
		_, _ = io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
		if r.Close {
			return
		}
	}
}

func TestMaxAgeUnderContinuousTraffic(t *testing.T) {
	t.Parallel()
	s, l := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{MaxAge: 20 * time.Millisecond})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	errs := load(ctx, 4, 1<<30, func(int, int) error {
		if conns, _, _ := l.counts(); conns >= 8 && tr.Stats().RetiredByAge >= 4 {
			cancel()
		}
		_, _, err := exchange(t.Context(), tr, "GET", s.URL, nil)
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d requests failed, first: %v", len(errs), errs[0])
	}
	st := tr.Stats()
	if conns, _, total := l.counts(); conns < 8 || st.RetiredByAge < 4 || total < conns {
		t.Errorf("connections = %d for %d requests, stats = %+v: age ended too few", conns, total, st)
	}
}

func TestNoAgeLimit(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{MaxAge: -1})
	for range 50 {
		if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil {
			t.Fatal(err)
		}
	}
	if st := tr.Stats(); st.Dials != 1 || st.Reuses != 49 {
		t.Errorf("stats = %+v, want 1 dial and 49 reuses", st)
	}
}

// The limits end while answers are still being written: an answer in flight
// must arrive whole, on both protocols.
func TestLimitsNeverCutAnAnswer(t *testing.T) {
	t.Parallel()
	const parts, part = 6, "0123456789abcdef"
	slow := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for range parts {
			_, _ = io.WriteString(w, part)
			_ = http.NewResponseController(w).Flush()
			time.Sleep(2 * time.Millisecond)
		}
	})
	for _, h2 := range []bool{false, true} {
		t.Run(fmt.Sprintf("http2=%v", h2), func(t *testing.T) {
			t.Parallel()
			s, l := serve(t, slow, func(s *httptest.Server) { s.EnableHTTP2 = h2 })
			tr := newTransport(t, &keepalive.Transport{MaxRequests: 5, MaxAge: 8 * time.Millisecond})
			if h2 {
				tr.Base = trusting(s)
			}
			const workers, each = 16, 15
			errs := load(t.Context(), workers, each, func(_, i int) error {
				var body io.Reader
				if i%2 == 0 {
					body = stream{strings.NewReader("x")}
				}
				got, resp, err := exchange(t.Context(), tr, "POST", s.URL, body)
				if err == nil && (got != strings.Repeat(part, parts) || resp.ProtoAtLeast(2, 0) != h2) {
					err = fmt.Errorf("answer of %d bytes over %s", len(got), resp.Proto)
				}
				return err
			})
			if len(errs) > 0 {
				t.Fatalf("%d of %d requests failed, first: %v", len(errs), workers*each, errs[0])
			}
			if conns, most, total := l.counts(); total != workers*each || conns < 2 || most > 5+workers {
				t.Errorf("connections = %d, most = %d, total = %d", conns, most, total)
			}
		})
	}
}

func TestMaxRequestsHTTP2Sequential(t *testing.T) {
	t.Parallel()
	s, l := serve(t, echo, func(s *httptest.Server) { s.EnableHTTP2 = true })
	tr := newTransport(t, &keepalive.Transport{Base: trusting(s), MaxRequests: 4})
	for i := range 40 {
		if _, resp, err := exchange(t.Context(), tr, "POST", s.URL, strings.NewReader("x")); err != nil || resp.ProtoMajor != 2 {
			t.Fatalf("request %d: %v %v", i, resp, err)
		}
	}
	if conns, most, _ := l.counts(); conns != 10 || most != 4 {
		t.Errorf("connections = %d, most = %d, want 10 and 4", conns, most)
	}
}

// Every turn-over of a shared connection meets all workers at once; each must
// not dial for itself.
func TestHTTP2TurnOverDialsOnce(t *testing.T) {
	t.Parallel()
	const workers, each, limit = 8, 25, 20
	s, l := serve(t, echo, func(s *httptest.Server) { s.EnableHTTP2 = true })
	tr := newTransport(t, &keepalive.Transport{Base: trusting(s), MaxRequests: limit})
	errs := load(t.Context(), workers, each, func(int, int) error {
		_, _, err := exchange(t.Context(), tr, "POST", s.URL, stream{strings.NewReader("x")})
		return err
	})
	if len(errs) > 0 {
		t.Fatalf("%d of %d requests failed, first: %v", len(errs), workers*each, errs[0])
	}
	conns, most, total := l.counts()
	// The first meeting, with nothing known, may dial once for each worker.
	if st := tr.Stats(); int(st.Dials) > workers+2*total/limit || most > limit+workers {
		t.Errorf("dials = %d, connections = %d, most = %d for %d requests", st.Dials, conns, most, total)
	}
}

// An upgrade's Connection header has another meaning and must arrive as sent.
func TestUpgradeIsNotAnnouncedAsLast(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if got := r.Header["Connection"]; len(got) != 1 || got[0] != "Upgrade" {
			t.Errorf("Connection = %q, want Upgrade alone", got)
		}
		c, rw, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = rw.WriteString("HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\nhello")
		_ = rw.Flush()
		_, _ = io.Copy(io.Discard, rw)
		_ = c.Close()
	}), nil)
	tr := newTransport(t, &keepalive.Transport{MaxRequests: 1})
	req, _ := http.NewRequestWithContext(t.Context(), "GET", s.URL, nil)
	req.Header.Set("Connection", "Upgrade")
	req.Header.Set("Upgrade", "x")
	resp, err := tr.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	rwc, ok := resp.Body.(io.ReadWriteCloser)
	if !ok || resp.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("answer = %s with a body of %T", resp.Status, resp.Body)
	}
	buf := make([]byte, 5)
	if _, err := io.ReadFull(rwc, buf); err != nil || string(buf) != "hello" {
		t.Errorf("upgraded read = %q, %v", buf, err)
	}
	_ = rwc.Close()
}
