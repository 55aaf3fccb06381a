package keepalive_test

import (
	"context"
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
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

// backends starts n servers that count what they serve.
func backends(t *testing.T, n int) (addrs []string, servers []*httptest.Server, served []atomic.Int64) {
	t.Helper()
	served = make([]atomic.Int64, n)
	for i := range n {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			served[i].Add(1)
			_, _ = w.Write([]byte("ok"))
		}))
		t.Cleanup(s.Close)
		addrs = append(addrs, s.Listener.Addr().String())
		servers = append(servers, s)
	}
	return addrs, servers, served
}

func newUpstream(t *testing.T, addrs ...string) *keepalive.Upstream {
	t.Helper()
	u := &keepalive.Upstream{Addrs: addrs}
	t.Cleanup(u.CloseIdleConnections)
	return u
}

func TestUpstreamSpreadsEvenly(t *testing.T) {
	t.Parallel()
	for _, workers := range []int{1, 7, 32} {
		t.Run(fmt.Sprint(workers), func(t *testing.T) {
			t.Parallel()
			limit := 1.5 // short; the bar of 1.05 is bench's
			if workers == 1 {
				limit = 1.1
			}
			ratio := spread(t, workers)
			for try := 0; known && try < 5 && ratio > limit; try++ {
				ratio = spread(t, workers) // the least busy one serves, and on a busy machine some stand still
			}
			if known && ratio > limit {
				t.Errorf("max/mean = %.3f, want at most %v", ratio, limit)
			}
		})
	}
}

// spread is how many requests the busiest of ten backends served, compared with
// the mean.
func spread(t *testing.T, workers int) float64 {
	t.Helper()
	addrs, _, served := backends(t, 10)
	u := newUpstream(t, addrs...)
	if known { // net/http's pool does not know one address from another
		if err := u.Preconnect(t.Context(), 10); err != nil {
			t.Fatal(err)
		}
	}
	errs := load(t.Context(), workers, 1000*scale/workers, func(int, int) error {
		_, _, err := exchange(t.Context(), u, "POST", "http://any.example/", strings.NewReader("x"))
		return err
	})
	if len(errs) > 0 {
		t.Fatal(errs[0])
	}
	most, total := int64(0), int64(0)
	for i := range served {
		most = max(most, served[i].Load())
		total += served[i].Load()
	}
	ratio := float64(most) / (float64(total) / 10)
	t.Logf("max/mean = %.3f of %d requests", ratio, total)
	return ratio
}

// The least loaded one serves, whatever Order says of its connections: a slow
// backend gets what it can do, and not half.
func TestUpstreamGivesASlowBackendLess(t *testing.T) {
	t.Parallel()
	addrs, _, served := backends(t, 1)
	slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { time.Sleep(100 * time.Millisecond) }))
	t.Cleanup(slow.Close)
	for _, order := range []keepalive.Order{keepalive.LIFO, keepalive.FIFO} {
		u := newUpstream(t, addrs[0], slow.Listener.Addr().String())
		u.Transport.Order = order
		before, n := served[0].Load(), 160*scale
		errs := load(t.Context(), 8, n/8, func(int, int) error {
			_, _, err := exchange(t.Context(), u, "POST", "http://any.example/", strings.NewReader("x"))
			return err
		})
		if len(errs) > 0 {
			t.Fatal(errs[0])
		}
		if got := int(served[0].Load() - before); known && got < n*3/5 { // a busy machine's fast one is slow too
			t.Errorf("order %v: the fast backend served %d of %d", order, got, n)
		}
	}
}

// A backend that is down costs nobody a request, and is used again once it is
// back.
func TestUpstreamGoesAroundADeadBackend(t *testing.T) {
	t.Parallel()
	addrs, servers, served := backends(t, 2)
	u := newUpstream(t, addrs...)
	do := func(n int) {
		t.Helper()
		for range n {
			if _, _, err := exchange(t.Context(), u, "GET", "http://x/", nil); err != nil {
				t.Fatal(err)
			}
		}
	}
	do(20)
	servers[0].Config.SetKeepAlivesEnabled(false)
	servers[0].Close()
	before := served[0].Load()
	do(50)
	if served[0].Load() != before {
		t.Error("a closed server answered")
	}
	ln, err := net.Listen("tcp", addrs[0])
	if err != nil {
		t.Fatal(err)
	}
	again := &http.Server{Handler: servers[0].Config.Handler}
	go func() { _ = again.Serve(ln) }()
	t.Cleanup(func() { _ = again.Close() })
	if !known {
		return // net/http dials again only when it has to
	}
	for deadline := time.Now().Add(20 * time.Second); served[0].Load() == before; do(1) {
		if time.Now().After(deadline) {
			t.Fatal("the backend that came back is not used")
		}
		time.Sleep(time.Millisecond)
	}
}

func TestUpstreamWithoutBackends(t *testing.T) {
	t.Parallel()
	u := newUpstream(t, "127.0.0.1:1", "127.0.0.1:2")
	// Nothing on this machine is closed for certain, or says so in time.
	u.Transport.Base = &http.Transport{DialContext: func(context.Context, string, string) (net.Conn, error) {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}}
	if _, _, err := exchange(t.Context(), u, "GET", "http://x/", nil); err == nil || !strings.Contains(err.Error(), "refused") {
		t.Errorf("error = %v, want refused", err)
	}
	defer func() {
		if r := recover(); !strings.Contains(fmt.Sprint(r), "at least one backend") {
			t.Errorf("panic = %v", r)
		}
	}()
	_, _ = new(keepalive.Upstream).RoundTrip(httptest.NewRequestWithContext(t.Context(), "GET", "http://x/", nil))
}

func TestPreconnect(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, new(keepalive.Transport))
	err := tr.Preconnect(t.Context(), s.URL, 5)
	if !known {
		if err == nil {
			t.Error("Preconnect said yes where it does nothing")
		}
		return
	}
	if st := tr.Stats(); err != nil || st.Open != 5 || st.Idle != 5 {
		t.Errorf("%v, stats = %+v, want 5 open and idle", err, st.Counts)
	}
	if _, _, err := exchange(t.Context(), tr, "GET", s.URL, nil); err != nil || tr.Stats().Dials != 5 {
		t.Errorf("%v, %d dials, want 5", err, tr.Stats().Dials)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := tr.Preconnect(ctx, s.URL, 6); err == nil {
		t.Error("Preconnect with an ended context succeeded")
	}
}

// What a server says of a connection that nobody used (408, say) is no answer to
// the first request on it.
func TestAWordBeforeTheFirstRequest(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	tr := newTransport(t, new(keepalive.Transport))
	spoken := make(chan error, 1)
	go func() {
		c, err := ln.Accept()
		if err == nil {
			_, err = io.WriteString(c, "HTTP/1.0 408 Request Time-out\r\nContent-Length: 0\r\n\r\n")
			_ = c.Close()
		}
		spoken <- err
		_ = http.Serve(ln, echo)
	}()
	t.Cleanup(func() { _ = ln.Close() })
	if err := tr.Preconnect(t.Context(), "http://"+ln.Addr().String(), 1); (err == nil) != known {
		t.Fatal(err)
	}
	if !known {
		return
	}
	if err := <-spoken; err != nil {
		t.Fatal(err)
	}
	time.Sleep(2 * time.Millisecond) // loopback
	if body, _, err := exchange(t.Context(), tr, "POST", "http://"+ln.Addr().String(), strings.NewReader("x")); body != "xok" {
		t.Errorf("%q, %v", body, err)
	}
}

// Connections that cannot be looked at are not kept, so none can be made ready.
func TestPreconnectThroughAWrappingDialer(t *testing.T) {
	t.Parallel()
	s, _ := serve(t, echo, nil)
	tr := newTransport(t, &keepalive.Transport{Base: &http.Transport{DialContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := new(net.Dialer).DialContext(ctx, network, addr)
		return struct{ net.Conn }{c}, err
	}}})
	for range 2 {
		if err := tr.Preconnect(t.Context(), s.URL, 2); !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("error = %v", err)
		}
	}
}

// A server that shuts down ends even new connections without an answer. What may be done twice goes to
// another backend, with its body; anything else is the caller's to decide.
func TestUpstreamGoesElsewhere(t *testing.T) {
	t.Parallel()
	leaving := script(t, func(v *visit) bool { v.body(); return false })
	for _, method := range []string{"GET", "PUT", "POST"} {
		addrs, _, served := backends(t, 1)
		u := newUpstream(t, leaving.ln.Addr().String(), addrs[0])
		met := 0
		for range 4 { // equals take turns
			var body io.Reader
			if method != "GET" {
				body = strings.NewReader("a body")
			}
			_, _, err := exchange(t.Context(), u, method, "http://any.example/", body)
			if e := (*keepalive.ConnError)(nil); errors.As(err, &e) {
				met++
			} else if err != nil {
				t.Errorf("%s: %v", method, err)
			}
		}
		if met > 0 != (method == "POST") || served[0].Load() == 0 {
			t.Errorf("%s: %d of 4 failed, the backend that is there served %d", method, met, served[0].Load())
		}
	}
	u := newUpstream(t, leaving.ln.Addr().String()) // and nowhere else
	before, _ := leaving.count()
	_, _, err := exchange(t.Context(), u, "GET", "http://any.example/", nil)
	if seen, _ := leaving.count(); err == nil || seen != before+1 {
		t.Errorf("a backend alone was asked %d times, %v", seen-before, err)
	}
}
