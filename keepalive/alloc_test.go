//go:build !race

package keepalive_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/hotpath-go/hotpath/keepalive"
)

func TestPolicyDoesNotAllocate(t *testing.T) {
	a, b := net.Pipe()
	defer func() { _, _ = a.Close(), b.Close() }()
	for name, p := range map[string]*keepalive.Policy{
		"advertise":    {},
		"max requests": {MaxRequests: 1 << 30},
		"max age":      {MaxAge: time.Hour},
		"last":         {MaxRequests: 1},
	} {
		h := p.Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		r := httptest.NewRequestWithContext(p.ConnContext(t.Context(), a), "GET", "/", nil)
		w := &sink{make(http.Header)}
		if n := testing.AllocsPerRun(1000, func() { h.ServeHTTP(w, r) }); n != 0 {
			t.Errorf("%s: %v allocations for each request, want 0", name, n)
		}
	}
}

// What the README says of a handler that sets no header.
func TestPolicyFirstHeader(t *testing.T) {
	h := new(keepalive.Policy).Handler(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	r := httptest.NewRequest("GET", "/", nil)
	w := &sink{}
	empty := testing.AllocsPerRun(1000, func() { w.h = make(http.Header) })
	if n := testing.AllocsPerRun(1000, func() { w.h = make(http.Header); h.ServeHTTP(w, r) }); n != empty+1 {
		t.Errorf("%v allocations into an empty header map, want 1", n-empty)
	}
}

// Around a connection nothing is added to a request's reads and writes.
func TestListenerDoesNotAllocate(t *testing.T) {
	client, server := pairOf(t)
	b := make([]byte, 64)
	n := testing.AllocsPerRun(1000, func() {
		_, _ = client.Write(b[:8])
		_, _ = server.Read(b)
		_ = server.SetReadDeadline(time.Unix(1, 0)) // as net/http interrupts its background read
		_, _ = server.Read(b[:1])
		_ = server.SetReadDeadline(time.Time{})
		_, _ = server.Write(b[:8])
		_, _ = client.Read(b)
	})
	plain := testing.AllocsPerRun(1000, func() {
		tcp := server.(interface{ NetConn() net.Conn }).NetConn()
		_, _ = client.Write(b[:8])
		_, _ = tcp.Read(b)
		_ = tcp.SetReadDeadline(time.Unix(1, 0))
		_, _ = tcp.Read(b[:1])
		_ = tcp.SetReadDeadline(time.Time{})
		_, _ = tcp.Write(b[:8])
		_, _ = client.Read(b)
	})
	if n > plain {
		t.Errorf("%v allocations, %v without the policy", n, plain)
	}
}

func pairOf(t *testing.T) (client, server net.Conn) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = ln.Close() }()
	if client, err = net.Dial("tcp", ln.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if server, err = new(keepalive.Policy).Listener(ln).Accept(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _, _ = client.Close(), server.Close() })
	return client, server
}
